// Features of networks, and distances over them, against ONNX Runtime in Python, PyTorch and torch-fidelity on the same pictures.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { featuresObject } from '../../../src/config/schema/metrics.ts';
import { openEngine } from '../../../src/engines/open.ts';
import {
  describeFeatures,
  extractFeatures,
  type FeatureNetwork,
} from '../../../src/evaluation/features/feature-network.ts';
import { openFeatures } from '../../../src/evaluation/features/open-features.ts';
import type { Features } from '../../../src/evaluation/metrics/features.ts';
import { frechetDistance } from '../../../src/evaluation/metrics/frechet-distance.ts';
import { kernelDistanceCubic, publishedSubsets } from '../../../src/evaluation/metrics/kernel-distance.ts';
import type { Images } from '../../../src/pictures/images.ts';
import { fixture, goldenFeatures } from '../../helpers/golden-features.ts';
import { hashedImages } from '../../helpers/hashed-images.ts';

const work = { onProgress() {} };
const { engine } = await openEngine('wasm');
const real = hashedImages('features/real', 40, 28, 1);
const darker = hashedImages('features/fake', 40, 28, 1);
const fake: Images = { ...darker, pixels: darker.pixels.map((value) => (value >> 1) + 40) };

const opened: FeatureNetwork[] = [];
after(async () => {
  for (const network of opened) await network.dispose();
});

async function open(network: string, options: object = {}): Promise<FeatureNetwork> {
  const config = featuresObject.parse({ network: network === 'mnist' ? network : fixture(network), ...options });
  const found = await openFeatures(config, { engine, root: '.', size: { height: 28, width: 28 } });
  opened.push(found);
  return found;
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(expected[i]!));
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= allowed, `value ${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

function checkFeatures(features: Features, golden: { size: number; first: number[]; last: number[] }): void {
  assert.equal(features.size, golden.size);
  near(features.read(0, 1), golden.first, 1e-4);
  near(features.read(features.count - 1, 1), golden.last, 1e-4);
}

async function checkDistances(network: FeatureNetwork, golden: { fid: number; kid: number }): Promise<void> {
  const [a, b] = [await extractFeatures(network, real, work), await extractFeatures(network, fake, work)];
  near([await frechetDistance(a, b, work)], [golden.fid], 1e-3);
  near([(await kernelDistanceCubic(a, b, publishedSubsets(40, 0), work)).mean], [golden.kid], 1e-3);
}

describe('an ONNX file', () => {
  test('with channels first, gets gray images as RGB at its size and in the configured range', async () => {
    const network = await open('nchw.onnx', { range: [-1, 1], resizer: 'bicubic' });
    const features = await extractFeatures(network, real, work);
    checkFeatures(features, goldenFeatures.nchw);
    await checkDistances(network, goldenFeatures.nchw);
    const { sha256, ...described } = describeFeatures(network, features);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(described, { network: 'nchw.onnx', size: 12, input: 'nchw, RGB, -1..1, 16 x 16, bicubic' });
  });

  test("gets images normalised by ImageNet's mean and standard deviation", async () => {
    const network = await open('nchw.onnx', { range: 'imagenet' });
    checkFeatures(
      await extractFeatures(network, hashedImages('features/rgb', 4, 28, 3), work),
      goldenFeatures.imagenet,
    );
  });

  test('of bytes with channels last, of any size, runs two images at a time with a named output', async () => {
    const network = await open('nhwc.onnx', { output: 'pool' });
    assert.equal(network.imagesPerCall, 2);
    checkFeatures(await extractFeatures(network, real, work), goldenFeatures.nhwc);
    const odd = { ...real, pixels: real.pixels.subarray(0, 3 * 28 * 28) };
    assert.equal((await extractFeatures(network, odd, work)).count, 3);
  });

  test('is rejected with a fix if its tensors do not fit', async () => {
    const cases: [string, object, string, RegExp][] = [
      ['nchw.onnx', {}, 'usage.features-input', /which values black and white have.*\n.*\n--features-set range=/],
      ['nchw.onnx', { range: [0, 1], size: 299 }, 'usage.features-input', /size is 299\.\nThe file's own size holds/],
      ['nchw.onnx', { range: [0, 1], channels: 1 }, 'usage.features-input', /3 channels in nchw/],
      ['nchw.onnx', { range: [0, 1], layout: 'nhwc' }, 'usage.features-input', /16 channels in nhwc/],
      [
        'nchw.onnx',
        { range: [0, 1], output: 'pool' },
        'usage.features-output',
        /outputs features, but none named pool/,
      ],
      ['nhwc.onnx', {}, 'usage.features-output', /outputs map, pool\.\n.*\n--features-set output=pool/],
      ['make.py', { range: [0, 1] }, 'usage.features-file', /make\.py is no ONNX file/],
      ['nowhere.onnx', { range: [0, 1] }, 'usage.features-file', /cannot be read: ENOENT/],
    ];
    for (const [file, options, code, message] of cases) await assert.rejects(open(file, options), { code, message });
  });

  test('is rejected at run time if its output is not one vector per image', async () => {
    const network = await open('nhwc.onnx', { output: 'map' });
    await assert.rejects(extractFeatures(network, real, work), {
      code: 'usage.features-output',
      message: /output map of .* is float32 \[2, 4, 28, 28\] for 2 images/,
    });
  });
});

test("computes the MNIST classifier's features as PyTorch", async () => {
  const network = await open('mnist');
  const features = await extractFeatures(network, real, work);
  checkFeatures(features, goldenFeatures.mnist);
  await checkDistances(network, goldenFeatures.mnist);
  assert.equal(describeFeatures(network, features).input, 'nhwc, gray, -1..1, 28 x 28, bilinear');
});
