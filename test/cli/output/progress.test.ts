import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { mock, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createProgress } from '../../../src/cli/output/progress.ts';
import { outputOf } from '../../../src/cli/output/terminal.ts';
import { createTerminal } from '../../helpers/terminal.ts';

/** A stream that records its output, as a terminal or not. */
function streamOf({ isTTY }: { isTTY: boolean }): { stream: NodeJS.WriteStream; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 120 }) as NodeJS.WriteStream, text: () => text };
}

/** A clock that is advanced by hand. */
function withClock(use: (wait: (seconds: number) => void) => void): void {
  let now = 1000;
  const clock = mock.method(performance, 'now', () => now);
  try {
    use((seconds) => {
      now += 1000 * seconds;
    });
  } finally {
    clock.mock.restore();
  }
}

test('in a pipe: plain lines, the first per title, then one every ten seconds, and the last', () => {
  const { stream, text } = streamOf({ isTTY: false });
  withClock((wait) => {
    const progress = createProgress(outputOf(stream));
    progress.update('Training', 0, 40, 'a');
    for (let step = 1; step < 40; step++) {
      wait(1);
      progress.update('Training', step, 40, `step ${step}`);
    }
    progress.line('Something happened.');
    progress.update('Training', 40, 40, 'done');
    progress.update('Writing', 1, 4, 'b');
    progress.end();
  });
  assert.equal(
    text(),
    [
      'Training 0% a',
      'Training 25% step 10',
      'Training 50% step 20',
      'Training 75% step 30',
      'Something happened.',
      'Training 100% done',
      'Writing 25% b',
      '',
    ].join('\n'),
  );
});

test('in a pipe: no percentage if the total is unknown', () => {
  const { stream, text } = streamOf({ isTTY: false });
  createProgress(outputOf(stream)).update('Listing', 0, 0, '12 images');
  assert.equal(text(), 'Listing 12 images\n');
});

test('on a terminal: one bar with title, percentage and note, and lines above it', () => {
  const { stream, text } = streamOf({ isTTY: true });
  withClock((wait) => {
    const progress = createProgress(outputOf(stream));
    progress.update('Training', 0, 200, 'epoch 0/10');
    wait(1);
    progress.update('Training', 50, 200, 'epoch 2/10 · D 0.693 · G 0.700');
    progress.line('Engine wasm.');
    progress.update('Training', 200, 200, 'epoch 10/10');
    progress.end();
    progress.end();
  });
  const shown = stripVTControlCharacters(text());
  assert.match(shown, /Training .* 25% epoch 2\/10 · D 0\.693 · G 0\.700/);
  assert.match(shown, /\r?Engine wasm\.\n/);
  assert.match(shown, /Training .* 100% epoch 10\/10\n$/);
});

test('on a terminal: lines above the bar are kept even when they scroll the screen', async () => {
  const terminal = createTerminal({ columns: 100, rows: 8 });
  const progress = createProgress(outputOf(terminal.stream));
  const lines = Array.from({ length: 22 }, (_, i) => `line ${i}`);
  progress.update('Training', 0, 2, '');
  for (const line of lines.slice(0, 20)) progress.line(line);
  progress.update('Training', 2, 2, '');
  progress.line('line 20');
  progress.line('line 21');
  progress.end();
  terminal.stream.write('Done.\n');
  const shown = await terminal.lines();
  assert.deepEqual(shown.slice(0, 22), lines);
  assert.match(shown[22]!, /^Training .* 100%/);
  assert.equal(shown[23], 'Done.');
});
