import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { createProgress } from '../../../src/cli/output/progress.ts';
import { outputOf } from '../../../src/cli/output/terminal.ts';
import { type PreviewMethod, pictureText, showPicture } from '../../../src/cli/preview/preview.ts';
import { decodeSixels } from '../../helpers/decode-sixels.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';
import { createTerminal, type TestTerminal } from '../../helpers/terminal.ts';

const folder = temporaryFolder();

/** Terminal output with visible escape characters. */
const visible = (text: string) => text.replaceAll('\x1b', '␛').replaceAll('\x07', '␇');

/** Writes a picture of these pixels and gives its path. */
async function picture(name: string, pixels: number[], width: number, channels: 1 | 3 | 4): Promise<string> {
  const path = join(folder, name);
  const raw = { width, height: pixels.length / width / channels, channels };
  await sharp(Uint8Array.from(pixels), { raw }).toFile(path);
  return path;
}

async function show(path: string, method: PreviewMethod, terminal: TestTerminal): Promise<string> {
  const text = await pictureText(path, method, terminal.stream);
  terminal.stream.write(`${text}\n`);
  return text;
}

const terminalOf80 = () => createTerminal({ columns: 80, rows: 24 });
const rgb = [255, 0, 0, 0, 255, 0, /**/ 0, 0, 255, 1, 2, 3, /**/ 9, 9, 9, 9, 9, 9];

test('half blocks show the pixels, two rows per line, with the background below an odd last row', async () => {
  const terminal = terminalOf80();
  await show(await picture('odd.png', rgb, 2, 3), 'half-blocks', terminal);
  assert.deepEqual(await terminal.halfBlocks(), [
    ['#ff0000', '#00ff00'],
    ['#0000ff', '#010203'],
    ['#090909', '#090909'],
    ['default', 'default'],
  ]);
});

test("a terminal of 256 colours gets xterm's colour numbers, and greys for a grey picture", async () => {
  const terminal = terminalOf80();
  terminal.stream.getColorDepth = () => 8;
  await show(await picture('red.png', rgb, 2, 3), 'half-blocks', terminal);
  await show(await picture('grey.png', [0, 255, 128, 98], 2, 1), 'half-blocks', terminal);
  assert.deepEqual(await terminal.halfBlocks(), [
    ['palette 196', 'palette 46'],
    ['palette 21', 'palette 16'],
    ['palette 232', 'palette 232'],
    ['default', 'default'],
    ['palette 16', 'palette 231'],
    ['palette 244', 'palette 241'],
  ]);
});

test('draws transparent pixels dark whatever their colour', async () => {
  const terminal = terminalOf80();
  await show(await picture('clear.png', [255, 0, 0, 255, 255, 255, 255, 0], 1, 4), 'half-blocks', terminal);
  assert.deepEqual(await terminal.halfBlocks(), [['#ff0000'], ['#202020']]);
});

test('fits a picture into the width, and into the height but no less than 80 pixels', async () => {
  const sizeOn = async (columns: number, rows: number, width: number, height: number) => {
    const terminal = createTerminal({ columns, rows });
    const path = await picture(`${width}.png`, Array<number>(width * height).fill(7), width, 1);
    await show(path, 'half-blocks', terminal);
    const pixels = await terminal.halfBlocks();
    return [pixels[0]!.length, pixels.length];
  };
  assert.deepEqual(await sizeOn(80, 24, 400, 400), [80, 80]);
  assert.deepEqual(await sizeOn(200, 24, 400, 400), [80, 80]);
  assert.deepEqual(await sizeOn(200, 63, 400, 400), [120, 120]);
  assert.deepEqual(await sizeOn(200, 63, 1000, 100), [200, 20]);
  assert.deepEqual(await sizeOn(80, 24, 30, 30), [30, 30]);
});

const noise = Array.from(hashedValues('noise', 64 * 48 * 3), (value) => Math.floor((value + 1) * 128));

test('kitty gets a PNG of the same pixels, in chunks of at most 4096 characters, the last one marked', async () => {
  const text = await show(await picture('noise.png', noise, 64, 3), 'kitty', terminalOf80());
  const chunks = [...visible(text).matchAll(/␛_G([^;]*);([^␛]*)␛\\/g)].map(([all, controls, data]) => ({
    all,
    controls,
    data,
  }));
  assert.equal(chunks.map(({ all }) => all).join(''), visible(text));
  assert.ok(chunks.length > 2 && chunks.every(({ data }) => data!.length <= 4096));
  assert.equal(chunks[0]!.controls, 'a=T,f=100,c=8,q=2,m=1');
  assert.deepEqual(
    chunks.slice(1).map(({ controls }) => controls),
    [...Array<string>(chunks.length - 2).fill('m=1'), 'm=0'],
  );
  const png = Buffer.from(chunks.map(({ data }) => data).join(''), 'base64');
  assert.deepEqual([...(await sharp(png).raw().toBuffer())], noise);
});

test('iTerm2 gets a PNG of the same pixels with its size', async () => {
  const text = await show(await picture('noise.png', noise, 64, 3), 'iterm', terminalOf80());
  const [, size, base64] = /^␛\]1337;File=inline=1;size=(\d+);width=8:([^␇]*)␇$/.exec(visible(text))!;
  const png = Buffer.from(base64!, 'base64');
  assert.equal(png.length, Number(size));
  assert.deepEqual([...(await sharp(png).raw().toBuffer())], noise);
});

test('sixels show the same picture, with few colours exact to the percent', async () => {
  const few = Array.from(
    { length: 40 * 21 },
    (_, i) =>
      [
        [255, 0, 0],
        [51, 102, 153],
        [255, 255, 255],
      ][(i >> 2) % 3]!,
  ).flat();
  const { pixels, width, height } = decodeSixels(
    await show(await picture('few.png', few, 40, 3), 'sixel', terminalOf80()),
  );
  assert.deepEqual([width, height], [40, 21]);
  assert.ok(few.every((value, i) => Math.abs(value - pixels[i]!) <= 2));
});

test('dithers many colours, keeping the mean of areas', async () => {
  const ramp = Array.from({ length: 64 * 60 }, (_, i) => [(i % 64) * 4, Math.floor(i / 64) * 4, 128]).flat();
  const { pixels } = decodeSixels(await show(await picture('ramp.png', ramp, 64, 3), 'sixel', terminalOf80()));
  const mean = (values: ArrayLike<number>, channel: number) =>
    Array.from(values).reduce((sum, value, i) => sum + (i % 3 === channel ? value : 0), 0) / (64 * 60);
  for (const channel of [0, 1, 2]) assert.ok(Math.abs(mean(pixels, channel) - mean(ramp, channel)) < 4);
});

test('prints a line if the picture is missing', async () => {
  const terminal = terminalOf80();
  await showPicture(join(folder, 'gone.png'), 'auto', createProgress(outputOf(terminal.stream)));
  assert.match((await terminal.lines()).join(''), /^No preview of .*gone\.png: .*missing/);
});
