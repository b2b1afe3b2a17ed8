// Files that keep no order, such as .safetensors: layers are put in the order in which their shapes are wanted, and among
// equal shapes in that of the numbers in their names.
import type { FileLayer } from './convention.ts';

/** The given layers so that the i-th fits `fits(i, layer)` where one does; those that fit nothing come last. */
export function orderByShape(
  given: readonly FileLayer[],
  count: number,
  fits: (index: number, layer: FileLayer) => boolean,
): FileLayer[] {
  const left = [...given];
  const ordered: (FileLayer | undefined)[] = [];
  for (let index = 0; index < count; index++) {
    const place = left.findIndex((layer) => fits(index, layer));
    ordered.push(place < 0 ? undefined : left.splice(place, 1)[0]);
  }
  return [...ordered.map((layer) => layer ?? left.shift()), ...left].filter((layer) => layer !== undefined);
}

/** Two layers of the same shapes whose names do not tell which comes first: not `cnn.3` and `cnn.6`, but `l1.1` and `cnn.1`. */
export function findUnordered(layers: readonly FileLayer[]): [FileLayer, FileLayer] | undefined {
  for (const [i, layer] of layers.entries()) {
    const other = layers
      .slice(0, i)
      .find((before) => shapesOf(before) === shapesOf(layer) && !isOrdered(before, layer));
    if (other) return [other, layer];
  }
  return undefined;
}

function shapesOf({ parts }: FileLayer): string {
  return JSON.stringify(Array.from(parts, ([part, { shape }]) => [part, shape]).sort());
}

/** The first difference between the two names is one of numbers. */
function isOrdered(a: FileLayer, b: FileLayer): boolean {
  const [first, second] = [a.key.split('.'), b.key.split('.')];
  const place = first.findIndex((segment, i) => segment !== second[i]);
  const stem = (segment: string | undefined) => segment?.replace(/_?\d*$/, '');
  return place >= 0 && stem(first[place]) === stem(second[place]);
}
