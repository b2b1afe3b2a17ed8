// fast-check arbitraries for damaged values and files.
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<Json[]>(null, -1, 0.5, 1e300, 2 ** 53, '', '../../evil', '\u001b[2J', [], {}, [[]]),
) as fc.Arbitrary<Json>;

/** A JSON value with one to three places replaced or removed. */
export function mutatedJson(value: unknown): fc.Arbitrary<Json> {
  const paths = pathsOf(value as Json, []);
  const change = fc.record({ path: fc.constantFrom(...paths), by: replacement, remove: fc.boolean() });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce<Json>(
        (whole, { path, by, remove }) =>
          changed(whole, path, remove && path.length > 0 ? undefined : structuredClone(by)),
        structuredClone(value) as Json,
      ),
    );
}

function pathsOf(value: Json, path: string[]): string[][] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** Undefined removes the value. */
function changed(whole: Json, [key, ...rest]: string[], by: Json | undefined): Json {
  if (key === undefined) return by ?? null;
  if (whole === null || typeof whole !== 'object') return whole;
  const container = whole as { [key: string]: Json };
  if (rest.length > 0) container[key] = changed(container[key] ?? null, rest, by);
  else if (by === undefined) delete container[key];
  else container[key] = by;
  return whole;
}

/** A file with up to eight changed bytes, often truncated, sometimes extended. */
export function damagedBytes(...sound: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const changes = fc.array(fc.tuple(share, fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff))), {
    maxLength: 8,
  });
  return fc
    .tuple(fc.constantFrom(...sound), changes, fc.option(share), fc.uint8Array({ maxLength: 4 }))
    .map(([bytes, changes, cut, more]) => {
      const damaged = Buffer.from(bytes);
      for (const [place, value] of changes) damaged[Math.floor(place * damaged.length)] = value;
      return cut === null ? Buffer.concat([damaged, more]) : damaged.subarray(0, Math.floor(cut * damaged.length));
    });
}
