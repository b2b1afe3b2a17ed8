// Control characters in names of files, folders, configs and arguments are escaped.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Call, type CommandCalls, everyCommand, runCall } from '../helpers/every-command.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const names = {
  pictures: 'pic\x1b[31mtures\x9b2J\u202e',
  config: 'configs/ti\x1b]0;title\x07ny.json',
  title: 'na\x1b[2Jme\rDone',
  out: 'o\x1b[31mut\x7f\x85-',
};
let calls: CommandCalls[] = [];

before(async () => {
  calls = await everyCommand(cwd, names);
});

/** Control characters other than the line feed. */
const commanding = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

async function check(call: Call, ...more: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await runCall(call, more, cwd);
  const what = JSON.stringify(call.args);
  assert.equal(exitCode, call.exitCode, `${what}\n${stderr}`);
  for (const text of [stdout, stderr]) assert.doesNotMatch(text, commanding, `${what}\n${JSON.stringify(text)}`);
}

test('a successful command prints no control characters', async () => {
  for (const { good } of calls) if (good) await check(good);
});

test('a failed command prints no control characters', async () => {
  for (const { bad } of calls) await check(bad);
});

test('JSON escapes control characters and keeps the names', async () => {
  const sample = calls.find(({ command }) => command === 'sample')!;
  await check(sample.good!, '--json');
  const { stdout } = await runCall(sample.good!, ['--json'], cwd);
  assert.deepEqual(JSON.parse(stdout).files, [`${names.out}a.png`]);
});
