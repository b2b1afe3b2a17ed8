import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import sharp from 'sharp';
import type { TrainedGenerator } from '../../../src/sampling/trained-generator.ts';
import { asRgba } from '../../helpers/canvas-pixels.ts';
import { largestDifference, madePixels, sampledPixels, shippedDesign } from '../../helpers/trained-generators.ts';
import { desktop, drawn, exportAs, inChromium, openExport, phone, shownPixels, shows } from './exported-page.ts';

let digits: TrainedGenerator;

before(async () => {
  digits = await shippedDesign('quick.yaml');
  await exportAs('digits', digits);
});

test('seeds, sliders, interpolation and walk show their images', inChromium, async () => {
  const page = await openExport('digits', desktop);
  const seed7 = asRgba(await sampledPixels(digits, [7]), 1);
  await page.fill('#seed', '7');
  await page.keyboard.press('Enter');
  await shows(page, 'Seed 7');
  assert.ok(largestDifference(await shownPixels(page, '#image'), seed7) <= 2);

  const slider = page.locator('.sliders input').first();
  await slider.focus();
  await page.keyboard.press('End'); // 3, the largest value
  await shows(page, 'Seed 7, changed');
  const dimension = Number((await slider.getAttribute('id'))!.split('-')[1]);
  const changed = asRgba(await madePixels(digits, [7], (latents) => latents.with(dimension, 3)), 1);
  assert.ok(largestDifference(changed, seed7) > 30, 'the most visible dimension is visible');
  assert.ok(largestDifference(await shownPixels(page, '#image'), changed) <= 2);

  await page.click('#reset');
  await shows(page, 'Seed 7');
  await page.fill('#from', '3');
  await page.fill('#to', '7');
  await page.focus('#position');
  await page.keyboard.press('End');
  await shows(page, 'From seed 3 to 7');
  assert.ok(largestDifference(await shownPixels(page, '#image'), seed7) <= 2);

  await page.click('#play');
  assert.equal(await page.textContent('#play'), 'Pause');
  await page.waitForFunction("document.querySelector('#position').valueAsNumber < 0.9"); // moving back
  await page.click('#walk');
  await page.waitForFunction("document.querySelector('#caption').textContent.startsWith('Walking to seed')");
  assert.equal(await page.textContent('#play'), 'Play');
  await page.click('#grid li:nth-child(8) button');
  await shows(page, 'Seed 7');
  assert.equal(await page.textContent('#walk'), 'Start walking');
  assert.ok(largestDifference(await shownPixels(page, '#image'), seed7) <= 2);
  await page.close();
});

test('saves the image as a PNG in its own size', inChromium, async () => {
  const page = await openExport('digits', phone);
  await drawn(page, '#image');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  assert.equal(download.suggestedFilename(), 'the-digits-seed-0.png');
  const { data, info } = await sharp(await download.path())
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [28, 28]);
  const expected = asRgba(await sampledPixels(digits, [0]), 1);
  assert.ok(largestDifference(info.channels === 4 ? data : asRgba(data, info.channels as 3), expected) <= 2);
  await page.close();
});
