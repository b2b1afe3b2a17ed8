// Adds a label in front of each row of a grid.
import sharp from 'sharp';
import { fontFamily, useOwnFonts } from './charts/fonts.ts';
import type { Grid } from './grid.ts';
import { inkPixel } from './ink.ts';
import type { Picture } from './picture.ts';

const fontSize = 18; // pixels
const characterWidth = 12; // of the widest digit, with spacing

/** A wider grid with one label per row on its left. Labels are letters and digits only, because they become SVG. */
export async function labelRows({ picture, padding, ...layout }: Grid, labels: readonly string[]): Promise<Grid> {
  const labelWidth = Math.max(...labels.map((label) => label.length)) * characterWidth;
  const rowHeight = (picture.height - padding) / labels.length;
  const wide = withMargin(picture, labelWidth);
  await useOwnFonts();
  for (const [row, label] of labels.entries()) {
    const size = { width: labelWidth, height: rowHeight - padding };
    drawInk(wide, await drawText(label, size), { ...size, top: padding + row * rowHeight });
  }
  return { ...layout, padding, picture: wide };
}

/** Adds an empty margin on the left. */
function withMargin({ pixels, height, width, channels }: Picture, margin: number): Picture {
  const wide = { height, width: margin + width, channels };
  const empty = new Uint8Array(Buffer.alloc(height * wide.width * channels, Uint8Array.from(inkPixel(0, channels))));
  const rowLength = width * channels;
  for (let y = 0; y < height; y++) {
    empty.set(pixels.subarray(y * rowLength, (y + 1) * rowLength), (y * wide.width + margin) * channels);
  }
  return { ...wide, pixels: empty };
}

/** The ink coverage of each pixel, [height, width] in 0..255; the text is right-aligned and vertically centred. */
function drawText(text: string, { width, height }: { width: number; height: number }): Promise<Uint8Array> {
  const place = `x="${width - 4}" y="50%" text-anchor="end" dominant-baseline="central"`;
  const font = `font-family="${fontFamily}" font-size="${fontSize}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text ${place} ${font}>${text}</text></svg>`;
  return sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer();
}

/** Draws ink [height, width] onto the left side of a picture. */
function drawInk(picture: Picture, ink: Uint8Array, { width, top }: { width: number; top: number }): void {
  for (const [i, coverage] of ink.entries()) {
    const pixel = (top + Math.floor(i / width)) * picture.width + (i % width);
    picture.pixels.set(inkPixel(coverage, picture.channels), pixel * picture.channels);
  }
}
