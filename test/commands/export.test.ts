import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type ExportOptions, exportGenerator } from '../../src/commands/export.ts';
import { sample } from '../../src/commands/sample.ts';
import { type TrainResult, train } from '../../src/commands/train.ts';
import { exportFormatNames } from '../../src/exports/formats.ts';
import { noPipes } from '../helpers/special-files.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
let run: TrainResult;

before(async () => {
  await writePictures(at('pictures'), 10);
  const config = writeJsonFile(at('tiny.json'), {
    ...tinyConfig(),
    outputs: { ...tinyConfig().outputs, keepCheckpointsEvery: { steps: 4 } },
  });
  const io = { onEvent: () => {}, shouldStop: () => false };
  run = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
});

const options = (more: Partial<ExportOptions>): ExportOptions => ({
  checkpoint: run.runHash,
  format: 'safetensors',
  out: at('exported'),
  engine: 'auto',
  root,
  ...more,
});

test('every format writes the files it reports', async () => {
  for (const format of exportFormatNames) {
    const out = at('formats', format);
    const { files, bytes, ...rest } = await exportGenerator(options({ format, out }));
    assert.deepEqual(rest, { format, out, runHash: run.runHash, step: 12, refused: [] });
    assert.deepEqual(
      listAll(out).filter((path) => !path.endsWith('/')),
      ['export.json', ...files].sort(),
    );
    const sizes = files.map((file) => readFileSync(join(out, file)).length);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      bytes,
    );
  }
  assert.deepEqual(
    listAll(at('formats')).filter((path) => path.includes('.partial')),
    [],
  );
});

test('an exported checkpoint can be sampled by path and by name', async () => {
  await exportGenerator(options({ format: 'checkpoint', out: at('checkpoints', 'small') }));
  for (const checkpoint of ['small', at('checkpoints', 'small')]) {
    const out = at('small.png');
    const { runHash, step } = await sample({ checkpoint, count: 4, out, engine: 'wasm', root });
    assert.deepEqual([runHash, step], [run.runHash, 12]);
  }
});

test('a format of one file writes the file that --out names', async () => {
  const out = at('deep', 'er', 'tiny.onnx');
  const { files } = await exportGenerator(options({ format: 'onnx', out }));
  assert.deepEqual(files, [out]);
  assert.deepEqual(listAll(at('deep')), ['er/', 'er/tiny.onnx']);
  await assert.rejects(exportGenerator(options({ format: 'onnx', out })), { code: 'usage.in-the-way', exitCode: 2 });
  await exportGenerator(options({ format: 'onnx', out, force: true }));
});

test('exports the checkpoint of a step', async () => {
  const out = at('by-step');
  const { step } = await exportGenerator(options({ out, which: 4 }));
  assert.equal(step, 4);
  await assert.rejects(exportGenerator(options({ out: at('never'), which: 5 })), { code: 'checkpoint.missing' });
  await assert.rejects(exportGenerator(options({ out: at('never'), which: 'best' })), { code: 'checkpoint.missing' });
  assert.ok(!existsSync(at('never')));
});

test('replaces an earlier export of any format, but nothing else', async () => {
  const out = at('again');
  mkdirSync(out); // empty
  await exportGenerator(options({ out }));
  await exportGenerator(options({ out, format: 'png-sheet' }));
  assert.deepEqual(listAll(out), ['export.json', 'sheet.json', 'sheet.png']);

  writeFileSync(join(out, 'notes.txt'), 'mine');
  const inTheWay = {
    code: 'usage.in-the-way',
    exitCode: 2,
    message: /with files that are not part of an export\.\n.*--force/,
  };
  await assert.rejects(exportGenerator(options({ out })), inTheWay);
  for (const force of [false, true]) {
    await assert.rejects(exportGenerator(options({ out: at('pictures'), force })), {
      code: 'usage.in-the-way',
      message: /with files that are not part of an export\.\n.*000\.png is not part of an export/,
    });
  }
  assert.deepEqual(listAll(out), ['export.json', 'notes.txt', 'sheet.json', 'sheet.png']);
});

