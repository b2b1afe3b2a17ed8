// Names in configs and checkpoints never cause writes outside of the root's results/ and checkpoints/.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, test } from 'node:test';
import { type TrainOptions, train } from '../../src/commands/train.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.ts';
import { openGenerator } from '../../src/sampling/open-generator.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const outside = temporaryFolder();
const root = join(outside, 'deep', 'root');

before(() => writePictures(join(outside, 'pictures'), 10));

/** Everything outside of the run folders and the cache. */
const others = () =>
  listAll(outside).filter(
    (path) => !/^(cache\/|deep\/root\/(results|checkpoints)\/|deep\/root\/[\w-]+\.json$)/.test(path),
  );

const io = { onEvent: () => {}, shouldStop: () => false };
const options = (more: Partial<TrainOptions>): TrainOptions => ({
  set: ['training.steps=2'],
  engine: 'wasm',
  root,
  fresh: false,
  ...more,
});

const names = [
  '../../evil',
  '/tmp/evil',
  '..',
  '.',
  'a/b/c',
  'C:\\evil',
  'nul\u0000name',
  '-rf',
  '$(touch evil)',
  '%2e%2e%2fevil',
];

test('treats a path in a config name as plain text', async () => {
  mkdirSync(root, { recursive: true });
  let before: string[] | undefined;
  for (const [index, name] of names.entries()) {
    const folder = `../../pictures/../pictures/${index % 2 ? './' : ''}`;
    const content = { ...tinyConfig(), name, data: { folder, size: 8, channels: 1 } };
    const config = writeJsonFile(join(root, `hostile-${index}.json`), content);
    before ??= others();
    const { results, checkpoints, files } = await train(options({ config, fresh: index % 3 === 0 }), io);
    assert.match(results, /^results.[0-9a-f]{7}$/);
    assert.match(checkpoints, /^checkpoints.[0-9a-f]{7}$/);
    for (const file of files) assert.ok(file.startsWith(results) && !file.includes('evil'), file);
    assert.deepEqual(others(), before, name);
  }
});

test('ignores or rejects paths in the state and pointers of a checkpoint', async () => {
  const config = writeJsonFile(join(root, 'sound.json'), {
    ...tinyConfig(),
    data: { folder: '../../pictures', size: 8, channels: 1 },
  });
  const run = await train(options({ config, fresh: true }), io);
  const directory = join(root, run.checkpoints);
  const { tensors, state, step } = await loadCheckpoint(directory, 'latest');
  const before = others();
  const evil = '../../../evil';
  const hostile = {
    ...state,
    config: { ...(state['config'] as object), name: evil },
    decisions: { machine: evil, [evil]: evil },
    engine: evil,
    dataFingerprint: evil,
  };
  const made = join(root, 'checkpoints', 'made');
  await saveCheckpoint(made, { step, tensors, state: { ...hostile, forkedFrom: { runHash: evil, step: evil } } });
  const openings = [() => openGenerator('made', { root }), () => train(options({ fork: 'made' }), io)];
  for (const opening of openings) {
    await assert.rejects(opening, {
      code: 'checkpoint.damaged',
      message: /forkedFrom\.runHash: .*; forkedFrom\.step: /,
    });
  }
  await saveCheckpoint(made, { step, tensors, state: hostile });
  for (const pointer of [evil, '../made/000002', '.', '000002/../../x', '2']) {
    writeFileSync(join(made, 'latest'), `${pointer}\n`);
    assert.equal((await loadCheckpoint(made, 'latest')).step, 2, pointer);
  }
  const opened = await openGenerator('made', { root });
  assert.match(opened.runHash, /^[0-9a-f]{7}$/);
  const fork = await train(options({ fork: 'made', set: ['training.steps=4'] }), io);
  assert.match(fork.results, /^results.[0-9a-f]{7}$/);
  assert.deepEqual(others(), before);
});

test('saving removes only its own files: links and other folders stay', async () => {
  const directory = join(root, 'checkpoints', 'kept');
  const { tensors, state } = await loadCheckpoint(join(root, 'checkpoints', 'made'), 'latest');
  mkdirSync(join(directory, 'notes'), { recursive: true });
  mkdirSync(join(outside, 'precious'));
  writeFileSync(join(outside, 'precious', 'file'), '');
  symlinkSync(join(outside, 'precious'), join(directory, '000001'));
  symlinkSync(join(outside, 'precious'), join(directory, '.partial-link'));
  for (const step of [2, 3, 4, 5]) await saveCheckpoint(directory, { step, tensors, state });
  assert.deepEqual(listAll(join(outside, 'precious')), ['file']);
  assert.ok(listAll(directory).includes('notes/'), basename(directory));
});
