// Orders the layers of files without an order, such as .safetensors, by the expected shapes, and layers of equal shapes by the
// numbers in their names.
import type { FileLayer } from './convention.ts';

/** Reorders layers so that `fits(i, layer)` holds for the i-th, where possible; the others fill the gaps. */
export function orderByShape(
  given: readonly FileLayer[],
  count: number,
  fits: (index: number, layer: FileLayer) => boolean,
): FileLayer[] {
  const remaining = [...given];
  const ordered: (FileLayer | undefined)[] = [];
  for (let index = 0; index < count; index++) {
    const found = remaining.findIndex((layer) => fits(index, layer));
    ordered.push(found < 0 ? undefined : remaining.splice(found, 1)[0]);
  }
  return [...ordered.map((layer) => layer ?? remaining.shift()), ...remaining].filter((layer) => layer !== undefined);
}

/** Two layers of the same shapes whose names have no order, such as `l1.1` and `cnn.1`, unlike `cnn.3` and `cnn.6`. */
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

/** Whether the first difference between two names is a number. */
function isOrdered(a: FileLayer, b: FileLayer): boolean {
  const [first, second] = [a.key.split('.'), b.key.split('.')];
  const differing = first.findIndex((segment, i) => segment !== second[i]);
  const stem = (segment: string | undefined) => segment?.replace(/_?\d*$/, '');
  return differing >= 0 && stem(first[differing]) === stem(second[differing]);
}