test('--force writes among other files and removes only an earlier export', async () => {
  const out = at('among');
  await exportGenerator(options({ out }));
  writeFileSync(join(out, 'notes.txt'), 'mine');
  await exportGenerator(options({ out, format: 'checkpoint', force: true }));
  assert.deepEqual(listAll(out), ['export.json', 'notes.txt', 'state.json', 'weights.safetensors']);
  assert.equal(readFileSync(join(out, 'notes.txt'), 'utf8'), 'mine');

  const victim = writeJsonFile(at('victim.json'), {});
  writeJsonFile(join(out, 'export.json'), { files: ['../victim.json', victim] });
  await exportGenerator(options({ out, force: true }));
  assert.ok(existsSync(victim));

  const folder = at('folder.onnx'); // a file cannot replace it
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  await assert.rejects(exportGenerator(options({ format: 'onnx', out: folder, force: true })), {
    code: 'usage.in-the-way',
    message: /notes\.txt is not part of an export/,
  });
  assert.deepEqual(listAll(folder), ['notes.txt']);
});

test('does not replace links, devices and other files', { skip: noPipes }, async () => {
  const precious = at('precious');
  mkdirSync(precious);
  writeFileSync(join(precious, 'sheet.png'), 'mine');
  const out = at('linked');
  symlinkSync(precious, out);
  for (const force of [false, true]) {
    await assert.rejects(exportGenerator(options({ out, force })), { code: 'usage.in-the-way', message: /sheet\.png/ });
  }
  const own = at('own');
  await exportGenerator(options({ out: own }));
  symlinkSync(join(precious, 'sheet.png'), join(own, 'sheet.png'));
  await assert.rejects(exportGenerator(options({ out: own, format: 'png-sheet', force: true })), {
    code: 'usage.in-the-way',
    message: /sheet\.png is not part of an export/,
  });
  const target = at('target');
  mkdirSync(target);
  symlinkSync(target, at('to-empty'));
  await exportGenerator(options({ out: at('to-empty') }));
  assert.ok(lstatSync(at('to-empty')).isSymbolicLink() && existsSync(join(target, 'export.json')));
  writeFileSync(at('file'), 'mine');
  await assert.rejects(exportGenerator(options({ out: at('file'), format: 'png-sheet', force: true })), {
    code: 'usage.in-the-way',
    message: /is a file, and this format writes a folder/,
  });
  symlinkSync(at('nowhere'), at('dangling'));
  await assert.rejects(exportGenerator(options({ out: at('dangling') })), { code: 'usage.in-the-way' });
  await assert.rejects(exportGenerator(options({ out: '/dev/null', force: true })), {
    code: 'usage.in-the-way',
    message: /is a device/,
  });
  assert.equal(readFileSync(join(precious, 'sheet.png'), 'utf8'), 'mine');
  assert.equal(readFileSync(at('file'), 'utf8'), 'mine');
});

test('rejects invalid exports and leaves nothing behind', async () => {
  const there = listAll(root);
  await assert.rejects(exportGenerator(options({ format: 'savedmodel', out: at('x') })), {
    code: 'usage.unknown-format',
    exitCode: 2,
    message: /no export format "savedmodel" \(did you mean saved-model\?\)\.\nExpected one of: .*onnx/,
  });
  await assert.rejects(exportGenerator(options({ format: 'toString', out: at('x') })), {
    code: 'usage.unknown-format',
  });
  await assert.rejects(exportGenerator(options({ checkpoint: 'none', out: at('x') })), { code: 'checkpoint.unknown' });
  await assert.rejects(exportGenerator(options({ format: 'png-sheet', out: at('x.png') })), {
    code: 'usage.several-files',
    exitCode: 2,
    message: /x\.png would be one file, but this format writes sheet\.png, sheet\.json\.\n.*--out .*x$/,
  });
  await assert.rejects(exportGenerator(options({ out: at('tiny.json', 'x') })), {
    code: 'usage.cannot-write',
    exitCode: 2,
  });
  assert.deepEqual(listAll(root), there);
});

test('fills and refills a folder that cannot be renamed, such as a container volume', async (context) => {
  const volume = at('volume');
  mkdirSync(volume);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', volume], { stdio: 'pipe' });
  } catch {
    return context.skip('a file system in memory cannot be mounted here; root can');
  }
  context.after(() => execFileSync('umount', ['-l', volume]));
  await exportGenerator(options({ out: volume }));
  await exportGenerator(options({ out: volume, format: 'png-sheet' }));
  assert.deepEqual(listAll(volume), ['export.json', 'sheet.json', 'sheet.png']);
  writeFileSync(join(volume, 'notes.txt'), 'mine');
  await exportGenerator(options({ out: volume, format: 'onnx', force: true }));
  assert.deepEqual(listAll(volume), ['export.json', 'generator.onnx', 'notes.txt']);
});
