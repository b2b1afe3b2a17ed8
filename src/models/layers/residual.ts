// The layers of a residual layer's shortcut, which bring its input to the shape of its output.
import type { SingleLayer } from '../../config/schema/layers.ts';
import type { Shape } from '../../engines/engine.ts';
import { expectImage, type LayerOf, ShapeProblem } from '../layer.ts';

/**
 * None if the shapes are equal. Otherwise a 1 x 1 convolution, with average pooling or nearest upsampling for another size, as in
 * Gulrajani et al. 2017 and Miyato et al. 2018. They pool after the convolution and upsample before it; with a 1 x 1 kernel
 * the results are the same, and cheaper on the smaller image.
 */
export function shortcutOf({ shortcut }: LayerOf<'residual'>, input: Shape, output: Shape): SingleLayer[] {
  const [height, width, channels] = expectImage(input, 'residual');
  const [outHeight, outWidth, filters] = expectImage(output, 'what is added to the shortcut of residual');
  if (height === outHeight && width === outWidth && channels === filters) return [];
  const vertical = resizing(height, outHeight);
  const horizontal = resizing(width, outWidth);
  if (!vertical || !horizontal) {
    throw new ShapeProblem(
      `its layers give [${output.join(', ')}], neither a whole number of times larger nor smaller`,
      'Change the strides or the padding of the layers inside, so that height and width are a multiple or a divisor.',
    );
  }
  const pool = [vertical.pool, horizontal.pool] satisfies [number, number];
  const factor = [vertical.factor, horizontal.factor] satisfies [number, number];
  const one = [1, 1] satisfies [number, number];
  return [
    ...(isOne(pool) ? [] : [{ type: 'averagePool' as const, size: pool }]),
    { type: 'conv', filters, kernel: one, stride: one, padding: 'valid', ...shortcut },
    ...(isOne(factor) ? [] : [{ type: 'upsample' as const, factor, method: 'nearest' as const }]),
  ];
}

/** Pooling size and upsampling factor; undefined if neither size is a multiple of the other. */
function resizing(size: number, outputSize: number): { pool: number; factor: number } | undefined {
  if (size % outputSize === 0) return { pool: size / outputSize, factor: 1 };
  return outputSize % size === 0 ? { pool: 1, factor: outputSize / size } : undefined;
}

function isOne([vertical, horizontal]: readonly [number, number]): boolean {
  return vertical === 1 && horizontal === 1;
}
