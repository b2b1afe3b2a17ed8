// Draws a picture as text: ▀ in each cell shows two pixels, the upper as foreground and the lower as background colour.
import type { Picture } from '../../pictures/picture.ts';
import type { Colour, ColourCode } from './colours.ts';

const reset = '\x1b[0m';
const noBackground = '49';

/** Lines of half blocks, without a final line feed. */
export function halfBlocks(picture: Picture, code: ColourCode): string {
  const lines: string[] = [];
  for (let y = 0; y < picture.height; y += 2) lines.push(twoRows(picture, y, code));
  return lines.join('\n');
}

function twoRows(picture: Picture, y: number, code: ColourCode): string {
  let line = '';
  let before = '';
  for (let x = 0; x < picture.width; x++) {
    const lower = y + 1 < picture.height ? code(48, colourAt(picture, x, y + 1)) : noBackground;
    const codes = `${code(38, colourAt(picture, x, y))};${lower}`;
    line += codes === before ? '▀' : `\x1b[${codes}m▀`;
    before = codes;
  }
  return line + reset;
}

function colourAt({ pixels, width }: Picture, x: number, y: number): Colour {
  const at = (y * width + x) * 3;
  return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
}
