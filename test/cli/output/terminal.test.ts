import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { outputOf } from '../../../src/cli/output/terminal.ts';
import { sourcePaths } from '../../helpers/architecture.ts';

const source = fileURLToPath(new URL('../../../src', import.meta.url));

/** A stream on which every write fails, by an event or by throwing. */
function broken(code: string, how: 'event' | 'thrown'): NodeJS.WriteStream {
  const error = Object.assign(new Error(`write ${code}`), { code });
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(error) });
  if (how === 'thrown') {
    stream.write = () => {
      throw error;
    };
  }
  return stream as NodeJS.WriteStream;
}

for (const code of ['EPIPE', 'EIO', 'ENOSPC', 'EAGAIN', 'ERR_STREAM_DESTROYED']) {
  test(`a stream that fails with ${code} can be written to without an error`, async () => {
    for (const how of ['event', 'thrown'] as const) {
      const output = outputOf(broken(code, how));
      for (let i = 0; i < 3; i++) {
        output.print('line');
        output.draw('\x1b[1m');
        await new Promise(setImmediate); // error events follow the write
      }
    }
  });
}

test('escapes control characters, including C1 and bidirectional ones, and keeps lines', async () => {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  outputOf(stream as NodeJS.WriteStream).print('a\x1b[31m.png\r\nb\x9b2J\u202egnp.c 日本 😀');
  assert.equal(text, 'a\\u001b[31m.png\\u000d\nb\\u009b2J\\u202egnp.c 日本 😀\n');
});

/** Files that run as child processes, whose stdout another process reads. */
const ownProcesses = ['engines/tensorflow/install/check-child.ts', 'config/write-json-schema.ts'];

test('all output passes through terminal.ts', async () => {
  const writers: string[] = [];
  for (const path of sourcePaths(source)) {
    const code = (await readFile(join(source, path), 'utf8')).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    if (/\bconsole\.|\bprocess\.std(out|err)\b|\bwriteSync\((1|2)\b/.test(code)) writers.push(path);
  }
  assert.deepEqual(
    writers.filter((path) => !ownProcesses.includes(path)),
    ['cli/output/terminal.ts'],
  );
});
