// Shows picture files in the terminal.
import { messageOf, printable } from '../../errors.ts';
import { encodePicture, type Picture } from '../../pictures/picture.ts';
import { readPicture } from '../../pictures/read-picture.ts';
import type { Progress } from '../output/progress.ts';
import { colourOf256, trueColour } from './colours.ts';
import { type DrawingMethod, detectMethod } from './detect.ts';
import { halfBlocks } from './half-blocks.ts';
import { itermPicture, kittyPicture, sixelPicture } from './picture-protocols.ts';

interface Drawing {
  /** Largest number of pixels per column of text; twice as many per line. */
  pixelsPerColumn: number;
  draw(picture: Picture, stream: NodeJS.WriteStream): string | Promise<string>;
}

const cellWidth = 8; // pixels; real cells are rarely smaller

const drawings: Readonly<Record<DrawingMethod, Drawing>> = {
  'half-blocks': { pixelsPerColumn: 1, draw: (picture, stream) => halfBlocks(picture, colourCode(stream)) },
  kitty: {
    pixelsPerColumn: 2 * cellWidth, // the terminal fits it into the columns
    draw: async (picture, stream) => kittyPicture(await encodePicture(picture, 'png'), columnsOf(picture, stream)),
  },
  iterm: {
    pixelsPerColumn: 2 * cellWidth,
    draw: async (picture, stream) => itermPicture(await encodePicture(picture, 'png'), columnsOf(picture, stream)),
  },
  sixel: { pixelsPerColumn: cellWidth, draw: sixelPicture },
};

/** How to show a picture; `auto` is the best method the terminal is known to support. */
export type PreviewMethod = DrawingMethod | 'auto';

/** Shows a picture above the progress bar. If it cannot be read, prints a line; this is not an error. */
export async function showPicture(
  path: string,
  method: PreviewMethod,
  { stream, line, draw }: Progress,
): Promise<void> {
  try {
    draw(await pictureText(path, method, stream));
  } catch (error) {
    line(`No preview of ${printable(path)}: ${messageOf(error)}`);
  }
}

/** The text that shows a picture file on this stream's terminal, without a final line feed. */
export async function pictureText(path: string, method: PreviewMethod, stream: NodeJS.WriteStream): Promise<string> {
  const { pixelsPerColumn, draw } = drawings[method === 'auto' ? detectMethod(stream) : method];
  const { width, height } = spaceOn(stream);
  return draw(await readPicture(path, { width: width * pixelsPerColumn, height: height * pixelsPerColumn }), stream);
}

const minHeight = 80; // pixels: ten per image of an 8 x 8 grid, even if the screen then scrolls
const linesBelow = 3; // for the bar or the prompt

/** Available space in half-block pixels: the full width, and the terminal's height. */
function spaceOn({ columns = 80, rows = 24 }: NodeJS.WriteStream): { width: number; height: number } {
  return { width: columns, height: Math.max(minHeight, 2 * (rows - linesBelow)) };
}

function columnsOf({ width, height }: Picture, stream: NodeJS.WriteStream): number {
  const space = spaceOn(stream);
  return Math.min(space.width, Math.floor((space.height * width) / height), Math.ceil(width / cellWidth));
}

/** Full colour in a pipe, whose final reader is unknown. */
function colourCode(stream: NodeJS.WriteStream) {
  return stream.isTTY && stream.getColorDepth() < 24 ? colourOf256 : trueColour;
}
