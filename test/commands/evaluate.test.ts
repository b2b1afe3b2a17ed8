import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type EvaluateEvent, type EvaluateOptions, evaluate } from '../../src/commands/evaluate.ts';
import { type TrainResult, train } from '../../src/commands/train.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
let run: TrainResult;

before(async () => {
  await writePictures(join(root, 'pictures'), 40);
  await writePictures(join(root, 'few'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  run = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
});

const options = (more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  checkpoint: run.runHash,
  count: 20,
  seed: 5,
  engine: 'wasm',
  root,
  ...more,
});
const log = () =>
  readFileSync(join(root, run.results, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');

test('returns and logs every metric with its protocol, and leaves losses.jsonl unchanged', async () => {
  const ticks = readFileSync(join(root, run.results, 'losses.jsonl'), 'utf8');
  const events: EvaluateEvent[] = [];
  const { files, ...result } = await evaluate(options(), (event) => events.push(event));
  const { fingerprint, ...data } = result.data;
  assert.match(fingerprint, /^[0-9a-f]{64}$/);
  assert.deepEqual(data, { folder: 'pictures', images: 40, split: 'training data' });
  assert.deepEqual(
    [result.runHash, result.step, result.count, result.seed, result.size, result.resizer, result.colours],
    [run.runHash, 12, 20, 5, { height: 16, width: 16 }, 'bilinear, 8 x 8 to 16 x 16', 'gray'],
  );
  assert.deepEqual(Object.keys(result.metrics), ['swd', 'ms-ssim', 'precision-recall', 'diversity']);
  assert.deepEqual(Object.keys(result.metrics.swd!.values), ['side16', 'average']);
  const { values, ofData } = result.metrics.swd!;
  assert.ok(values['average']! > ofData!['average']!, JSON.stringify(result.metrics.swd));
  assert.equal(result.nearest!.count, 20);
  assert.deepEqual(files, [`${run.results}/metrics.jsonl`, `${run.results}/neighbours-000012.png`]);
  const { time, ...line } = JSON.parse(log()[0]!);
  assert.ok(!Number.isNaN(Date.parse(time)));
  assert.deepEqual(line, JSON.parse(JSON.stringify(result)));
  assert.equal(readFileSync(join(root, run.results, 'losses.jsonl'), 'utf8'), ticks);
  const finished = events.filter(({ done, total }) => done === total).map(({ phase }) => phase);
  for (const phase of ['generate', 'swd', 'ms-ssim', 'precision-recall', 'diversity', 'nearest'] as const) {
    assert.ok(finished.includes(phase), phase);
  }
});

test('the same seed gives the same values; another seed or step gives others', async () => {
  const measure = async (more: Partial<EvaluateOptions>) =>
    (await evaluate(options({ metrics: ['ms-ssim', 'swd'], ...more }), () => {})).metrics;
  const once = await measure({});
  assert.deepEqual(await measure({}), once);
  assert.notDeepEqual(await measure({ seed: 6 }), once);
  assert.notDeepEqual(await measure({ which: 8 }), once);
  assert.deepEqual(Object.keys(once), ['swd', 'ms-ssim']);
});

test('computes precision and recall over pixels, or over the features of the given network, and says which', async () => {
  const features = fileURLToPath(new URL('../fixtures/features/nchw.onnx', import.meta.url));
  const named = { features, featuresSet: ['range=[0,1]'] };
  const metrics = ['precision-recall'];
  const overPixels = await evaluate(options({ metrics }), () => {});
  const overFeatures = await evaluate(options({ metrics, ...named }), () => {});
  assert.match(overPixels.metrics['precision-recall']!.protocol, /over pixels$/);
  assert.match(overFeatures.metrics['precision-recall']!.protocol, /over a network's features$/);
  assert.deepEqual([overPixels.features, overFeatures.features?.network], [undefined, 'nchw.onnx']);
});

test('marks images other than the training data as such', async () => {
  await writePictures(join(root, 'others'), 30);
  const { data } = await evaluate(options({ metrics: ['diversity'], data: 'others' }), () => {});
  assert.deepEqual([data.folder, data.images, data.split], ['others', 30, 'other data']);
});

test('compares transparent images on white, and searches neighbours in RGBA', async () => {
  const content = tinyConfig();
  Object.assign(content.data, { channels: 4 });
  Object.assign(content.generator.layers[4]!, { filters: 4 });
  const config = writeJsonFile(join(root, 'transparent.json'), content);
  const io = { onEvent: () => {}, shouldStop: () => false };
  const { runHash } = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
  const { colours, metrics, nearest } = await evaluate(options({ checkpoint: runHash }), () => {});
  assert.equal(colours, 'RGBA on white');
  const numbers = Object.values(metrics).flatMap(({ values, ofData = {} }) => [values, ofData].flatMap(Object.values));
  assert.ok(numbers.length >= 11 && numbers.every(Number.isFinite), JSON.stringify(metrics));
  assert.ok(nearest!.distance > 0);
});

test('draws generated images above their nearest neighbours', async () => {
  await evaluate(options({ metrics: ['nearest'] }), () => {});
  const { width, height } = await sharp(join(root, run.results, 'neighbours-000012.png')).metadata();
  assert.deepEqual([width, height], [16 * 66 + 2, 4 * 66 + 2]); // 20 images: two rows of 16, and their neighbours
});

test('uses and reports fewer images than requested; too few are an error', async () => {
  const { count, data } = await evaluate(options({ metrics: ['diversity'], count: 5000, data: 'pictures' }), () => {});
  assert.deepEqual([count, data.images], [40, 40]);
  await assert.rejects(
    evaluate(options({ data: 'few' }), () => {}),
    { code: 'data.too-few-images', exitCode: 3 },
  );
  await assert.rejects(
    evaluate(options({ count: 3 }), () => {}),
    { code: 'usage.too-few-images', exitCode: 2 },
  );
});

test('rejects invalid options without a line in the log', async () => {
  const before = log().length;
  await assert.rejects(
    evaluate(options({ metrics: ['fidd'] }), () => {}),
    {
      code: 'usage.unknown-metric',
      message:
        /no metric called "fidd"\.\nThe metrics are swd, ms-ssim, precision-recall, diversity, fid, kid, nearest\./,
    },
  );
  await assert.rejects(
    evaluate(options({ size: { height: 28, width: 28 } }), () => {}),
    {
      code: 'usage.evaluation-size',
      message: /--size 32x32/,
    },
  );
  await assert.rejects(
    evaluate(options({ data: 'nowhere' }), () => {}),
    { exitCode: 3 },
  );
  await assert.rejects(
    evaluate(options({ which: 7 }), () => {}),
    { code: 'checkpoint.missing', exitCode: 4 },
  );
  assert.equal(log().length, before);
});
