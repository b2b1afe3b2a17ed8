import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelSides, slicedWassersteinMmagic } from '../../../src/evaluation/metrics/sliced-wasserstein.ts';
import type { Images } from '../../../src/pictures/images.ts';
import { goldenMetrics, hashedImages } from '../../helpers/hashed-images.ts';

const work = { onProgress() {} };

function changed(images: Images, change: (pixel: number, i: number) => number): Images {
  return { ...images, pixels: images.pixels.map(change) };
}

const gray = hashedImages('real', 24, 64, 1);
const grayFake = changed(hashedImages('fake', 24, 64, 1), (pixel, i) => (pixel >> 1) + (gray.pixels[i]! >> 1));
const rgb = hashedImages('rgb', 8, 32, 3);
const rgbFake = changed(hashedImages('rgb-fake', 8, 32, 3), (pixel) => pixel >> 1);

const sparseOf = (name: string, left: number) =>
  changed(hashedImages(name, 48, 32, 1), (pixel, i) =>
    i % 32 < left || Math.floor(i / 32) % 32 >= 20 ? 0 : 4 * Math.max(0, pixel - 200),
  );
const [sparse, sparseFake] = [sparseOf('sparse', 12), sparseOf('sparse-fake', 11)]; // mostly black

for (const [name, real, fake] of [
  ['gray64', gray, grayFake],
  ['rgb32', rgb, rgbFake],
  ['sparse32', sparse, sparseFake],
] as const) {
  test(`${name}: equals mmagic's formula with sorted projections`, async () => {
    const distances = await slicedWassersteinMmagic(real, fake, 7, work);
    const expected: Record<string, number> = goldenMetrics.swd[name];
    assert.deepEqual(Object.keys(distances), Object.keys(expected));
    for (const [level, distance] of Object.entries(distances)) {
      const error = Math.abs(distance / expected[level]! - 1);
      assert.ok(error < 2e-4, `${level}: ${distance}, not ${expected[level]}`);
    }
  });
}

test('gives equal images a small distance, gray or RGB, and a collapsed generator a large one', async () => {
  const { average: own } = await slicedWassersteinMmagic(gray, gray, 0, work);
  const { average: collapsed } = await slicedWassersteinMmagic(
    gray,
    changed(gray, () => 77),
    0,
    work,
  );
  assert.ok(own! < 40 && collapsed! > 5 * own!, `${own} ${collapsed}`);
});

test('treats a gray image as three equal channels', async () => {
  const inRgb = (images: Images): Images => {
    const pixels = Uint8Array.from({ length: 3 * images.pixels.length }, (_, i) => images.pixels[Math.floor(i / 3)]!);
    return { ...images, channels: 3, pixels };
  };
  const distances = await slicedWassersteinMmagic(gray, grayFake, 7, work);
  const inColour = await slicedWassersteinMmagic(inRgb(gray), inRgb(grayFake), 7, work);
  for (const [level, distance] of Object.entries(distances)) {
    assert.ok(Math.abs(inColour[level]! / distance - 1) < 1e-3, `${level}: ${distance}, ${inColour[level]}`);
  }
});

test('halves levels down to 16 pixels, at most four', () => {
  assert.deepEqual(levelSides({ height: 28, width: 28 }), [28]);
  assert.deepEqual(levelSides({ height: 64, width: 48 }), [48, 24]);
  assert.deepEqual(levelSides({ height: 1024, width: 1024 }), [1024, 512, 256, 128]);
});
