// Spectral normalisation: outputs, singular vectors and gradients equal PyTorch's in every pass (test/fixtures/spectral-norm/make.py).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { type ContractTest, withProgram } from './contract-test.ts';
import { layerProgram } from './layer-program.ts';

interface GoldenSpectralLayer {
  name: string;
  layer: Record<string, unknown>;
  input: number[];
  output: number[];
  /** Consecutive training passes. Gradients of sum(y dy), with u and v constant. */
  passes: { y: number[]; u: number[]; v: number[]; gradients: Record<string, number[]> }[];
  /** y at inference after them. */
  inference: number[];
}

const { layers } = JSON.parse(
  readFileSync(new URL('../../fixtures/spectral-norm/golden.json', import.meta.url), 'utf8'),
) as { layers: GoldenSpectralLayer[] };

const tolerance = 2e-6; // relative, Euclidean; float32 against float64
const noiseSeed = Int32Array.of(0);

function spectralTest({ name, layer, input, output, passes, inference }: GoldenSpectralLayer): ContractTest {
  return {
    name: `${name}: values, vectors and gradients equal PyTorch's`,
    async run(engine) {
      const { program, values, trainable } = layerProgram(name, layer, input);
      assert.deepEqual(trainable, ['kernel', 'bias']);
      const x = hashedValues(`${name}/x`, elementCount(input));
      const dy = hashedValues(`${name}/dy`, elementCount(output));
      const start = { ...values, u: unit(values['u']!), v: unit(values['v']!) };
      await withProgram(engine, program, start, async (compiled) => {
        const tensors = engine.liveTensors();
        for (const [index, { y, u, v, gradients }] of passes.entries()) {
          const found = await compiled.run('gradients', { x, dy, noiseSeed });
          for (const [part, expected] of Object.entries(gradients))
            assertClose(found[part]!, expected, `gradient of ${part} in pass ${index}`);
          assertClose((await compiled.run('forward', { x, noiseSeed }))['y']!, y, `y of pass ${index}`);
          const after = await compiled.read();
          assertClose(after['u']!, u, `u after pass ${index}`);
          assertClose(after['v']!, v, `v after pass ${index}`);
        }
        const before = await compiled.read();
        assertClose((await compiled.run('inference', { x }))['y']!, inference, 'y at inference');
        assert.deepEqual(await compiled.read(), before);
        assert.equal(engine.liveTensors(), tensors);
      });
    },
  };
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  const error = relativeError(actual, expected);
  assert.ok(error <= tolerance, `${what} is off by ${error.toExponential(2)}`);
}

export const spectralNormTests: ContractTest[] = layers.map(spectralTest);
