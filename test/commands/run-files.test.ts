// Pictures and exports are not written among a run's own files.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { exportGenerator } from '../../src/commands/export.ts';
import { sample } from '../../src/commands/sample.ts';
import { train } from '../../src/commands/train.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
let run = '';

before(async () => {
  await writePictures(at('pictures'), 10);
  const config = writeJsonFile(at('tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  run = (await train({ config, set: [], engine: 'wasm', root, fresh: false }, io)).runHash;
});

const inTheWay = (message: RegExp) => ({ code: 'usage.in-the-way', exitCode: 2, message });
const draw = (place: { out?: string; separate?: string }, force = false) =>
  sample({ checkpoint: run, count: 2, engine: 'wasm', root, force, ...place });

test('writes nothing into a checkpoints folder, where a later checkpoint would delete it', async () => {
  const checkpoints = at('checkpoints', run);
  symlinkSync(checkpoints, at('linked'));
  const before = listAll(checkpoints);
  const refused = inTheWay(/is in the folder of a run's checkpoints, where training deletes old files/);
  for (const force of [false, true]) {
    for (const out of [join(checkpoints, 'a.png'), join(checkpoints, '000012', 'a.png'), at('linked', 'a.png')])
      await assert.rejects(draw({ out }, force), refused);
    await assert.rejects(draw({ separate: join(checkpoints, 'images') }, force), refused);
    for (const out of [join(checkpoints, '000016'), join(checkpoints, '000012', 'web', 'page')])
      await assert.rejects(
        exportGenerator({ checkpoint: run, format: 'onnx', out, engine: 'wasm', root, force }),
        refused,
      );
  }
  assert.deepEqual(listAll(checkpoints), before);
});

test('replaces a picture drawn by training only with --force', async () => {
  const results = at('results', run);
  const refused = inTheWay(new RegExp(`was drawn by run ${run} while it trained\\.\\n.*--force`));
  for (const name of ['reals.png', join('samples', '000012.png'), 'loss.png', 'evolution.png']) {
    const drawn = readFileSync(join(results, name));
    await assert.rejects(draw({ out: join(results, name) }), refused);
    assert.ok(readFileSync(join(results, name)).equals(drawn));
  }
  await assert.rejects(draw({ separate: join(results, 'samples') }), refused); // seed 0 is called 000000.png too
  for (let time = 0; time < 2; time++) await draw({ out: join(results, 'mine.png') });
  await draw({ out: join(results, 'reals.png') }, true);
});

test('writes to a folder that only looks like that of a run', async () => {
  mkdirSync(at('1234567', '20261201'), { recursive: true });
  await draw({ out: at('1234567', '20261201', 'a.png') });
  assert.ok(existsSync(at('1234567', '20261201', 'a.png')));
});
