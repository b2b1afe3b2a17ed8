import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DcganError } from '../../src/errors.ts';
import { RandomStream } from '../../src/random.ts';
import { hasCheckpoint, listCheckpoints, loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-checkpoint-'));
after(() => rmSync(root, { recursive: true }));

let folders = 0;
const newFolder = () => join(root, String(folders++), 'c0ffee0');

const checkpointOf = (step: number) => ({
  step,
  tensors: {
    'generator/kernel': { shape: [2, 2], values: Float32Array.of(step, -0, Number.NaN, 1e-40) },
    'adam/step': { shape: [], values: Float32Array.of(step) },
  },
  state: { epoch: step / 100, streams: [1, { seed: 7 }], 'naïve "key"': null, best: { value: -0.5 } },
});

const codeOf =
  (code: string, message = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof DcganError);
    assert.equal(error.code, code);
    assert.equal(error.exitCode, 4);
    assert.match(error.message, message);
    return true;
  };

test('loads exactly what was saved', async () => {
  const directory = newFolder();
  assert.equal(await hasCheckpoint(directory), false);
  assert.deepEqual(await listCheckpoints(directory), []);
  const path = await saveCheckpoint(directory, checkpointOf(768), {});
  assert.equal(path, join(directory, '000768'));
  assert.deepEqual(readdirSync(directory).sort(), ['000768', 'latest']);
  assert.deepEqual(readdirSync(path).sort(), ['state.json', 'weights.safetensors']);
  assert.equal(readFileSync(join(directory, 'latest'), 'utf8'), '000768\n');
  assert.equal(await hasCheckpoint(directory), true);
  for (const which of ['latest', 768] as const) {
    assert.deepEqual(await loadCheckpoint(directory, which), { ...checkpointOf(768), path, refused: [] });
  }
  assert.deepEqual(await loadCheckpoint(path, 'latest'), { ...checkpointOf(768), path, refused: [] });
});

test('keeps the latest checkpoint, the one before it, the best and every K-th step', async () => {
  const directory = newFolder();
  for (const step of [100, 200, 300, 400, 500, 600, 700, 1_234_567]) {
    await saveCheckpoint(directory, checkpointOf(step), { keepEvery: 300, best: step === 200 || step === 400 });
  }
  assert.deepEqual(await listCheckpoints(directory), [300, 400, 600, 700, 1_234_567]);
  assert.equal((await loadCheckpoint(directory, 'best')).step, 400);
  assert.equal((await loadCheckpoint(directory, 'latest')).step, 1_234_567);
  assert.equal((await loadCheckpoint(directory, 600)).step, 600);
});

test('keeps the first checkpoint of a fork until there is a best one', async () => {
  const directory = newFolder();
  for (const step of [100, 200, 300]) await saveCheckpoint(directory, checkpointOf(step), { start: 100 });
  assert.deepEqual(await listCheckpoints(directory), [100, 200, 300]);
  for (const step of [400, 500])
    await saveCheckpoint(directory, checkpointOf(step), { start: 100, best: step === 400 });
  assert.deepEqual(await listCheckpoints(directory), [400, 500]);
});

test('falls back to the checkpoint before a damaged one, and never removes the last intact one', async () => {
  const directory = newFolder();
  for (const step of [1, 2]) await saveCheckpoint(directory, checkpointOf(step), {});
  writeFileSync(join(directory, '000002', 'weights.safetensors'), 'rubbish');
  const loaded = await loadCheckpoint(directory, 'latest');
  assert.equal(loaded.step, 1);
  assert.deepEqual(
    loaded.refused.map(({ path }) => path),
    [join(directory, '000002')],
  );
  assert.match(loaded.refused[0]!.reason, /000002.weights\.safetensors is damaged: 7 bytes, not \d+/);

  await saveCheckpoint(directory, checkpointOf(3), {});
  assert.deepEqual(await listCheckpoints(directory), [1, 3]);
  await saveCheckpoint(directory, checkpointOf(4), {});
  assert.deepEqual(await listCheckpoints(directory), [3, 4]);
});

test('a run that rolled back replaces its later checkpoints', async () => {
  const directory = newFolder();
  for (const step of [1, 2, 3]) await saveCheckpoint(directory, checkpointOf(step), {});
  await saveCheckpoint(directory, { ...checkpointOf(2), state: { second: true } }, {});
  assert.deepEqual(await listCheckpoints(directory), [2]);
  assert.deepEqual((await loadCheckpoint(directory, 'latest')).state, { second: true });
});

test('an interrupted save changes no checkpoint, and the next save removes its files', async () => {
  const directory = newFolder();
  await saveCheckpoint(directory, checkpointOf(1), {});
  cpSync(join(directory, '000001'), join(directory, '.partial-000002'), { recursive: true });
  writeFileSync(join(directory, '.partial-ab12cd34'), '0000');
  assert.deepEqual(await listCheckpoints(directory), [1]);
  assert.equal((await loadCheckpoint(directory, 'latest')).step, 1);
  await saveCheckpoint(directory, checkpointOf(3), {});
  assert.deepEqual(readdirSync(directory).sort(), ['000001', '000003', 'latest']);
});

