import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const base = temporaryFolder();
const cwd = join(base, 'work');

/** Writes a variant of the tiny config into ./configs. */
function variation(name: string, change: (content: ReturnType<typeof tinyConfig>) => void): void {
  const content = tinyConfig();
  change(content);
  writeJsonFile(join(cwd, 'configs', `${name}.json`), content);
}

before(async () => {
  await writePictures(join(cwd, 'pictures'), 10);
  for (const folder of ['configs', 'empty', 'texts', 'broken', 'results-taken', 'checkpoints-taken'])
    mkdirSync(join(cwd, folder));
  for (const name of ['a.txt', 'b.md']) writeFileSync(join(cwd, 'texts', name), 'no picture');
  for (const name of ['a.png', 'b.jpg']) writeFileSync(join(cwd, 'broken', name), 'no picture');
  for (const name of ['file', 'results-taken/results', 'checkpoints-taken/checkpoints'])
    writeFileSync(join(cwd, name), '');
  writeFileSync(join(cwd, 'malformed.yaml'), 'seed: 1\ndata: { folder: x\ntraining: {}\n');
  variation('tiny', () => {});
  variation('unknown-key', ({ training }) => Object.assign(training, { batchsize: 3 }));
  variation('wrong-type', ({ training }) => Object.assign(training, { batchSize: 'many' }));
  variation('size', ({ data }) => Object.assign(data, { size: 16 }));
  variation('channels', ({ data }) => Object.assign(data, { channels: 3 }));
});

const tiny = ['train', '--engine', 'wasm', '--config', 'tiny'];
const train = (config: string) => ['train', '--engine', 'wasm', '--config', config];
const elsewhere = (root: string) => [
  'train',
  '--engine',
  'wasm',
  '--config',
  'configs/tiny.json',
  '--data',
  join(cwd, 'pictures'),
  '--root',
  root,
];

