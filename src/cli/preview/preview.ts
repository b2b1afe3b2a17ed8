// Shows picture files in the terminal.
import { messageOf, printable } from '../../errors.ts';
import { encodePicture, type Picture } from '../../pictures/picture.ts';
import { readPicture } from '../../pictures/read-picture.ts';
import type { Progress } from '../output/progress.ts';
import { colourOf256, trueColour } from './colours.ts';
import { detectWay, type Way } from './detect.ts';
import { halfBlocks } from './half-blocks.ts';
import { itermPicture, kittyPicture, sixelPicture } from './picture-protocols.ts';

interface Drawing {
  /** The most pixels of the picture per column of text, and twice as many per line. */
  pixelsPerColumn: number;
  draw(picture: Picture, stream: NodeJS.WriteStream): string | Promise<string>;
}

const cellWidth = 8; // pixels; real cells are seldom smaller

const drawings: Readonly<Record<Way, Drawing>> = {
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

/** How a picture is to be shown; `auto` takes the best that the terminal is known to draw. */
export type PreviewWay = Way | 'auto';

/** Shows a picture among the rest of what a person watches; one that cannot be read is a line, and no failure. */
export async function showPicture(path: string, way: PreviewWay, { stream, line, draw }: Progress): Promise<void> {
  try {
    draw(await pictureText(path, way, stream));
  } catch (error) {
    line(`No preview of ${printable(path)}: ${messageOf(error)}`);
  }
}

/** The text, without a line feed at its end, that shows a picture file on this stream's terminal. */
export async function pictureText(path: string, way: PreviewWay, stream: NodeJS.WriteStream): Promise<string> {
  const { pixelsPerColumn, draw } = drawings[way === 'auto' ? detectWay(stream) : way];
  const { width, height } = roomOn(stream);
  return draw(await readPicture(path, { width: width * pixelsPerColumn, height: height * pixelsPerColumn }), stream);
}

const leastHeight = 80; // ten for each image of a grid of 8 x 8, even where the screen then scrolls
const linesBelow = 3; // for the bar or the prompt

/** In columns: all of the width, and as many lines as there are. */
function roomOn({ columns = 80, rows = 24 }: NodeJS.WriteStream): { width: number; height: number } {
  return { width: columns, height: Math.max(leastHeight, 2 * (rows - linesBelow)) };
}

function columnsOf({ width, height }: Picture, stream: NodeJS.WriteStream): number {
  const room = roomOn(stream);
  return Math.min(room.width, Math.floor((room.height * width) / height), Math.ceil(width / cellWidth));
}

/** A pipe takes all colours: what reads it in the end is not known. */
function colourCode(stream: NodeJS.WriteStream) {
  return stream.isTTY && stream.getColorDepth() < 24 ? colourOf256 : trueColour;
}