test('loads a run whose pointer files are missing, torn or dangling', async () => {
  const directory = newFolder();
  for (const step of [1, 2]) await saveCheckpoint(directory, checkpointOf(step), {});
  rmSync(join(directory, 'latest'));
  assert.equal((await loadCheckpoint(directory, 'latest')).step, 2);
  writeFileSync(join(directory, 'latest'), '0000');
  assert.equal((await loadCheckpoint(directory, 'latest')).step, 2);
  writeFileSync(join(directory, 'latest'), '000009\n');
  const loaded = await loadCheckpoint(directory, 'latest');
  assert.equal(loaded.step, 2);
  assert.match(loaded.refused[0]!.reason, /000009/);
});

test("loads one step's folder, and no other checkpoint of its run", async () => {
  const directory = newFolder();
  for (const step of [10, 20]) await saveCheckpoint(directory, checkpointOf(step), {});
  const path = join(directory, '000010');
  for (const which of ['latest', 10] as const) assert.equal((await loadCheckpoint(path, which)).step, 10);
  const ofItsRun = /000010 is one checkpoint, that of step 10; .* is asked of its run\.\nName .*c0ffee0$/;
  await assert.rejects(loadCheckpoint(path, 20), codeOf('checkpoint.missing', ofItsRun));
  await assert.rejects(loadCheckpoint(path, 'best'), codeOf('checkpoint.missing', ofItsRun));
});

test('names the missing or damaged file', async () => {
  const directory = newFolder();
  await assert.rejects(loadCheckpoint(directory, 'latest'), codeOf('checkpoint.missing', /no checkpoint in .*c0ffee0/));
  mkdirSync(directory, { recursive: true });
  await assert.rejects(loadCheckpoint(directory, 'best'), codeOf('checkpoint.missing'));
  for (const step of [1, 2]) await saveCheckpoint(directory, checkpointOf(step), {});
  await assert.rejects(
    loadCheckpoint(directory, 'best'),
    codeOf('checkpoint.missing', /marked as the best.\nThere are steps 1, 2/),
  );
  await assert.rejects(loadCheckpoint(directory, 3), codeOf('checkpoint.missing', /step 3/));
  for (const step of ['000001', '000002']) rmSync(join(directory, step, 'state.json'));
  await assert.rejects(loadCheckpoint(directory, 'latest'), codeOf('checkpoint.damaged', /000002.*\n.*000001/));
  await assert.rejects(loadCheckpoint(directory, 1), codeOf('checkpoint.damaged', /000001.state\.json/));
});

test('refuses a folder that was copied to the name of another step', async () => {
  const directory = newFolder();
  await saveCheckpoint(directory, checkpointOf(1), {});
  renameSync(join(directory, '000001'), join(directory, '000005'));
  await assert.rejects(loadCheckpoint(directory, 5), codeOf('checkpoint.damaged', /step 1/));
});

test('detects every truncation and every flipped byte of either file', async () => {
  const directory = newFolder();
  const path = await saveCheckpoint(directory, checkpointOf(42), {});
  const original = await loadCheckpoint(path, 'latest');
  const random = new RandomStream(1, 'damage');
  for (const name of ['weights.safetensors', 'state.json']) {
    const file = join(path, name);
    const whole = readFileSync(file);
    // Only the final newline of state.json may be missing.
    const lengths = Array.from({ length: whole.length - 1 }, (_, i) => i).filter(
      (i) => i % 3 === 0 || i > whole.length - 20,
    );
    for (const length of lengths) {
      writeFileSync(file, whole.subarray(0, length));
      await assert.rejects(loadCheckpoint(path, 'latest'), codeOf('checkpoint.damaged'), `${name} cut to ${length}`);
    }
    let refused = 0;
    for (let trial = 0; trial < 400; trial++) {
      const damaged = Buffer.from(whole);
      const position = random.below(whole.length);
      damaged[position] = damaged[position]! ^ (1 + random.below(255));
      writeFileSync(file, damaged);
      const loaded = await loadCheckpoint(path, 'latest').catch((error: unknown) =>
        codeOf('checkpoint.damaged')(error),
      );
      if (loaded === true) refused++;
      // Replacing one space character of JSON by another changes no loaded value.
      else assert.deepEqual(loaded, original, `${name} byte ${position} became ${damaged[position]}`);
    }
    assert.ok(refused >= (name === 'state.json' ? 390 : 400), `${name}: ${refused} of 400`);
    writeFileSync(file, whole);
  }
  assert.deepEqual(await loadCheckpoint(path, 'latest'), original);
});

test('refuses state that JSON cannot represent', async () => {
  const checkpoint = { ...checkpointOf(1), state: { running: { mean: Number.NaN } } };
  await assert.rejects(saveCheckpoint(newFolder(), checkpoint, {}), /Checkpoint state mean is NaN/);
});

test('reports a folder that cannot be written', async () => {
  writeFileSync(join(root, 'file'), '');
  await assert.rejects(saveCheckpoint(join(root, 'file', 'c0ffee0'), checkpointOf(1), {}), {
    name: 'DcganError',
    code: 'usage.cannot-write',
    exitCode: 2,
  });
});
