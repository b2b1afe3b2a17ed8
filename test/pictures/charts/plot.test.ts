import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { createLossCurves } from '../../../src/pictures/charts/loss-curves.ts';
import { writeLossPlot } from '../../../src/pictures/charts/plot.ts';
import type { LossesRecord } from '../../../src/runs/losses-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-plot-'));
before(() => {
  process.env['DCGAN_CACHE'] = join(folder, 'cache');
});
after(() => rmSync(folder, { recursive: true }));

interface Picture {
  width: number;
  height: number;
  data: Buffer;
}

async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** How many pixels are within 12 of a colour. */
function count({ data }: Picture, [r, g, b]: readonly [number, number, number]): number {
  let pixels = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (Math.max(Math.abs(data[i]! - r), Math.abs(data[i + 1]! - g), Math.abs(data[i + 2]! - b)) <= 12) pixels++;
  }
  return pixels;
}

const blue = [0x00, 0x72, 0xb2] as const;
const vermilion = [0xd5, 0x5e, 0x00] as const;
const record = (step: number, discriminatorLoss: number, generatorLoss: number) => ({
  step,
  epoch: step / 10,
  discriminatorLoss,
  generatorLoss,
});

function curvesOf(records: readonly LossesRecord[]) {
  const curves = createLossCurves();
  for (const each of records) curves.add(each);
  return curves;
}

test('draws two curves on a light background', async () => {
  const path = join(folder, 'two.png');
  await writeLossPlot(
    path,
    curvesOf(Array.from({ length: 40 }, (_, i) => record(i, 1 + Math.sin(i), 4 + Math.cos(i)))),
    'two curves',
  );
  const picture = await readPicture(path);
  assert.ok(picture.width >= 900 && picture.height >= 500);
  assert.ok(count(picture, [255, 255, 255]) > 0.8 * picture.width * picture.height);
  assert.ok(count(picture, blue) > 1000 && count(picture, vermilion) > 1000);
});

test("draws panels for the parts of the discriminator's loss and for changing learning rates", async () => {
  const skyBlue = [0x56, 0xb4, 0xe9] as const;
  const parts = (i: number) => ({ discriminatorLossReal: 0.4 + Math.sin(i) / 3, discriminatorLossFake: 0.6 });
  const rates = (rate: number) => ({ discriminatorLearningRate: rate, generatorLearningRate: 2e-4 });
  const steps = Array.from({ length: 40 }, (_, i) => ({ ...record(i, 1 + Math.sin(i), 4), ...rates(1e-4) }));
  const heights: number[] = [];
  const pictures = {
    losses: steps,
    parts: steps.map((tick, i) => ({ ...tick, ...parts(i) })),
    rates: steps.map((tick, i) => ({ ...tick, ...parts(i), ...rates(1e-4 / (i + 1)) })),
  };
  for (const [name, records] of Object.entries(pictures)) {
    const path = join(folder, `${name}.png`);
    await writeLossPlot(path, curvesOf(records), name);
    const picture = await readPicture(path);
    heights.push(picture.height);
    assert.ok(picture.width > 900 && picture.width < 1100, `${picture.width}`);
    assert.equal(count(picture, skyBlue) > 500, name !== 'losses');
  }
  assert.ok(heights[0]! < heights[1]! && heights[1]! < heights[2]!, `${heights}`);
});

test('draws nothing, one point, only non-finite values and 100,000 points', async () => {
  const cases = {
    none: [],
    one: [record(1, 0.7, 0.9)],
    broken: [record(1, Number.NaN, Infinity), record(2, Number.NaN, -Infinity)],
    many: Array.from({ length: 100_000 }, (_, i) => record(i, Math.random(), 2 + Math.random())),
  };
  const legendOnly: number[] = [];
  for (const [name, records] of Object.entries(cases)) {
    const path = join(folder, `${name}.png`);
    await writeLossPlot(path, curvesOf(records), name);
    const picture = await readPicture(path);
    assert.ok(picture.width >= 900 && picture.height >= 500);
    legendOnly.push(count(picture, blue));
  }
  const [none, one, broken, many] = legendOnly as [number, number, number, number];
  assert.equal(broken, none);
  assert.ok(one > none && many > 500 + none, `${legendOnly}`);
  assert.ok(!readdirSync(folder).some((name) => name.startsWith('.partial')));
});

test('draws the letters of the title on a system without fonts', async () => {
  const noFonts = join(folder, 'no-fonts.conf');
  writeFileSync(noFonts, `<?xml version="1.0"?><fontconfig><cachedir>${folder}</cachedir></fontconfig>`);
  const program = `
    import { writeLossPlot } from ${JSON.stringify(new URL('../../../src/pictures/charts/plot.ts', import.meta.url).href)};
    import { createLossCurves } from ${JSON.stringify(new URL('../../../src/pictures/charts/loss-curves.ts', import.meta.url).href)};
    for (const [name, title] of [['wide', 'WWWWWWWWWW'], ['narrow', 'iiiiiiiiii']])
      await writeLossPlot(${JSON.stringify(folder)} + '/' + name + '.png', createLossCurves(), title);`;
  const environment = { ...process.env, FONTCONFIG_FILE: noFonts, FONTCONFIG_PATH: folder };
  await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    env: environment,
  });
  // Without a font every letter is the same box, so ten of any letter are equally wide and dark.
  const ink: number[] = [];
  for (const name of ['wide', 'narrow']) {
    const title = sharp(join(folder, `${name}.png`))
      .extract({ left: 20, top: 20, width: 500, height: 28 })
      .greyscale();
    const { data, info } = await title.raw().toBuffer({ resolveWithObject: true });
    const columns = Array.from({ length: info.width }, (_, x) => x);
    ink.push(columns.filter((x) => data.some((value, i) => i % info.width === x && value < 128)).at(-1) ?? 0);
  }
  const [wide, narrow] = ink as [number, number];
  assert.ok(narrow > 30 && wide > 2.5 * narrow, `the last letter ends at ${wide} and ${narrow} pixels`);
});

test('a missing folder is one clear error', async () => {
  await assert.rejects(writeLossPlot(join(folder, 'no', 'loss.png'), createLossCurves(), ''), {
    code: 'usage.cannot-write',
    exitCode: 2,
  });
});
