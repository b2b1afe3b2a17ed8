// The gradient of batch normalisation's gradient, for gradient penalties. Composed of tfjs ops, so it can be differentiated again.
import { add, mean, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';

/** Mean over all but the channels, [B, H, W, C] -> [C]. */
function average(tensor: Tensor): Tensor {
  return mean(tensor, [0, 1, 2]);
}

function sumOf(first: Tensor, ...others: Tensor[]): Tensor {
  return others.reduce((total, tensor) => add(total, tensor), first);
}

/** Projects out the constant and xHat: the result has mean 0 and <., xHat> = 0 in every channel. */
function projected(tensor: Tensor, xHat: Tensor): Tensor {
  return sub(sub(tensor, average(tensor)), mul(xHat, average(mul(tensor, xHat))));
}

/**
 * With xHat = (x - mean) r, r = (variance + epsilon)^-1/2, averages [.] per channel and P dy = dy - [dy] - xHat [dy xHat],
 * the first gradient is
 *
 *     dx = scale r P dy,   dScale = n [dy xHat],   dOffset = n [dy].
 *
 * Given ddx, ddScale, ddOffset, this differentiates L = <ddx, dx> + <ddScale, dScale> + <ddOffset, dOffset>:
 *
 *     by dy:     scale r P ddx + ddScale xHat + ddOffset            (P is symmetric)
 *     by scale:  n r k                                              with k = [ddx P dy]
 *     by xHat:   h = ddScale dy - scale r ([ddx xHat] dy + [dy xHat] ddx)
 *     by x:      r P h - scale r^2 k xHat                           (the second term through r)
 *
 * dy, x, ddx: [B, H, W, C]; scale, ddScale, ddOffset: [C].
 */
export function secondGradient(
  [ddx, ddScale, ddOffset]: readonly Tensor[],
  { dy, x, scale }: { dy: Tensor; x: Tensor; scale: Tensor },
  epsilon: number,
): { dy: () => Tensor; x: () => Tensor; scale: () => Tensor } {
  const count = x.size / x.shape[3]!;
  const centred = sub(x, average(x));
  const r = rsqrt(add(average(square(centred)), epsilon)); // [C]
  const scaledR = mul(scale, r);
  const xHat = mul(centred, r);
  const k = average(mul(ddx!, projected(dy, xHat)));
  const along = add(mul(average(mul(ddx!, xHat)), dy), mul(average(mul(dy, xHat)), ddx!));
  const h = sub(mul(ddScale!, dy), mul(scaledR, along));
  return {
    dy: () => sumOf(mul(scaledR, projected(ddx!, xHat)), mul(ddScale!, xHat), ddOffset!),
    x: () => sub(mul(r, projected(h, xHat)), mul(mul(mul(scaledR, r), k), xHat)),
    scale: () => mul(mul(r, k), count),
  };
}
