// Draws progress: one bar on a terminal, plain lines in a pipe. It shows what it is told and decides nothing.
import { Presets, SingleBar } from 'cli-progress';
import { printable } from '../errors.ts';

export interface Progress {
  /** Moves the bar of what is being done. A new title starts a new bar. */
  update(title: string, done: number, total: number, note: string): void;
  /** Prints a line above the bar; control characters in it are shown, not obeyed. */
  line(text: string): void;
  /** Prints text of the program's own above the bar as it is: escape codes that draw a picture. */
  draw(text: string): void;
  /** Ends the bar. */
  end(): void;
}

const lineIntervalMs = 10_000;
const saveCursor = '\x1b7'; // the bar goes back there when it ends, and where it began may have scrolled away

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? createBar(stream) : createLines(stream);
}

function createBar(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  let title = '';

  function end(): void {
    bar?.stop();
    bar = undefined;
    title = '';
  }

  function draw(text: string): void {
    if (bar) stream.write('\r\x1b[K'); // the bar is drawn again below
    stream.write(`${text}\n`);
    if (bar) stream.write(saveCursor);
    bar?.render();
  }

  return {
    update(newTitle, done, total, note) {
      if (newTitle !== title) {
        end();
        title = newTitle;
        const format = '{title} {bar} {percentage}% {note}';
        bar = new SingleBar(
          // drawn again even if it says the same, since a line takes its place
          { stream, format, barsize: 24, hideCursor: true, clearOnComplete: false, fps: 10, forceRedraw: true },
          Presets.shades_classic,
        );
        bar.start(total, done, { title, note });
      }
      bar?.setTotal(total);
      bar?.update(done, { title, note });
    },
    line: (text) => draw(printableLines(text)),
    draw,
    end,
  };
}

function createLines(stream: NodeJS.WriteStream): Progress {
  let title = '';
  let printedAt = Number.NEGATIVE_INFINITY;
  return {
    update(newTitle, done, total, note) {
      const now = performance.now();
      const finished = done >= total && total > 0;
      if (newTitle === title && now - printedAt < lineIntervalMs && !finished) return;
      title = newTitle;
      printedAt = now;
      const share = total > 0 ? ` ${Math.floor((100 * done) / total)}%` : '';
      const line = `${title}${share} ${note}`;
      stream.write(`${line.trimEnd()}\n`);
    },
    line(text) {
      stream.write(`${printableLines(text)}\n`);
    },
    draw(text) {
      stream.write(`${text}\n`);
    },
    end() {},
  };
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
