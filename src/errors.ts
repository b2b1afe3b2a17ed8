// The error class for every failure that is not a bug, and the helpers that make text safe to print.

const exitCodes = { usage: 2, config: 2, data: 3, checkpoint: 4, engine: 5, diverged: 6 } as const;

type ErrorKind = keyof typeof exitCodes;

interface ErrorText {
  /** What happened, with the values received. One sentence. */
  happened: string;
  /** What was expected instead. */
  expected?: string;
  /** What to type or change. */
  fix?: string;
}

/** A failure the user can act on. `code` is stable, e.g. `data.empty-folder`; `data` holds the values involved. */
export class DcganError extends Error {
  override readonly name = 'DcganError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly exitCode: number;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: `${ErrorKind}.${string}`,
    text: ErrorText,
    options: { cause?: unknown; data?: Record<string, unknown> } = {},
  ) {
    super([text.happened, text.expected, text.fix].filter(Boolean).join('\n'), { cause: options.cause });
    this.code = code;
    this.kind = code.slice(0, code.indexOf('.')) as ErrorKind;
    this.exitCode = exitCodes[this.kind];
    this.data = options.data ?? {};
  }
}

/**
 * Escapes a name or a line from a file for printing: control characters, line separators and bidirectional controls, so that it
 * cannot control the terminal or pass for another name. Bytes of file names that are not UTF-8, which are read as lone
 * surrogates (data/dataset/file-names.ts), become \xe9.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0)!;
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    return isByte ? `\\x${(code & 0xff).toString(16)}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
