// --json prints exactly one JSON document to stdout in every case.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { describeFailure } from '../../src/cli/failure.ts';
import { createProgram } from '../../src/cli/program.ts';
import { type CommandCalls, everyCommand, runCall } from '../helpers/every-command.ts';
import { leaves, nameOf } from '../helpers/program-arguments.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const names = { pictures: 'pictures', config: 'configs/tiny.json', title: 'tiny', out: 'x-' };
let calls: CommandCalls[] = [];

before(async () => {
  calls = await everyCommand(cwd, names);
});

/** The only document in a text. */
function documentIn(stdout: string): Record<string, unknown> {
  assert.match(stdout, /^\{.*\}\n$/);
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('every command is in the table', () => {
  const tested = new Set(calls.map(({ command }) => command));
  assert.deepEqual(
    [...tested].sort(),
    leaves(createProgram(() => {}))
      .map(nameOf)
      .sort(),
  );
});

test('a valid call of every command prints one document', async () => {
  for (const { good } of calls) {
    if (!good) continue;
    const { exitCode, stdout, stderr } = await runCall(good, ['--json'], cwd);
    assert.equal(exitCode, 0, `${good.args.join(' ')}\n${stderr}`);
    assert.equal(documentIn(stdout)['error'], undefined);
  }
});

test('a failing call of every command prints one document with code, message, data and exit code, and the message to stderr', async () => {
  for (const { bad } of calls) {
    const { exitCode, stdout, stderr } = await runCall(bad, ['--json'], cwd);
    assert.equal(exitCode, bad.exitCode, `${bad.args.join(' ')}\n${stderr}`);
    const { error, ...others } = documentIn(stdout) as { error: Record<string, unknown> };
    assert.deepEqual(others, {});
    assert.deepEqual(Object.keys(error), ['code', 'message', 'data', 'exitCode']);
    assert.match(String(error['code']), /^(usage|config|data|checkpoint|engine)\.[a-z-]+$/);
    assert.equal(error['exitCode'], exitCode);
    assert.ok(stderr.includes(String(error['message']).split('\n')[0]!), stderr);
  }
});

describe('errors and help of commander', { concurrency: 2 }, () => {
  const table: [args: string[], exitCode: number, code: string][] = [
    [['train', '--no-such'], 2, 'usage.unknown-option'],
    [['trian'], 2, 'usage.unknown-command'],
    [['sample', '--seeds'], 2, 'usage.option-missing-argument'],
    [['sample', '--count', '0'], 2, 'usage.invalid-argument'],
    [['sample', '--best', '--latest'], 2, 'usage.conflicting-option'],
    [['export', '--out', 'x'], 2, 'usage.missing-mandatory-option-value'],
  ];
  for (const [args, expected, code] of table) {
    test(`dcgan ${args.join(' ')} --json`, async () => {
      const [command, ...flags] = args;
      const { exitCode, stdout } = await runCli([command!, '--json', ...flags], { cwd });
      const { error } = documentIn(stdout) as { error: Record<string, unknown> };
      assert.deepEqual([exitCode, error['code'], error['exitCode']], [expected, code, expected]);
    });
  }

  test('no command, help and the version', async () => {
    const run = async (...args: string[]) => {
      const { exitCode, stdout } = await runCli([...args, '--json'], { cwd });
      return { exitCode, document: documentIn(stdout) };
    };
    assert.match(String((await run('sample', '--help')).document['help']), /^Usage: dcgan sample /);
    const { exitCode, document } = await run('--version');
    assert.equal(exitCode, 0);
    assert.match(String(document['version']), /^\d+\.\d+\.\d+$/);
  });
});

test('uses the newest run without --checkpoint, and reports it on stderr and in the document', async () => {
  const args = ['--engine', 'wasm', '--json', '--count', '4', '--out', 'newest.png'];
  const { stdout, stderr } = await runCli(['sample', ...args], { cwd });
  const { chosenAs, runHash, step } = documentIn(stdout);
  assert.equal(chosenAs, 'newest run');
  assert.match(
    stderr,
    new RegExp(`^Using the newest run ${runHash}, step ${step}; --checkpoint NAME selects another\\.$`, 'm'),
  );
  const named = await runCli(['sample', ...args, '--checkpoint', String(runHash)], { cwd });
  assert.equal(documentIn(named.stdout)['chosenAs'], undefined);
  assert.doesNotMatch(named.stderr, /newest/);
});

test('exits 2 without --checkpoint and without a run, and lists the known checkpoints', async () => {
  const root = temporaryFolder();
  for (const command of [
    ['sample'],
    ['interpolate'],
    ['explore'],
    ['evaluate'],
    ['export', '--format', 'onnx', '--out', 'x'],
  ]) {
    const { exitCode, stdout } = await runCli([...command, '--json'], { cwd: root });
    const { error } = documentIn(stdout) as { error: { code: string; message: string; data: { known: string[] } } };
    assert.deepEqual([exitCode, error.code], [2, 'usage.no-checkpoint']);
    assert.match(error.message, /there is no run here yet[\s\S]*: afg, emoji, mnist\.[\s\S]*--checkpoint afg/);
    assert.deepEqual(error.data.known, ['afg', 'emoji', 'mnist']);
  }
});

test('reports a bug as such, with exit code 1', () => {
  const { code, exitCode, message, text } = describeFailure(new TypeError('x is not a function'));
  assert.deepEqual([code, exitCode, message], ['bug', 1, 'x is not a function']);
  assert.match(text!, /at .*json\.test[\s\S]*This is a bug in dcgan\. Please report it/);
});
