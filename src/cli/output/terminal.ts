// Owns stdout and stderr: all output passes through here, and losing either stream never ends a run.
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { printable } from '../../errors.ts';

/** An output stream. Once its reader is gone, its terminal closed or its disk full, writing does nothing. */
export interface Output {
  readonly stream: NodeJS.WriteStream;
  /** Prints lines with control characters escaped. */
  print(text: string): void;
  /** Writes unescaped text, such as the escape codes of a picture. */
  draw(text: string): void;
}

export interface Terminal {
  stdout: Output;
  stderr: Output;
}

/** Opens the process's own streams. Call once, before anything is printed. */
export function openTerminal(): Terminal {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => closeLostTerminals(terminals));
  return { stdout: outputOf(process.stdout), stderr: outputOf(process.stderr) };
}

/** Errors such as EPIPE, EIO and ENOSPC are emitted as events, or thrown by synchronous streams. */
export function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', () => undefined);
  function draw(text: string): void {
    try {
      stream.write(text);
    } catch {
      // the stream is lost or full, as with an error event
    }
  }
  return { stream, draw, print: (text) => draw(`${printableLines(text)}\n`) };
}

/** Escapes control characters in each line. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/**
 * At exit Node restores the modes of the terminals it started with, and aborts (SIGABRT) if one has been closed; it skips closed
 * descriptors. isatty is false for a closed terminal.
 */
function closeLostTerminals(terminals: readonly number[]): void {
  for (const descriptor of terminals) {
    if (!isatty(descriptor)) closeSync(descriptor);
  }
}
