// Binary cross-entropy on logits: by hand and by PyTorch, with extreme logits and targets outside [0, 1].
import assert from 'node:assert/strict';
import { type Tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import type { Engine, HostValues } from '../../../src/engines/engine.ts';
import { sigmoidCrossEntropy } from '../../../src/engines/ops/sigmoid-cross-entropy.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { type ContractTest, runOnce } from './contract-test.ts';
import { golden } from './golden.ts';

async function lossAndGradient(engine: Engine, logits: number[], targets: number[]): Promise<HostValues> {
  const shape = [logits.length, 1];
  return runOnce(
    engine,
    {
      feeds: { logits: { shape, dtype: 'float32' }, targets: { shape, dtype: 'float32' } },
      body(_, feeds) {
        const { value, grad } = valueAndGrad((x: Tensor) => sigmoidCrossEntropy(x, feeds['targets']!))(
          feeds['logits']!,
        );
        return { outputs: { loss: value, gradient: grad } };
      },
    },
    { logits: Float32Array.from(logits), targets: Float32Array.from(targets) },
  );
}

export const crossEntropyTests: ContractTest[] = [
  {
    name: 'cross-entropy by hand',
    async run(engine) {
      // -log s(0) = log 2 for either target; the gradient is (s(0) - t) / n = (0.5 - 1) / 2 and (0.5 - 0) / 2.
      const { loss, gradient } = await lossAndGradient(engine, [0, 0], [1, 0]);
      assert.ok(Math.abs(loss![0]! - Math.LN2) < 1e-6);
      assert.ok(relativeError(gradient!, [-0.25, 0.25]) < 1e-6);
    },
  },
  {
    name: "PyTorch's cross-entropy for logits up to 90 and targets outside [0, 1]",
    async run(engine) {
      const { logits, targets, loss, gradient } = golden.crossEntropy;
      const found = await lossAndGradient(engine, logits, targets);
      assert.ok(relativeError(found['loss']!, loss) < 1e-6, `loss ${found['loss']}`);
      assert.ok(relativeError(found['gradient']!, gradient) < 1e-6, `gradient ${found['gradient']}`);
    },
  },
];
