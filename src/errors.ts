// Every failure that is not a bug: what happened (with the values received), what was expected, what to do, and an exit code.

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

/** A failure with a reason a person can act on. `code` is stable, e.g. `data.empty-folder`; `data` carries the values. */
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
 * A name, or text of one line from a file, as it may be printed: control characters, line separators and those that turn the
 * direction of text around are written out, so that it cannot command the terminal or look like another. So are bytes of names
 * that are not UTF-8, which are lone surrogates (data/file-names.ts): as \xe9.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0)!;
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    return isByte ? `\\x${(code & 0xff).toString(16)}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
