// Draws progress on stderr: one bar on a terminal, plain lines in a pipe. It shows what it is told and decides nothing.
import { SingleBar } from 'cli-progress';
import { fitProgress, type Note, plainProgress } from './progress-line.ts';
import { type Output, printableLines } from './terminal.ts';

export interface Progress {
  readonly stream: NodeJS.WriteStream;
  /** Moves the bar of what is being done. A new title starts a new bar. */
  update(title: string, done: number, total: number, note?: Note): void;
  /** Prints a line above the bar; control characters in it are shown, not obeyed. */
  line(text: string): void;
  /** Prints text of the program's own above the bar as it is: escape codes that draw a picture. */
  draw(text: string): void;
  /** Ends the bar. */
  end(): void;
}

const lineIntervalMs = 10_000;
const saveCursor = '\x1b7'; // the bar goes back there when it ends, and where it began may have scrolled away

export function createProgress(output: Output): Progress {
  return output.stream.isTTY ? createBar(output) : createLines(output);
}

function createBar({ stream, draw: write }: Output): Progress {
  let bar: SingleBar | undefined;
  let title = '';
  let note: Note = '';

  function start(total: number, done: number): void {
    const columns = () => Math.max(1, (stream.columns || 80) - 1); // the last column stays free: some terminals wrap there
    bar = new SingleBar({
      stream,
      format: (_options, params) => fitProgress({ title, done: params.value, total: params.total, note }, columns()),
      gracefulExit: false, // signals are heard elsewhere
      linewrap: true, // nothing is to be set right where a signal ends the process; the line always fits
      fps: 10,
      forceRedraw: true, // also if it says the same, since a line takes its place
    });
    bar.start(total, done);
  }

  function end(): void {
    bar?.stop();
    bar = undefined;
    title = '';
  }

  function draw(text: string): void {
    if (bar) write('\r\x1b[K'); // the bar is drawn again below
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
