import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { exportWeb } from '../../../src/exports/web/format.ts';
import type { TrainedGenerator } from '../../../src/models/trained-generator.ts';
import { noChromium, openPage, type PageOptions } from '../../helpers/chromium.ts';
import { serve } from '../../helpers/static-server.ts';
import { listAll, temporaryFolder } from '../../helpers/temporary-run.ts';
import { largestDifference, madePixels, sampledPixels, shippedDesign } from '../../helpers/trained-generators.ts';

const root = temporaryFolder();
const inChromium = { skip: noChromium };
const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 900 };

const address = await serve(root);
let digits: TrainedGenerator;
let files: string[];

function exportAs(name: string, generator: TrainedGenerator): Promise<string[]> {
  mkdirSync(join(root, name));
  return exportWeb({ generator, name: `The <${name}>`, step: 300, runHash: '1234567' }, join(root, name));
}

before(async () => {
  digits = await shippedDesign('quick.yaml');
  files = await exportAs('digits', digits);
});

/** An exported page whose generator is there. */
async function openExport(name: string, options: PageOptions): Promise<Page> {
  const page = await openPage(options);
  await page.goto(`${address}${name}/`);
  await page.waitForSelector('body[data-backend]');
  return page;
}

/** Chooses what computes, and waits until it has drawn. */
async function compute(page: Page, backend: string): Promise<void> {
  const empty = "document.querySelectorAll('canvas').forEach((canvas) => { canvas.width = canvas.width; })";
  await page.evaluate(empty);
  await page.selectOption('#backend', backend);
  await page.waitForSelector(`body[data-backend="${backend}"]`);
  await drawn(page, '#image');
  await drawn(page, '#grid li:nth-child(4) canvas');
}

function drawn(page: Page, canvas: string): Promise<unknown> {
  return page.waitForFunction(`${dataOf(canvas)}.some((value) => value > 0)`);
}

/** What a canvas shows, as an expression: [height, width, RGBA]. */
function dataOf(canvas: string): string {
  const read = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data";
  return `(${read})(document.querySelector('${canvas}'))`;
}

function shownPixels(page: Page, canvas: string): Promise<number[]> {
  return page.evaluate<number[]>(`[...${dataOf(canvas)}]`);
}

/** Waits until the large image is the one called so. */
function shows(page: Page, title: string): Promise<unknown> {
  return page.waitForFunction(`document.querySelector('#caption').textContent === ${JSON.stringify(title)}`);
}

/** Images of 1, 3 or 4 channels as a canvas holds them. */
function asRgba(pixels: Uint8Array, channels: number): Uint8Array {
  const rgba = new Uint8Array((pixels.length / channels) * 4).fill(255);
  for (let i = 0; i < rgba.length / 4; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[i * channels + (channels === 1 ? 0 : c)]!;
    if (channels === 4) rgba[4 * i + 3] = pixels[i * 4 + 3]!;
  }
  return rgba;
}

test('one folder with the page, its scripts, the WebAssembly and the model', () => {
  assert.deepEqual(listAll(join(root, 'digits')), [...files, 'wasm/'].sort());
  const named = ['index.html', 'style.css', 'app.js', 'LICENCES.txt', 'model.json', 'wasm/tfjs-backend-wasm.wasm'];
  for (const file of named) assert.ok(files.includes(file), file);
  assert.match(readFileSync(join(root, 'digits', 'index.html'), 'utf8'), /<h1>The &lt;digits><\/h1>/);
});

for (const backend of ['wasm', 'webgl', 'webgpu']) {
  test(`seeds 0 to 3 are the images of dcgan sample: ${backend}`, inChromium, async (context) => {
    const page = await openExport('digits', desktop);
    const hasGpu = await page.evaluate('navigator.gpu?.requestAdapter().then(Boolean)');
    if (backend === 'webgpu' && !hasGpu) return context.skip('this Chromium has no WebGPU in software');
    await compute(page, backend);
    const expected = asRgba(await sampledPixels(digits, [0, 1, 2, 3]), 1);
    for (let seed = 0; seed < 4; seed++) {
      const pixels = await shownPixels(page, `#grid li:nth-child(${seed + 1}) canvas`);
      const difference = largestDifference(pixels, expected.subarray(seed * 28 * 28 * 4, (seed + 1) * 28 * 28 * 4));
      assert.ok(difference <= 2, `seed ${seed} differs by ${difference}`);
    }
    await page.close();
  });
}

test('colours and transparency too', inChromium, async () => {
  const emoji = await shippedDesign('emoji.json');
  await exportAs('emoji', emoji);
  const page = await openExport('emoji', desktop);
  await drawn(page, '#image');
  const expected = asRgba(await sampledPixels(emoji, [0]), 4);
  const pixels = await shownPixels(page, '#image');
  assert.deepEqual(alphas(pixels), alphas(expected)); // exactly, for each pixel shows whether it is there at all
  assert.ok(largestDifference(multiplied(pixels), multiplied(expected)) <= 2); // colours as far as they can be seen
  await page.close();
});

