// Signals to a process whose event loop is blocked, and two signals in quick succession.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();
const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** Runs a program that handles stop signals; `block(ms)` blocks its event loop. */
function start(name: string, lines: string) {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { writeSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { listenForStop } from ${source('cli/stop.ts')};
import { endedBySignals } from ${source('system/stop-signals.ts')};
const say = (text) => writeSync(1, text + '\\n');
const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const stop = listenForStop(say, ({ exitCode }) => exitCode);
${lines}`,
  );
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.pipe(process.stderr);
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, output }));
  });
  async function said(text: string): Promise<void> {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!output.includes(text) && !isOver) await delay(5);
    assert.ok(output.includes(text), output);
  }
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), ended, said };
}

const endless = { timeout: 60_000 }; // the children block for ten minutes

test('a signal ends a blocking call that has nothing to save', endless, async () => {
  const child = start('blocked', "await endedBySignals(() => { say('blocked'); block(600_000); });");
  await child.said('blocked');
  child.kill('SIGTERM');
  assert.deepEqual(await child.ended, { exitCode: null, signal: 'SIGTERM', output: 'blocked\n' });
});

test(
  'after such a call signals are handled again; where one has been heard the call is not made',
  endless,
  async () => {
    const child = start(
      'again',
      `say(await endedBySignals(() => 'called'));
process.kill(process.pid, 'SIGINT');
try {
  await endedBySignals(() => say('never'));
} catch (error) {
  say(error.message);
}
await delay(600_000);`,
    );
    const output = 'called\nStopping.\nStopped by SIGINT.\n';
    assert.deepEqual(await child.ended, { exitCode: 130, signal: null, output });
  },
);

test('work that has nothing to save and ignores the stop is ended', endless, async () => {
  const child = start('deaf', "say('working'); await delay(600_000);");
  await child.said('working');
  child.kill('SIGHUP');
  assert.deepEqual(await child.ended, { exitCode: 129, signal: null, output: 'working\nStopping.\n' });
});

const saving = 'Stopping: finishing this step and saving. Press again to quit immediately.\n';

test('a second signal ends a blocking step', endless, async () => {
  const child = start(
    'second',
    "stop.takeTime(); say('step'); setTimeout(() => {}, 600_000); await once(stop.signal, 'abort'); await delay(800); say('save'); block(600_000);",
  );
  await child.said('step');
  child.kill('SIGINT');
  await child.said('save');
  child.kill('SIGINT');
  assert.deepEqual(await child.ended, { exitCode: null, signal: 'SIGINT', output: `step\n${saving}save\n` });
});

test(
  'two signals at once count as one key press, which npm may forward again: the step is saved',
  endless,
  async () => {
    const child = start(
      'twice',
      "stop.takeTime(); say('step'); block(1500); await delay(100); say('saved'); process.exit(stop.exitCode());",
    );
    await child.said('step');
    child.kill('SIGINT');
    await delay(200);
    child.kill('SIGINT');
    assert.deepEqual(await child.ended, { exitCode: 130, signal: null, output: `step\n${saving}saved\n` });
  },
);
