// Bilinear resizing without antialiasing, pixels as squares (half-pixel centres): what OpenCV's INTER_LINEAR and PyTorch's
// interpolate(mode='bilinear') do. Meant for enlarging: images of 28 pixels to the sizes that a protocol can take.
import { countOf, type ImageSet } from './images.ts';

/** Images of another size, rounded to whole values. */
export function resizeBilinear(images: ImageSet, height: number, width: number): ImageSet {
  if (images.height === height && images.width === width) return images;
  const { channels } = images;
  const rows = samplingOf(images.height, height);
  const columns = samplingOf(images.width, width);
  const pixels = new Uint8Array(countOf(images) * height * width * channels);
  let target = 0;
  for (let image = 0; image < countOf(images); image++) {
    for (const row of rows) {
      const [upper, lower] = [row.before, row.after].map((y) => (image * images.height + y) * images.width * channels);
      for (const column of columns) {
        for (let channel = 0; channel < channels; channel++) {
          const [left, right] = [column.before * channels + channel, column.after * channels + channel];
          const above = mix(images.pixels[upper! + left]!, images.pixels[upper! + right]!, column.weight);
          const below = mix(images.pixels[lower! + left]!, images.pixels[lower! + right]!, column.weight);
          pixels[target++] = Math.round(mix(above, below, row.weight));
        }
      }
    }
  }
  return { pixels, height, width, channels };
}

interface Sample {
  before: number;
  after: number;
  /** Of the pixel after. */
  weight: number;
}

function samplingOf(source: number, target: number): Sample[] {
  return Array.from({ length: target }, (_, i) => {
    const centre = Math.max(0, ((i + 0.5) * source) / target - 0.5);
    const before = Math.floor(centre);
    return { before, after: Math.min(before + 1, source - 1), weight: centre - before };
  });
}

function mix(a: number, b: number, weight: number): number {
  return a + (b - a) * weight;
}
