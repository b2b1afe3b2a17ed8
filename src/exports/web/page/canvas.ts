// Paints pixels on canvases, and saves a canvas as PNG.
import type { PageData } from '../page-data.ts';

/** Draws an image in its own size, which the style sheet enlarges. pixels: uint8 [height, width, channels] */
export function paint(canvas: HTMLCanvasElement, pixels: Uint8Array, image: PageData['image']): void {
  const { width, height, channels } = image;
  const data = new ImageData(width, height); // [height, width, RGBA]
  for (let i = 0; i < width * height; i++) {
    for (let colour = 0; colour < 3; colour++) {
      data.data[4 * i + colour] = pixels[i * channels + (channels === 1 ? 0 : colour)]!;
    }
    data.data[4 * i + 3] = channels === 4 ? pixels[i * channels + 3]! : 255;
  }
  canvas.getContext('2d')!.putImageData(data, 0, 0);
}

/** Saves a canvas in the image's own size. */
export function downloadPng(canvas: HTMLCanvasElement, fileName: string): void {
  canvas.toBlob((blob) => {
    if (!blob) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = fileName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }, 'image/png');
}
