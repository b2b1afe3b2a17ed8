// Binary cross-entropy on logits in its numerically stable form, averaged over the batch.
import { customGrad, type GradSaveFunc, mean, mul, sigmoid, softplus, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * mean(softplus(x) - t x), which equals mean(-t log s(x) - (1 - t) log(1 - s(x))); its gradient is (s(x) - t) / n.
 * logits and targets have the same shape. Targets may be outside [0, 1]: label smoothing up to 1.2 is a published setting.
 */
export function sigmoidCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const loss = customGrad((tensor, save) => {
    const input = tensor as Tensor;
    (save as GradSaveFunc)([input, targets]);
    return {
      value: mean(sub(softplus(input), mul(targets, input))),
      gradFunc: (dy: Tensor, [x, t]: Tensor[]) => mul(mul(sub(sigmoid(x!), t!), 1 / x!.size), dy),
    };
  });
  return loss(logits);
}
