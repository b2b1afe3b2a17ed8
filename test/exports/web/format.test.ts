import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { TrainedGenerator } from '../../../src/sampling/trained-generator.ts';
import { asRgba, multiplied } from '../../helpers/canvas-pixels.ts';
import { openPage } from '../../helpers/chromium.ts';
import { listAll } from '../../helpers/temporary-run.ts';
import { largestDifference, sampledPixels, shippedDesign } from '../../helpers/trained-generators.ts';
import {
  address,
  compute,
  desktop,
  drawn,
  exportAs,
  inChromium,
  openExport,
  phone,
  root,
  shownPixels,
} from './exported-page.ts';

let digits: TrainedGenerator;
let files: string[];

before(async () => {
  digits = await shippedDesign('quick.yaml');
  files = await exportAs('digits', digits);
});

test('writes one folder with the page, its scripts, WebAssembly and the model', () => {
  assert.deepEqual(listAll(join(root, 'digits')), [...files, 'wasm/'].sort());
  const named = ['index.html', 'style.css', 'app.js', 'LICENCES.txt', 'model.json', 'wasm/tfjs-backend-wasm.wasm'];
  for (const file of named) assert.ok(files.includes(file), file);
  assert.match(readFileSync(join(root, 'digits', 'index.html'), 'utf8'), /<h1>The &lt;digits><\/h1>/);
});

for (const backend of ['wasm', 'webgl', 'webgpu']) {
  test(`shows the images of dcgan sample for seeds 0 to 3: ${backend}`, inChromium, async (context) => {
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

test('shows colours and transparency', inChromium, async () => {
  const emoji = await shippedDesign('emoji.json');
  await exportAs('emoji', emoji);
  const page = await openExport('emoji', desktop);
  await drawn(page, '#image');
  const expected = asRgba(await sampledPixels(emoji, [0]), 4);
  const pixels = await shownPixels(page, '#image');
  assert.ok(largestDifference(multiplied(pixels), multiplied(expected)) <= 2); // premultiplied: colours of transparent pixels do not count
  await page.close();
});

test('requests nothing from other hosts, and shows the backend and why it was chosen', inChromium, async () => {
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

test('says that it needs a server when opened as a file', inChromium, async () => {
  const page = await openPage(phone);
  await page.goto(pathToFileURL(join(root, 'digits', 'index.html')).href);
  assert.match((await page.textContent('#status'))!, /from a web server only.+http:\/\/localhost:8000/);
  await page.close();
});

test('uses the next backend if the chosen one does not work, and says so', inChromium, async () => {
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
