// A headless terminal (xterm.js), to test what is displayed.
import { Writable } from 'node:stream';
import headless from '@xterm/headless';

export interface TestTerminal {
  /** A substitute for process.stderr on a terminal. */
  stream: NodeJS.WriteStream;
  /** All lines ever displayed, without trailing spaces. */
  lines(): Promise<string[]>;
  /** Rows of pixels drawn by half blocks, two per line: `#ff0000`, `palette 196` or `default`. */
  halfBlocks(): Promise<string[][]>;
}

export function createTerminal({ columns, rows }: { columns: number; rows: number }): TestTerminal {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const stream = new Writable({
    write(chunk, _encoding, done) {
      terminal.write(chunk);
      done();
    },
  });
  async function shownLines() {
    await new Promise<void>((resolve) => terminal.write('', resolve));
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, y) => active.getLine(y)!);
  }
  return {
    stream: Object.assign(stream, {
      isTTY: true,
      columns,
      rows,
      getColorDepth: () => 24,
    }) as unknown as NodeJS.WriteStream,
    lines: async () => (await shownLines()).map((line) => line.translateToString(true)),
    halfBlocks: async () =>
      (await shownLines()).flatMap((line) => {
        const cells = Array.from({ length: columns }, (_, x) => line.getCell(x)!);
        const blocks = cells.filter((cell) => cell.getChars() === '▀');
        if (blocks.length === 0) return [];
        return [
          blocks.map((cell) => nameOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor())),
          blocks.map((cell) => nameOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor())),
        ];
      }),
  };
}

function nameOf(isDefault: boolean, isRgb: boolean | number, colour: number): string {
  if (isDefault) return 'default';
  return isRgb ? `#${colour.toString(16).padStart(6, '0')}` : `palette ${colour}`;
}
