import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();
const trace = join(folder, 'trace.cjs');

/** Heavy packages: TensorFlow.js and its backends, the image library, the plots. */
const heavy = /node_modules\/(@tensorflow|sharp|@img|vega|vega-lite|zod)\//;

before(() => {
  const print = "process.on('exit', () => process.stderr.write('\\nMODULES ' + Object.keys(require.cache).join(' ')))";
  writeFileSync(trace, print);
});

/** Runs dcgan and also returns the heavy packages it loaded. */
async function traced(args: string[]) {
  const run = await runCli(args, { cwd: folder, env: { NODE_OPTIONS: `--require=${trace}` } });
  const [, modules] = run.stderr.split('\nMODULES ');
  assert.ok(modules !== undefined, run.stderr);
  const loaded = modules.split(' ').map((path) => path.replaceAll('\\', '/'));
  return { ...run, heavy: loaded.filter((path) => heavy.test(path)) };
}

const commands = [
  [],
  ['train'],
  ['sample'],
  ['interpolate'],
  ['explore'],
  ['evaluate'],
  ['export'],
  ['import'],
  ['bench'],
  ['data'],
  ['data', 'prepare'],
  ['data', 'prepare', 'mnist'],
  ['data', 'prepare', 'fashion-mnist'],
  ['data', 'prepare', 'idx'],
  ['data', 'prepare', 'emoji'],
  ['data', 'prepare', 'avatars'],
  ['data', 'prepare', 'sheet'],
  ['engine'],
  ['engine', 'install'],
  ['engine', 'info'],
];

describe('help', { concurrency: 2 }, () => {
  for (const command of commands) {
    test(`dcgan ${[...command, '--help'].join(' ')} shows its usage and loads nothing heavy`, async () => {
      const { exitCode, stdout, heavy: loaded } = await traced([...command, '--help']);
      assert.equal(exitCode, 0);
      assert.match(stdout, new RegExp(`^Usage: ${['dcgan', ...command].join(' ')} `));
      assert.deepEqual(loaded, []);
    });
  }

  test('dcgan --version', async () => {
    const { exitCode, stdout, heavy: loaded } = await traced(['--version']);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    assert.deepEqual(loaded, []);
  });

  test('the trace detects TensorFlow.js if it is loaded: dcgan engine info', async () => {
    const { exitCode, stdout, heavy: loaded } = await traced(['engine', 'info', '--engine', 'wasm', '--json']);
    assert.equal(exitCode, 0);
    assert.equal(JSON.parse(stdout).name, 'wasm');
    assert.ok(loaded.some((path) => path.includes('@tensorflow/tfjs-core/')));
  });
});
