// Draws progress on stderr: a bar on a terminal, plain lines in a pipe.
import { SingleBar } from 'cli-progress';
import { fitProgress, type Note, plainProgress } from './progress-line.ts';
import { type Output, printableLines } from './terminal.ts';

export interface Progress {
  readonly stream: NodeJS.WriteStream;
  /** Updates the bar. A new title starts a new bar. */
  update(title: string, done: number, total: number, note?: Note): void;
  /** Prints a line above the bar, with control characters escaped. */
  line(text: string): void;
  /** Prints unescaped text above the bar, such as the escape codes of a picture. */
  draw(text: string): void;
  /** Ends the bar. */
  end(): void;
}

const lineIntervalMs = 10_000;
const saveCursor = '\x1b7'; // cli-progress restores the cursor when the bar ends; the first saved position may have scrolled away

export function createProgress(output: Output): Progress {
  return output.stream.isTTY ? createBar(output) : createLines(output);
}

function createBar({ stream, draw: write }: Output): Progress {
  let bar: SingleBar | undefined;
  let title = '';
  let note: Note = '';

  function start(total: number, done: number): void {
    const columns = () => Math.max(1, (stream.columns || 80) - 1); // some terminals wrap at the last column
    bar = new SingleBar({
      stream,
      format: (_options, params) => fitProgress({ title, done: params.value, total: params.total, note }, columns()),
      gracefulExit: false, // stop.ts handles signals
      linewrap: true, // the line always fits, and there is nothing to restore if a signal ends the process
      fps: 10,
      forceRedraw: true, // even if unchanged, since a printed line may have replaced it
    });
    bar.start(total, done);
  }

  function end(): void {
    bar?.stop();
    bar = undefined;
    title = '';
  }

  function draw(text: string): void {
    if (bar) write('\r\x1b[K'); // redrawn below
    write(`${text}\n`);
    if (bar) write(saveCursor);
    bar?.render();
  }

  return {
    stream,
    update(newTitle, done, total, newNote = '') {
      if (newTitle !== title) end();
      [title, note] = [newTitle, newNote];
      if (!bar) start(total, done);
      bar?.setTotal(total);
      bar?.update(done);
    },
    line: (text) => draw(printableLines(text)),
    draw,
    end,
  };
}

function createLines({ stream, draw, print }: Output): Progress {
  let title = '';
  let printedAt = Number.NEGATIVE_INFINITY;
  return {
    stream,
    update(newTitle, done, total, note = '') {
      const now = performance.now();
      const finished = done >= total && total > 0;
      if (newTitle === title && now - printedAt < lineIntervalMs && !finished) return;
      title = newTitle;
      printedAt = now;
      print(plainProgress({ title, done, total, note }));
    },
    line: print,
    draw: (text) => draw(`${text}\n`),
    end() {},
  };
}
