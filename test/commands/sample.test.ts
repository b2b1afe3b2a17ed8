import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { type SampleOptions, sample } from '../../src/commands/sample.ts';
import { type TrainResult, train } from '../../src/commands/train.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { openCheckpoint } from '../../src/sampling/open-checkpoint.ts';
import type { SamplingEvent } from '../../src/sampling/sampling.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
let run: TrainResult;

before(async () => {
  await writePictures(join(root, 'pictures'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  run = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
});

const at = (name: string) => join(root, name);
const options = (more: Partial<SampleOptions>): SampleOptions => ({
  checkpoint: run.runHash,
  columns: 3,
  out: at('out.png'),
  engine: 'wasm',
  root,
  ...more,
});
const pixelsOf = (path: string) => sharp(path).raw().toBuffer();

test("samples of a run's last checkpoint equal its last grid, pixel for pixel", async () => {
  const result = await sample(options({ count: 6 }));
  assert.deepEqual(result, {
    checkpoint: at(join(run.checkpoints, '000012')),
    runHash: run.runHash,
    step: 12,
    refused: [],
    images: 6,
    seeds: [0, 1, 2, 3, 4, 5],
    files: [at('out.png')],
  });
  assert.deepEqual(await pixelsOf(at('out.png')), await pixelsOf(at(join(run.results, 'samples', '000012.png'))));
});

test('finds a checkpoint by hash prefix and by path, and a step by number and by folder', async () => {
  const made = async (more: Partial<SampleOptions>) => {
    const { step } = await sample(options({ count: 6, ...more }));
    return { step, bytes: readFileSync(at('out.png')) };
  };
  const last = await made({});
  for (const checkpoint of [run.runHash.slice(0, 3), at(run.checkpoints), at(join(run.checkpoints, '000012'))]) {
    assert.deepEqual(await made({ checkpoint }), last, checkpoint);
  }
  const earlier = await made({ which: 8 });
  assert.equal(earlier.step, 8);
  assert.notDeepEqual(earlier.bytes, last.bytes);
  assert.deepEqual(await made({ checkpoint: at(join(run.checkpoints, '000008')) }), earlier);
});

test('a grid has the given shape even with fewer images', async () => {
  const { images } = await sample(options({ grid: { columns: 4, rows: 2 }, padding: 3, scale: 5 }));
  assert.equal(images, 8);
  const size = async () => {
    const { width, height } = await sharp(at('out.png')).metadata();
    return [width, height];
  };
  assert.deepEqual(await size(), [4 * (40 + 3) + 3, 2 * (40 + 3) + 3]);
  await sample(options({ grid: { columns: 4, rows: 2 }, padding: 3, scale: 5, seeds: [9] }));
  assert.deepEqual(await size(), [4 * (40 + 3) + 3, 2 * (40 + 3) + 3]);
  const empty = { grid: { columns: 2, rows: 2 }, seeds: [1, 2, 3, 4, 5] };
  await assert.rejects(sample(options(empty)), {
    code: 'usage.grid',
    message: /^5 images do not fit into a grid of 2 x 2\.\n.*4 cells.*\n--grid 2x3$/,
  });
});

test('separate files equal the cells of the grid, in every format', async () => {
  const [folder, seeds] = [at('single'), [4_000_000_000, 2, 70, 2]];
  const { files, images } = await sample({ ...options({ seeds, separate: folder }), out: 'unused' });
  assert.equal(images, 3);
  assert.deepEqual(
    files,
    ['4000000000.png', '000002.png', '000070.png'].map((name) => join(folder, name)),
  );
  assert.deepEqual(readdirSync(folder).sort(), ['000002.png', '000070.png', '4000000000.png']);
  await sample(options({ seeds, columns: 1, padding: 0, scale: 1 }));
  const grid = await pixelsOf(at('out.png'));
  for (const [place, name] of ['4000000000', '000002', '000070'].entries()) {
    const { data, info } = await sharp(join(folder, `${name}.png`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [8, 8]);
    assert.deepEqual(data, grid.subarray(place * data.length, (place + 1) * data.length), name);
  }
  await sample(options({ seeds: [2], separate: folder, format: 'webp', scale: 3 }));
  const { format, width } = await sharp(join(folder, '000002.webp')).metadata();
  assert.deepEqual([format, width], ['webp', 24]);
});

test('draws the latent vectors of a file, named by position', async () => {
  const vectors = latentsOfSeeds({ size: 4, distribution: 'normal' }, [5, 6]);
  writeJsonFile(at('z.json'), [[...vectors.subarray(0, 4)], [...vectors.subarray(4)]]);
  await sample(options({ seeds: [5, 6] }));
  const expected = readFileSync(at('out.png'));
  const result = await sample(options({ latents: at('z.json') }));
  assert.deepEqual(readFileSync(at('out.png')), expected);
  assert.equal('seeds' in result, false);
  const { files } = await sample(options({ latents: at('z.json'), separate: at('places') }));
  assert.deepEqual(files, [at('places/000000.png'), at('places/000001.png')]);
});

test('the fourth channel of a generator becomes alpha', async () => {
  const content = tinyConfig();
  const layers = content.generator.layers.map((layer) =>
    layer.type === 'convTranspose' ? { ...layer, filters: 4 } : layer,
  );
  const data = { ...content.data, channels: 4 };
  const config = writeJsonFile(at('rgba.json'), { ...content, data, generator: { ...content.generator, layers } });
  const io = { onEvent: () => {}, shouldStop: () => false };
  const { runHash: checkpoint } = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
  const generator = await openCheckpoint(checkpoint, { root, engine: 'wasm' });
  const { pixels } = await generator.generate({ seeds: [7] });
  assert.ok(pixels.some((value, i) => i % 4 === 3 && value < 255));
  for (const format of ['png', 'webp'] as const) {
    const { files } = await sample(options({ checkpoint, seeds: [7], separate: at('rgba'), format }));
    const { data: read, info } = await sharp(files[0]).raw().toBuffer({ resolveWithObject: true });
    assert.equal(info.channels, 4);
    assert.deepEqual(
      read.filter((_, i) => i % 4 === 3),
      Buffer.from(pixels.filter((_, i) => i % 4 === 3)),
    );
    const shown = (values: Uint8Array) => values.filter((_, i) => values[i - (i % 4) + 3]! > 0); // WebP drops the colours of transparent pixels
    assert.deepEqual(shown(read), shown(Buffer.from(pixels)));
  }
  await sample(options({ checkpoint, seeds: [7], columns: 1 }));
  const corner = await sharp(at('out.png')).extract({ left: 0, top: 0, width: 1, height: 1 }).raw().toBuffer();
  assert.equal(corner[3], 0); // the padding is transparent
});

test('reports progress only for many images', async () => {
  const heard = async (count: number) => {
    const events: SamplingEvent[] = [];
    await sample(options({ count, columns: 30 }), { onEvent: (event) => events.push(event) });
    return events.flatMap((event) => (event.type === 'images' ? [[event.done, event.total]] : []));
  };
  assert.deepEqual(await heard(32), []);
  const done = [
    [32, 80],
    [64, 80],
    [80, 80],
  ]; // 32 per call
  assert.deepEqual(await heard(80), done);
});

test('samples never use batch statistics, so that a seed always gives the same image', async () => {
  const content = { ...tinyConfig(), seed: 2 };
  const outputs = { ...content.outputs, grid: { ...content.outputs.grid, batchNorm: 'batch' } };
  const config = writeJsonFile(at('batch.json'), { ...content, outputs });
  const io = { onEvent: () => {}, shouldStop: () => false };
  const { runHash } = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
  const imageOf = async (seeds: number[]) => {
    await sample(options({ checkpoint: runHash, seeds, columns: 1, padding: 0, scale: 1 }));
    return (await pixelsOf(at('out.png'))).subarray(0, 64 * 3);
  };
  assert.deepEqual(await imageOf([3, 1, 2]), await imageOf([3]));
});

test('skips a damaged latest checkpoint, and reports it in an event and in the result', async () => {
  const copy = at('copied');
  cpSync(at(run.checkpoints), copy, { recursive: true });
  const weights = join(copy, '000012', 'weights.safetensors');
  truncateSync(weights, statSync(weights).size - 1);
  const events: SamplingEvent[] = [];
  const result = await sample(options({ checkpoint: copy }), { onEvent: (event) => events.push(event) });
  assert.equal(result.step, 8);
  assert.equal(result.refused[0]?.path, join(copy, '000012'));
  assert.match(result.refused[0]?.reason ?? '', /weights\.safetensors is damaged: \d+ bytes, not \d+/);
  assert.equal(events[0]?.type, 'checkpoint');
  await assert.rejects(sample(options({ checkpoint: copy, which: 12 })), { code: 'checkpoint.damaged', exitCode: 4 });
});

test('more images than fit into one batch begin with the same ones', async () => {
  await sample(options({ count: 70, columns: 10, out: at('seventy.png') }));
  await sample(options({ count: 10, columns: 10, out: at('ten.png') }));
  const { width, height } = await sharp(at('seventy.png')).metadata();
  assert.deepEqual([width, height], [10 * 66 + 2, 7 * 66 + 2]);
  const firstRow = await sharp(at('seventy.png')).extract({ left: 0, top: 0, width: 662, height: 68 }).raw().toBuffer();
  assert.deepEqual(firstRow, await pixelsOf(at('ten.png')));
});

test('without columns the picture is about square', async () => {
  await sample({ checkpoint: run.runHash, count: 7, out: at('square.png'), engine: 'wasm', root });
  const { width, height } = await sharp(at('square.png')).metadata();
  assert.deepEqual([width, height], [3 * 66 + 2, 3 * 66 + 2]);
});

test('rejects invalid options without writing a file', async () => {
  const out = at('none.png');
  await assert.rejects(sample(options({ count: 1_000_000_000, out })), { code: 'usage.seeds', exitCode: 2 });
  await assert.rejects(sample(options({ seeds: [-1], out })), { code: 'usage.seeds', message: /-1 is not a seed/ });
  await assert.rejects(sample(options({ scale: 5000, out })), { code: 'usage.picture-too-large', exitCode: 2 });
  await assert.rejects(sample(options({ scale: 5000, separate: out })), { code: 'usage.picture-too-large' });
  await assert.rejects(sample(options({ latents: at('tiny.json'), out })), { code: 'usage.latents', exitCode: 2 });
  await assert.rejects(sample(options({ which: 9, out })), { code: 'checkpoint.missing', message: /steps .*8, 12/ });
  await assert.rejects(sample(options({ which: 'best', out })), { code: 'checkpoint.missing', exitCode: 4 });
  await assert.rejects(sample(options({ checkpoint: 'nothing', out })), { code: 'checkpoint.unknown', exitCode: 4 });
  await assert.rejects(sample(options({ out: at('none.txt') })), { code: 'usage.unknown-picture-format', exitCode: 2 });
  await assert.rejects(sample(options({ out: at('tiny.json/none.png') })), { code: 'usage.cannot-write', exitCode: 2 });
  assert.ok(!existsSync(out) && !existsSync(at('none.txt')));
});