function alphas(rgba: ArrayLike<number>): number[] {
  return Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i + 3]!);
}

/** Colours times alpha: canvases keep no more of them. */
function multiplied(rgba: ArrayLike<number>): number[] {
  return Array.from(rgba, (value, i) => (i % 4 === 3 ? value : (value * rgba[i - (i % 4) + 3]!) / 255));
}

test('nothing is asked of any other machine, and the page says what computes and why', inChromium, async () => {
  const page = await openPage(phone);
  const requested: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${address}digits/`);
  await page.waitForSelector('body[data-backend="wasm"]'); // the machine of the test has no GPU
  await drawn(page, '#grid li:last-child canvas');
  const status = await page.textContent('#status');
  assert.match(status!, /^Computed with WebAssembly · WebGPU: .+ · WebGL: only a slow imitation in software$/);
  assert.ok(requested.length > 5);
  assert.deepEqual(
    requested.filter((url) => !url.startsWith(address) && !url.startsWith('data:')),
    [],
  );
  assert.deepEqual(complaints, []);
  await page.close();
});

test('opened as a file the page says that it needs a server', inChromium, async () => {
  const page = await openPage(phone);
  await page.goto(pathToFileURL(join(root, 'digits', 'index.html')).href);
  assert.match((await page.textContent('#status'))!, /from a web server only.+http:\/\/localhost:8000/);
  await page.close();
});

test('where the chosen one cannot be used the next one is, and the page says so', inChromium, async () => {
  const page = await openPage(phone);
  await page.addInitScript("Object.defineProperty(navigator, 'gpu', { value: undefined })");
  await page.goto(`${address}digits/`);
  await page.waitForSelector('body[data-backend]');
  await compute(page, 'webgl');
  await page.selectOption('#backend', 'webgpu');
  await page.waitForSelector('body[data-backend="wasm"]');
  const status = await page.textContent('#status');
  assert.match(status!, /^Computed with WebAssembly · WebGPU: not in this browser · WebGL: only a slow imitation/);
  assert.equal(await page.inputValue('#backend'), 'wasm');
  await page.close();
});

test('seeds, sliders, interpolation and walk show what they say', inChromium, async () => {
  const page = await openExport('digits', desktop);
  const seed7 = asRgba(await sampledPixels(digits, [7]), 1);
  await page.fill('#seed', '7');
  await page.keyboard.press('Enter');
  await shows(page, 'Seed 7');
  assert.ok(largestDifference(await shownPixels(page, '#image'), seed7) <= 2);

  const slider = page.locator('.sliders input').first();
  await slider.focus();
  await page.keyboard.press('End'); // 3, the most
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
  await page.waitForFunction("document.querySelector('#position').valueAsNumber < 0.9"); // on its way back
  await page.click('#walk');
  await page.waitForFunction("document.querySelector('#caption').textContent.startsWith('Walking to seed')");
  assert.equal(await page.textContent('#play'), 'Play');
  await page.click('#grid li:nth-child(8) button');
  await shows(page, 'Seed 7');
  assert.equal(await page.textContent('#walk'), 'Start walking');
  assert.ok(largestDifference(await shownPixels(page, '#image'), seed7) <= 2);
  await page.close();
});

test('the saved PNG is the image in its own size', inChromium, async () => {
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

for (const [device, size] of Object.entries({ phone, desktop })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `no barrier that axe finds, nothing that moves or sticks out: ${device}, ${colorScheme}`,
      inChromium,
      async () => {
        const page = await openExport('digits', { ...size, colorScheme });
        await drawn(page, '#grid li:last-child canvas');
        await page.evaluate(axe.source);
        const violations = await page.evaluate<string[]>(
          "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))",
        );
        assert.deepEqual(violations, []);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), size.width);
        const shift = await page.evaluate<number>(`new Promise((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0)))
          .observe({ type: 'layout-shift', buffered: true });
        setTimeout(resolve, 500, 0);
      })`);
        assert.ok(shift < 0.01, `layout shift ${shift}`);
        await page.close();
      },
    );
  }
}

test('every control is reached with the keyboard and has a name', inChromium, async () => {
  const page = await openExport('digits', desktop);
  const controls = await page.evaluate<number>("document.querySelectorAll('button, input, select').length");
  const reached = new Set<string>();
  for (let i = 0; i < controls; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate<string>('document.activeElement.outerHTML'));
  }
  assert.equal(reached.size, controls);
  const names = await page.locator('main').ariaSnapshot();
  for (const name of [
    'spinbutton "Seed"',
    'slider "Position"',
    'button "Show seed 23"',
    'img "Generated image, seed 0"',
  ]) {
    assert.ok(names.includes(name), `${name} in\n${names}`);
  }
  await page.close();
});
