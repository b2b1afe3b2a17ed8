// Owns stdout and stderr: everything the program prints passes through here, and losing either of them never ends a run.
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { printable } from '../../errors.ts';

/** A stream that may be lost: its reader leaves, its terminal is closed, its disk is full. Then writing does nothing. */
export interface Output {
  readonly stream: NodeJS.WriteStream;
  /** Prints lines. Control characters in them are shown, not obeyed. */
  print(text: string): void;
  /** Writes text of the program's own as it is, such as the escape codes of a picture. */
  draw(text: string): void;
}

export interface Terminal {
  stdout: Output;
  stderr: Output;
}

/** The process's own streams. Call it once, before anything is printed. */
export function openTerminal(): Terminal {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => closeDead(terminals));
  return { stdout: outputOf(process.stdout), stderr: outputOf(process.stderr) };
}

/** A stream's errors (EPIPE, EIO, ENOSPC and the like) come as events, or are thrown where it writes at once. */
export function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', () => undefined);
  function draw(text: string): void {
    try {
      stream.write(text);
    } catch {
      // as with an event: lost, or full for now
    }
  }
  return { stream, draw, print: (text) => draw(`${printableLines(text)}\n`) };
}

/** Lines of text, each without control characters. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/**
 * At exit Node restores the modes of every terminal it began with, and aborts (SIGABRT) where that terminal has been closed.
 * It leaves closed descriptors alone. The system no longer takes a closed terminal for one.
 */
function closeDead(terminals: readonly number[]): void {
  for (const descriptor of terminals) {
    if (!isatty(descriptor)) closeSync(descriptor);
  }
}
