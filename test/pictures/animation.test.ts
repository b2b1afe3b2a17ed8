import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decode, decodeApng } from 'fast-png';
import sharp from 'sharp';
import { animationFormatOf, writeAnimation } from '../../src/pictures/animation.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-animation-'));
after(() => rmSync(folder, { recursive: true }));

/** Three frames of 2 x 2 pixels. */
function framesOf(channels: 1 | 3 | 4) {
  const pixels = Uint8Array.from({ length: 3 * 4 * channels }, (_, i) => (i % channels === 3 ? 255 : 20 * i));
  return { pixels, width: 2, height: 6, channels };
}

async function write(format: 'gif' | 'webp' | 'apng', channels: 1 | 3 | 4): Promise<string> {
  const path = join(folder, `${channels}.${format}`);
  await writeAnimation(path, framesOf(channels), { format, count: 3, delayMs: 70 });
  return path;
}

for (const channels of [1, 3, 4] as const) {
  for (const format of ['gif', 'webp'] as const) {
    test(`${format} of ${channels} channels: keeps the pixels of every frame, with equal delays, looping for ever`, async () => {
      const path = await write(format, channels);
      const { pages, delay, loop, pageHeight, width } = await sharp(path, { animated: true }).metadata();
      assert.deepEqual(
        { pages, delay, loop, pageHeight, width },
        { pages: 3, delay: [70, 70, 70], loop: 0, pageHeight: 2, width: 2 },
      );
      const shown = sharp(path, { animated: true }).removeAlpha();
      if (channels === 1) shown.toColourspace('b-w');
      const { pixels } = framesOf(channels);
      const colours = channels === 4 ? pixels.filter((_, i) => i % 4 !== 3) : pixels;
      assert.deepEqual([...(await shown.raw().toBuffer())], [...colours]);
    });
  }

  test(`apng of ${channels} channels, as another program reads it`, async () => {
    const bytes = readFileSync(await write('apng', channels));
    const { frames, numberOfFrames, numberOfPlays, width, height } = decodeApng(bytes, { checkCrc: true });
    assert.deepEqual([numberOfFrames, numberOfPlays, width, height], [3, 0, 2, 2]);
    const { pixels } = framesOf(channels);
    const size = 4 * channels;
    for (const [i, frame] of frames.entries()) {
      assert.deepEqual([...frame.data], [...pixels.subarray(i * size, (i + 1) * size)]);
      assert.equal(frame.delayNumber / frame.delayDenominator, 0.07);
    }
    assert.deepEqual([...decode(bytes).data], [...pixels.subarray(0, size)]); // programs without APNG support show the first frame
  });
}

test('chooses the format by the extension, and writes no other file', async () => {
  assert.deepEqual(['a.GIF', 'b/c.webp', 'd.apng', 'e.png', 'gif'].map(animationFormatOf), [
    'gif',
    'webp',
    'apng',
    undefined,
    undefined,
  ]);
  assert.equal(readdirSync(folder).length, 9);
});

test('reports an animation that is too large for its format', async () => {
  const frames = { pixels: new Uint8Array(2 * 20_000), width: 20_000, height: 2, channels: 1 } as const;
  await assert.rejects(writeAnimation(join(folder, 'b.webp'), frames, { format: 'webp', count: 2, delayMs: 70 }), {
    code: 'usage.cannot-write',
    message: /2 frames of 20000 x 1 pixels cannot be written as webp/,
  });
});
