import assert from 'node:assert/strict';
import { test } from 'node:test';
import { msSsimMmagic } from '../../../src/evaluation/metrics/ms-ssim.ts';
import { goldenMetrics, hashedImages, similarPairs } from '../../helpers/hashed-images.ts';

const work = { onProgress() {} };
const gray = hashedImages('real', 24, 64, 1);
const cases = {
  gray64: similarPairs(gray),
  rgb32: similarPairs(hashedImages('rgb', 8, 32, 3)),
  gray64Different: gray,
  gray176PytorchMsssim: similarPairs(hashedImages('large', 4, 176, 1)),
};

for (const [name, images] of Object.entries(cases)) {
  test(`${name}: equals mmagic's formula or the package pytorch-msssim`, async () => {
    const similarity = await msSsimMmagic(images, work);
    assert.ok(Math.abs(similarity - goldenMetrics.msSsim[name]) < 1e-6, `${similarity}`);
  });
}

test('gives equal images a similarity of 1', async () => {
  const one = gray.pixels.subarray(0, 64 * 64);
  const similarity = await msSsimMmagic({ ...gray, pixels: Uint8Array.from([...one, ...one]) }, work);
  assert.ok(Math.abs(similarity - 1) < 1e-12);
});
