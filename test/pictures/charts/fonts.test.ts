// Text is drawn with the package's own fonts, even if the user's cache cannot be written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-fonts-test-'));
after(() => rmSync(folder, { recursive: true }));

/** Draws a chart with the losses of two steps in a separate process. @returns stderr */
function draw(picture: string, env: Record<string, string>): string {
  const program = `
    const { writeLossPlot } = await import(${JSON.stringify(new URL('../../../src/pictures/charts/plot.ts', import.meta.url).href)});
    const { createLossCurves } = await import(${JSON.stringify(new URL('../../../src/pictures/charts/loss-curves.ts', import.meta.url).href)});
    if (process.env.TEMPORARY) process.env.TMPDIR = process.env.TEMPORARY; // after tsx has started, which needs an existing folder
    const curves = createLossCurves();
    for (const step of [1, 2]) curves.add({ step, epoch: step, discriminatorLoss: 1, generatorLoss: step });
    await writeLossPlot(${JSON.stringify(picture)}, curves, 'a title');
    await writeLossPlot(${JSON.stringify(picture)}, curves, 'a title');
  `;
  const node = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program];
  const { status, stderr } = spawnSync(process.execPath, node, { env: { ...process.env, ...env }, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stderr;
}

const usual = join(folder, 'usual.png');
const cache = join(folder, 'cache');

test('writes the configuration once', () => {
  assert.equal(draw(usual, { DCGAN_CACHE: cache }), '');
  const [name] = readdirSync(join(cache, 'fonts')).filter((file) => file.endsWith('.conf'));
  const path = join(cache, 'fonts', name!);
  utimesSync(path, 1000, 1000);
  draw(usual, { DCGAN_CACHE: cache });
  assert.equal(statSync(path).mtimeMs, 1_000_000);
});

test('draws the same picture with a temporary configuration if the cache cannot be written', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const temporary = mkdtempSync(join(folder, 'temporary-'));
  const picture = join(folder, 'without-cache.png');
  assert.equal(draw(picture, { DCGAN_CACHE: join(file, 'below'), TEMPORARY: temporary }), '');
  assert.deepEqual(readFileSync(picture), readFileSync(usual));
  assert.deepEqual(readdirSync(temporary).filter((name) => name.startsWith('dcgan')), []); // biome-ignore format: one thought
});

test('draws the picture with one warning if nothing can be written', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const stderr = draw(join(folder, 'without-anything.png'), {
    DCGAN_CACHE: join(file, 'below'),
    TEMPORARY: join(file, 'below'),
  });
  assert.equal([...stderr.matchAll(/Text in pictures is drawn with the fonts of the system/g)].length, 1, stderr);
});
