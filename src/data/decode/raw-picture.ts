// Uncompressed pixels of formats that sharp cannot read, and the limit on their number.

/** Samples are uint8 or uint16 [height, width, channels], from the top left. */
export interface RawPicture {
  samples: Uint8Array | Uint16Array;
  height: number;
  width: number;
  channels: 1 | 3 | 4;
}

/** sharp's own limit, 16,383 x 16,383. */
export const pixelLimit = 0x3fff * 0x3fff;

/** Throws if a picture has no pixels, or more than the limit. */
export function checkPixels(height: number, width: number): void {
  if (!(height > 0 && width > 0)) throw new Error(`its size is ${width} x ${height} pixels`);
  if (height * width > pixelLimit) throw tooManyPixels(height, width);
}

export function tooManyPixels(height: number, width: number): Error {
  const count = (value: number) => value.toLocaleString('en-US');
  return new Error(
    `its ${count(height * width)} pixels (${width} x ${height}) exceed the limit of ${count(pixelLimit)} (16383 x 16383); scale it down, or cut it into several images`,
  );
}