const table: [what: string, args: string[], exitCode: number, message: RegExp][] = [
  [
    'a missing config',
    train('tinny'),
    2,
    /There is no config 'tinny' \(did you mean tiny\?\)\.[\s\S]*config\.unknown, exit 2/,
  ],
  ['malformed YAML', train('malformed.yaml'), 2, /malformed\.yaml is not well-formed YAML: .* at line \d/],
  ['an unknown key', train('unknown-key'), 2, /training\.batchsize: unknown key \(did you mean batchSize\?\)/],
  ['a wrong type', train('wrong-type'), 2, /training\.batchSize: .*expected number.*; got "many"/],
  ['an empty --data', [...tiny, '--data', ''], 2, /--data was given an empty value\.[\s\S]*usage\.empty-value, exit 2/],
  ['an empty --checkpoint', ['sample', '--checkpoint='], 2, /Give it a value, or leave --checkpoint out\./],
  ['a missing image folder', [...tiny, '--data', 'gone'], 3, /There is no image folder .*gone\./],
  ['an empty image folder', [...tiny, '--data', 'empty'], 3, /The image folder .*empty is empty\./],
  ['a folder of text files', [...tiny, '--data', 'texts'], 3, /contains no images among its 2 files: 1 \.txt, 1 \.md/],
  ['a folder of broken images', [...tiny, '--data', 'broken'], 3, /2 of the 2 images in .*broken cannot be read/],
  [
    'a batch that the pictures do not fill',
    [...tiny, '--set', 'training.batchSize=11', '--set', 'data.lastBatch=drop'],
    3,
    /10 images do not fill one batch of 11/,
  ],
  ['a batch of nothing', [...tiny, '--set', 'training.batchSize=0'], 2, /training\.batchSize: .*>0; got 0/],
  [
    'an endless batch',
    [...tiny, '--set', 'training.batchSize=1e9'],
    2,
    /training\.batchSize: .*<=65536; got 1000000000/,
  ],
  ['a generator of another size', train('size'), 2, /outputs \[8, 8, 1\], but the data is \[16, 16, 1\]/],
  ['a generator of other channels', train('channels'), 2, /outputs \[8, 8, 1\], but the data is \[8, 8, 3\]/],
  ['a background that is no colour', [...tiny, '--set', 'data.background=greeen'], 2, /"greeen" is not a colour/],
  ['a root under a file', elsewhere('file/below'), 2, /cannot be written: a part of the path is a file/],
  ['results that cannot be made', elsewhere('results-taken'), 2, /results-taken.results.* cannot be written/],
  [
    'checkpoints that cannot be made',
    elsewhere('checkpoints-taken'),
    2,
    /checkpoints-taken.checkpoints.* cannot be written/,
  ],
  ['an unknown checkpoint', ['sample', '--checkpoint', 'gone'], 4, /There is no checkpoint called "gone"/],
  [
    'an unknown engine',
    [...tiny.slice(0, 1), ...tiny.slice(3), '--engine', 'cuda'],
    2,
    /'cuda' is invalid\. Allowed choices are auto, tensorflow, webgpu, wasm/,
  ],
  [
    'a precision that the engine lacks',
    [...tiny, '--precision', 'mixed_bfloat16'],
    5,
    /wasm engine does not support the precision mixed_bfloat16/,
  ],
  [
    'mixed_float16 without a GPU that has it',
    [...tiny, '--precision', 'mixed_float16'],
    5,
    /wasm engine does not support the precision mixed_float16\.\n *It supports float32\.\n *--precision auto, or --engine webgpu on a GPU with float16/,
  ],
  [
    'tensorfloat32 without an NVIDIA GPU',
    [...tiny, '--precision', 'tensorfloat32'],
    5,
    /does not support the precision tensorfloat32\.\n *It supports float32\.\n *--precision auto, or `dcgan engine install --cuda`/,
  ],
  ['--set without a value', [...tiny, '--set', 'training.batchSize'], 2, /--set training\.batchSize: It has no "="/],
  ['--count 0', ['sample', '--checkpoint', 'x', '--count', '0'], 2, /Expected a whole number above 0, not '0'/],
  ['seeds that are none', ['sample', '--checkpoint', 'x', '--seeds', '5-1'], 2, /The range 5-1 runs backwards\./],
  [
    '--format without files',
    ['sample', '--checkpoint', 'x', '--format', 'webp'],
    2,
    /--format webp applies only to --separate/,
  ],
  [
    'one end of two',
    ['interpolate', '--checkpoint', 'x', '--from', '1'],
    2,
    /--from 1 was given without --to\.\n *Add --to SEED/,
  ],
  [
    'an unknown export format',
    'export --checkpoint x --format onxx --out y'.split(' '),
    2,
    /There is no export format "onxx" \(did you mean onnx\?\)\.\n {2}Expected one of: .*saved-model/,
  ],
  [
    'a step and the best',
    'export --checkpoint x --format onnx --out y --best --step 3'.split(' '),
    2,
    /'--step <number>' cannot be used with option '--best'/,
  ],
  [
    'a formula that ends too early',
    ['explore', '--checkpoint', 'x', '--formula', 's1 + (s2'],
    2,
    /✖ .*it ends where .* should be, at character 9\.\n {4}s1 \+ \(s2\n {12}\^\n/,
  ],
  ['--save without a formula', ['explore', '--checkpoint', 'x', '--save', 'a'], 2, /--save a saves the result/],
  ['no command', [], 2, /Usage: dcgan/],
  ['an unknown command', ['trian'], 2, /unknown command 'trian'\n\(Did you mean train\?\)/],
];

// One at a time: each test compares the contents of a shared folder.
describe('bad input', { concurrency: 1 }, () => {
  for (const [what, args, exitCode, message] of table) {
    test(`${what}: one message, exit ${exitCode}, no partial files`, async () => {
      const before = listAll(cwd);
      const run = await runCli(args, { cwd });
      assert.match(run.stderr, message);
      assert.equal(run.exitCode, exitCode);
      assert.equal(run.stdout, '');
      assert.doesNotMatch(run.stderr, /^\s+at |This is a bug|node:internal/m);
      assert.equal(run.stderr.match(/^(✖|error:|Usage:)/gm)?.length, 1, run.stderr);
      assert.deepEqual(listAll(cwd), before);
    });
  }
});
