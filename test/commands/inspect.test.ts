import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { describeInspection } from '../../src/cli/output/describe-inspection.ts';
import { inspect } from '../../src/commands/inspect.ts';
import { train } from '../../src/commands/train.ts';
import type { RunOptions } from '../../src/training/start/prepare-run.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const config = join(root, 'tiny.json');
const options: RunOptions = { config, set: [], engine: 'wasm', root };

before(async () => {
  await writePictures(join(root, 'pictures'), 10);
  writeJsonFile(config, tinyConfig());
});

const filesOf = () => listAll(root).filter((path) => !path.startsWith('cache/'));

test('describes the run, with parameters counted by hand, and writes nothing', async () => {
  const before = filesOf();
  const { runHash, generator, discriminator, data, training, engine, config } = await inspect(options, () => {});
  assert.deepEqual(filesOf(), before);
  assert.match(runHash, /^[0-9a-f]{7}$/);
  assert.equal(config.name, 'tiny');
  // dense 4 x 32; batch norm 4 x 32, half of them trainable; transposed 4 x 4 x 2 x 1 + 1
  assert.deepEqual([generator.parameters, generator.trainable], [128 + 128 + 33, 128 + 64 + 33]);
  // conv 3 x 3 x 1 x 3 + 3; dense 4 x 4 x 3 + 1
  assert.deepEqual([discriminator.parameters, discriminator.trainable], [30 + 49, 30 + 49]);
  assert.deepEqual(
    generator.layers.map(({ index, type, output, parameters }) => [index, type, output, parameters]),
    [
      [0, 'dense', [32], 128],
      [1, 'batchNorm', [32], 128],
      [2, 'relu', [32], 0],
      [3, 'reshape', [4, 4, 2], 0],
      [4, 'convTranspose', [8, 8, 1], 33],
      [5, 'tanh', [8, 8, 1], 0],
    ],
  );
  assert.deepEqual([generator.input, discriminator.input], [[4], [8, 8, 1]]);
  assert.deepEqual([data.images, data.skipped, data.height, data.width, data.channels], [10, 0, 8, 8, 1]);
  assert.match(data.fingerprint, /^[0-9a-f]{64}$/);
  assert.deepEqual(training, { steps: 12, epochs: 4, stepsPerEpoch: 3 });
  assert.deepEqual([engine.name, engine.notChosen], ['wasm', []]);
});

test('applies --data and --set; the data folder does not change the run hash', async () => {
  const { runHash } = await inspect(options, () => {});
  const set = await inspect({ ...options, set: ['training.batchSize=5', 'training.epochs=3'] }, () => {});
  assert.notEqual(set.runHash, runHash);
  assert.deepEqual(set.training, { steps: 6, epochs: 3, stepsPerEpoch: 2 });
  const copied = await writePictures(join(root, 'copy: of "pictures"'), 10);
  const elsewhere = await inspect({ ...options, data: copied }, () => {});
  assert.deepEqual([elsewhere.runHash, elsewhere.data.folder], [runHash, copied]);
  const more = await inspect({ ...options, data: await writePictures(join(root, 'more'), 11) }, () => {});
  assert.notEqual(more.runHash, runHash);
});

test('has the same hash as the run', async () => {
  const { runHash } = await inspect({ ...options, set: ['training.steps=1'] }, () => {});
  const result = await train(
    { ...options, set: ['training.steps=1'], fresh: false },
    { onEvent: () => {}, shouldStop: () => false },
  );
  assert.equal(result.runHash, runHash);
});

test('rejects a precision that the engine does not support before anything is written', async () => {
  const before = filesOf();
  const asked = { ...options, set: ['training.precision=mixed_bfloat16'] };
  await assert.rejects(
    inspect(asked, () => {}),
    {
      code: 'engine.precision',
      exitCode: 5,
      message: /wasm engine does not support the precision mixed_bfloat16\.\nIt supports float32\./,
    },
  );
  assert.deepEqual(filesOf(), before);
});

test('lists nested layers of a residual layer, indented, with their parameters', async () => {
  const content = tinyConfig() as { discriminator: { layers: object[] } };
  const inside = [{ type: 'conv', filters: 2, kernel: 3 }, { type: 'averagePool' }];
  content.discriminator.layers.unshift({ type: 'residual', layers: inside });
  const path = writeJsonFile(join(root, 'residual.json'), content);
  const inspection = await inspect({ ...options, config: path }, () => {});
  // conv 3 x 3 x 1 x 2 + 2; shortcut 1 x 2 + 2
  const [residual] = inspection.discriminator.layers;
  assert.deepEqual(residual, {
    index: 0,
    type: 'residual',
    output: [4, 4, 2],
    parameters: 24,
    layers: [
      { index: 0, type: 'conv', output: [8, 8, 2], parameters: 20 },
      { index: 1, type: 'averagePool', output: [4, 4, 2], parameters: 0 },
    ],
    shortcut: [
      { index: 0, type: 'averagePool', output: [4, 4, 1], parameters: 0 },
      { index: 1, type: 'conv', output: [4, 4, 2], parameters: 4 },
    ],
  });
  const table = describeInspection(inspection).split('Discriminator: ')[1]!.split('\n').slice(2, 8);
  assert.deepEqual(table, [
    '   input                     [8, 8, 1]',
    '0  residual                  [4, 4, 2]',
    '     0/0 conv                [8, 8, 2]          20',
    '     0/1 averagePool         [4, 4, 2]           0',
    '     0/shortcut averagePool  [4, 4, 1]           0',
    '     0/shortcut conv         [4, 4, 2]           4',
  ]);
});
