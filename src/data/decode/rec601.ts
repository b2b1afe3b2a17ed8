// RGB to gray as in PIL, OpenCV and PyTorch's transforms: 0.299 R + 0.587 G + 0.114 B of the stored values (ITU-R BT.601).

/** [height, width, 3] -> [height, width, 1], of the same type, rounded. */
export function toRec601<Samples extends Uint8Array | Uint16Array>(rgb: Samples): Samples {
  const gray = rgb.slice(0, rgb.length / 3);
  for (let i = 0; i < gray.length; i++) {
    const [red, green, blue] = [rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!];
    gray[i] = Math.floor((19595 * red + 38470 * green + 7471 * blue + 32768) / 65536); // PIL's rounding
  }
  return gray as Samples;
}
