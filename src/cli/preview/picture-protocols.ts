// Encodes pictures as escape codes for the terminals that support them.
import type { Picture } from '../../pictures/picture.ts';

const kittyChunkLength = 4096; // characters, the protocol's maximum

/** kitty's protocol: a PNG in chunks, drawn at the cursor, `columns` wide. https://sw.kovidgoyal.net/kitty/graphics-protocol */
export function kittyPicture(png: Uint8Array, columns: number): string {
  const controls = `a=T,f=100,c=${columns},q=2,`; // transmit and display, PNG, no responses
  const base64 = Buffer.from(png).toString('base64');
  const chunks = base64.match(new RegExp(`.{1,${kittyChunkLength}}`, 'g')) ?? [];
  return chunks
    .map((chunk, i) => `\x1b_G${i === 0 ? controls : ''}m=${i < chunks.length - 1 ? 1 : 0};${chunk}\x1b\\`)
    .join('');
}

/** iTerm2's protocol, also supported by WezTerm, mintty and others. https://iterm2.com/documentation-images.html */
export function itermPicture(png: Uint8Array, columns: number): string {
  return `\x1b]1337;File=inline=1;size=${png.length};width=${columns}:${Buffer.from(png).toString('base64')}\x07`;
}

const sixelColours = 64; // dithered; 256 look hardly better and need half as much data again

/** DEC sixels: a column of six pixels per character and colour. */
export async function sixelPicture({ pixels, width, height }: Picture): Promise<string> {
  const { image2sixel } = await import('sixel');
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(pixels.subarray(i * 3, i * 3 + 3), i * 4);
  return image2sixel(rgba, width, height, sixelColours);
}
