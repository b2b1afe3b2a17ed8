// Training without a reader of its output, with a full disk behind it, or with a closed terminal loses no step.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { missingPackages, python } from '../helpers/python.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const inTerminal = fileURLToPath(new URL('../helpers/in-terminal.py', import.meta.url));
const program = [process.execPath, '--import', import.meta.resolve('tsx'), main];
const training = (seed: number, steps: number) =>
  [`train --config tiny.json --engine wasm --json --seed ${seed}`, `--set training.steps=${steps}`]
    .join(' ')
    .split(' ');
const notOnWindows = process.platform === 'win32' && 'there are no such streams on Windows';
const withoutPty =
  process.platform === 'linux' ? missingPackages('pty') : 'only Linux tells what a parent process ignores';

before(async () => {
  await writePictures(join(cwd, 'pictures'), 10);
  writeJsonFile(join(cwd, 'tiny.json'), tinyConfig());
});

/** The step at which the run resumes. */
async function stepOf(seed: number, steps: number): Promise<number> {
  const { stdout, stderr } = await runCli(training(seed, steps), { cwd });
  const { checkpoints } = JSON.parse(stdout);
  const resumed = /, (?:going on|resum\w+) at step (\d+)\./.exec(stderr)?.[1];
  assert.ok(existsSync(join(cwd, checkpoints, 'latest')), stderr);
  return Number(resumed);
}

/** Runs a shell command in which `"$@"` is dcgan with these arguments. */
async function shell(line: string, args: readonly string[]): Promise<number> {
  const child = spawn('sh', ['-c', line, 'sh', ...program, ...args], { cwd, stdio: 'ignore' });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve(code ?? -1)));
}

describe('lost streams', { skip: notOnWindows }, () => {
  const lines = [
    ['a reader of stderr that leaves after a line', '{ "$@" 2>&1 >/dev/null; echo $? >status; } | head -n 1'],
    ['readers of both that leave', '{ "$@" 2>&1; echo $? >status; } | head -n 1'],
    ...(existsSync('/dev/full') ? [['a full disk under both', '"$@" >/dev/full 2>/dev/full; echo $? >status']] : []),
  ] as const;
  for (const [seed, [what, line]] of lines.entries()) {
    test(`${what}: training finishes, saves and exits 0`, async () => {
      await shell(line!, training(seed + 10, 40));
      assert.equal(readFileSync(join(cwd, 'status'), 'utf8'), '0\n');
      assert.equal(await stepOf(seed + 10, 40), 40);
    });
  }

  test('short commands exit silently with their usual exit code', async () => {
    await shell('{ "$@"; echo $? >status; } | true', ['--help']);
    assert.equal(readFileSync(join(cwd, 'status'), 'utf8'), '0\n');
    await shell('{ "$@"; echo $? >status; } 2>&1 | true', ['sample', '--checkpoint', 'gone']);
    assert.equal(readFileSync(join(cwd, 'status'), 'utf8'), '4\n');
  });
});

interface Answer {
  exitCode: number;
  survived: boolean;
  output: string;
}

/** Starts a shell command in a terminal, closes the terminal at the first step, and sends SIGTERM to what survives. */
async function closeTerminal(line: string, args: readonly string[], seconds: number): Promise<Answer> {
  const shellLine = ['sh', '-c', line, 'sh', ...program, ...args];
  const { stdout } = await promisify(execFile)(python, [inTerminal, 'Training', String(seconds), ...shellLine], {
    cwd,
    env: { ...process.env, _: '/bin/sh' },
  });
  return JSON.parse(stdout) as Answer;
}

describe('a closed terminal', { skip: withoutPty }, () => {
  const endless = 10 ** 7;

  test('stops training, which saves and exits 129', async () => {
    const { exitCode, survived, output } = await closeTerminal('exec "$@"', training(20, endless), 60);
    assert.deepEqual([exitCode, survived], [129, false], output);
    assert.ok(latestStep(output) > 0, output);
  });

  test('does not stop training under nohup', async () => {
    const whenTraining = '{ until grep -q Training log; do sleep 0.1; done; echo Training; }';
    const lines = [
      `rm -f log; ${whenTraining} & exec nohup "$@" >log 2>&1`,
      `rm -f log; exec bash -c 'nohup "$@" >log 2>&1 & ${whenTraining}; wait' bash "$@"`,
      `trap '' HUP; "$@"`,
    ];
    for (const [i, line] of lines.entries()) {
      const { exitCode, survived, output } = await closeTerminal(line, training(21 + i, endless), 5);
      assert.ok(survived, `${line}\n${exitCode}\n${output}`);
    }
  });
});

/** The step that a run's `latest` names. */
function latestStep(output: string): number {
  const hash = /Run ([0-9a-f]{7}) in/.exec(output)?.[1];
  assert.ok(hash, output);
  return Number(readFileSync(join(cwd, 'checkpoints', hash, 'latest'), 'utf8'));
}
