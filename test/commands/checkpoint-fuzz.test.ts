// Arbitrary content in the files of a checkpoint, an export or a run is read or rejected with one sentence: 5,000 cases each.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { type TrainOptions, train } from '../../src/commands/train.ts';
import { DcganError } from '../../src/errors.ts';
import { contentOf } from '../../src/exports/exported-files.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { readStepFolder, stepFolderName } from '../../src/runs/step-folder.ts';
import { readLatentsFile } from '../../src/sampling/latents-file.ts';
import { storedRun } from '../../src/training/start/stored-run.ts';
import { asTrainingCheckpoint } from '../../src/training/start/training-checkpoint.ts';
import { damagedBytes, mutatedJson } from '../helpers/mutated.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const runs = { numRuns: 5000, seed: 7 };
const slow = { timeout: 300_000 };
let step: string;
let sound: Awaited<ReturnType<typeof readStepFolder>>;

before(async () => {
  await writePictures(join(root, 'pictures'), 6);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const options: TrainOptions = { config, set: ['training.steps=4'], engine: 'wasm', root, fresh: false };
  const run = await train(options, { onEvent: () => {}, shouldStop: () => false });
  step = join(root, run.checkpoints, stepFolderName(4));
  sound = await readStepFolder(step);
});

/** Runs an action that may fail with a DcganError but not with a bug. */
async function refusedAtMost(action: () => unknown): Promise<boolean> {
  try {
    await action();
    return false;
  } catch (error) {
    assert.ok(error instanceof DcganError, error instanceof Error ? error.stack : String(error));
    assert.ok(error.exitCode >= 2 && error.exitCode <= 5);
    return true;
  }
}

test('arbitrary state with correct checksums', slow, async () => {
  let refused = 0;
  const property = fc.asyncProperty(mutatedJson(sound.state), async (state) => {
    const record = typeof state === 'object' && state !== null && !Array.isArray(state) ? state : { state };
    const loaded = { ...sound, state: record, path: step, refused: [] };
    const reading = await refusedAtMost(() => buildNetworks(storedRun(record, step).config));
    const resuming = await refusedAtMost(() => asTrainingCheckpoint(loaded));
    if (reading || resuming) refused++;
  });
  await fc.assert(property, runs);
  assert.ok(refused > 2000, `${refused} refused`);
});

test('names health and progress values of the wrong type', () => {
  const position = sound.state['position'] as Record<string, unknown>;
  const health = position['health'] as Record<string, unknown>;
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ health: null }, /position\.health: /],
    [{ health: { ...health, since: null } }, /position\.health\.since: /],
    [{ health: { ...health, since: { collapsed: '1' } } }, /position\.health\.since\.collapsed: /],
    [{ health: { ...health, state: 'fine' } }, /position\.health\.state: /],
    [{ health: { ...health, lookedAt: -1 } }, /position\.health\.lookedAt: /],
    [{ evaluated: { at: 0, best: { value: '1' } } }, /position\.evaluated\.best\.value: /],
    [{ images: 1.5 }, /position\.images: /],
    [{ step: 3 }, /its position is at step 3, not 4/],
  ];
  for (const [change, message] of wrong) {
    const state = { ...sound.state, position: { ...position, ...change } };
    assert.throws(() => asTrainingCheckpoint({ ...sound, state, path: step, refused: [] }), {
      code: 'checkpoint.damaged',
      message,
    });
  }
});

test('arbitrary state.json with a correct or wrong checksum', slow, async () => {
  const folder = join(root, 'crafted', '000004');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'weights.safetensors'), readFileSync(join(step, 'weights.safetensors')));
  const text = readFileSync(join(step, 'state.json'), 'utf8');
  const { sha256: _right, ...content } = JSON.parse(text);
  const signed = mutatedJson(content).map((value) => {
    const sha256 = createHash('sha256').update(JSON.stringify(value)).digest('hex');
    return JSON.stringify(typeof value === 'object' && value !== null ? { ...value, sha256 } : value);
  });
  const contents = fc.oneof(signed, damagedBytes(Buffer.from(text)));
  const property = fc.asyncProperty(contents, async (file) => {
    writeFileSync(join(folder, 'state.json'), file);
    await refusedAtMost(() => readStepFolder(folder));
  });
  await fc.assert(property, runs);
  writeFileSync(join(folder, 'state.json'), `{"state":${'['.repeat(1e6)}`);
  assert.ok(await refusedAtMost(() => readStepFolder(folder)));
});

test('arbitrary export.json: only files in its folder are deleted', slow, async () => {
  const folder = join(root, 'export');
  mkdirSync(join(folder, 'within'), { recursive: true });
  for (const name of ['model.onnx', 'notes.txt', 'within/a.bin']) writeFileSync(join(folder, name), 'x');
  const names = fc.constantFrom(
    'model.onnx',
    '../tiny.json',
    '/etc/passwd',
    '.',
    '',
    'within',
    'within/a.bin',
    '__proto__',
  );
  const described = fc.oneof(
    mutatedJson({ format: 'onnx', name: 'x', runHash: 'abcdef0', step: 1, files: ['model.onnx'] }),
    fc.record({ files: fc.array(names) }),
  );
  const contents = fc.oneof(
    described.map((value) => JSON.stringify(value)),
    damagedBytes(Buffer.from('{"files":["model.onnx"]}')),
  );
  const allowed = ['export.json', 'model.onnx', 'within/a.bin'];
  const property = fc.asyncProperty(contents, async (file) => {
    writeFileSync(join(folder, 'export.json'), file);
    const { exported } = await contentOf(folder);
    for (const path of exported) assert.ok(allowed.includes(path), path);
  });
  await fc.assert(property, runs);
});

test('arbitrary latent vectors', slow, async () => {
  const path = join(root, 'z.json');
  const vectors = [
    [0.5, -1, 2, 3],
    [4, 5, 6, 7],
  ];
  const contents = fc.oneof(
    mutatedJson(vectors).map((value) => JSON.stringify(value)),
    damagedBytes(Buffer.from(JSON.stringify(vectors))),
  );
  const property = fc.asyncProperty(contents, async (file) => {
    writeFileSync(path, file);
    await refusedAtMost(() => readLatentsFile(path, 4));
  });
  await fc.assert(property, runs);
});
