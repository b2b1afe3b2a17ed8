// Draws progress: one bar on a terminal, plain lines in a pipe. It shows what it is told and decides nothing.
import { Presets, SingleBar } from 'cli-progress';
import { printable } from '../errors.ts';

export interface Progress {
  /** Moves the bar of what is being done. A new title starts a new bar. */
  update(title: string, done: number, total: number, note: string): void;
  /** Prints a line above the bar. */
  line(text: string): void;
  /** Ends the bar. */
  end(): void;
}

const lineIntervalMs = 10_000;

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

  return {
    update(newTitle, done, total, note) {
      if (newTitle !== title) {
        end();
        title = newTitle;
        const format = '{title} {bar} {percentage}% {note}';
        bar = new SingleBar(
          { stream, format, barsize: 24, hideCursor: true, clearOnComplete: false, fps: 10 },
          Presets.shades_classic,
        );
        bar.start(total, done, { title, note });
      }
      bar?.setTotal(total);
      bar?.update(done, { title, note });
    },
    line(text) {
      if (bar) stream.write('\r\x1b[K'); // the bar is drawn again below
      stream.write(`${text.split('\n').map(printable).join('\n')}\n`);
      bar?.render();
    },
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
      stream.write(`${text.split('\n').map(printable).join('\n')}\n`);
    },
    end() {},
  };
}
