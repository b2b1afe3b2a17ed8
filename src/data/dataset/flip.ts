// Random horizontal flips as augmentation.
import type { RandomStream } from '../../random.ts';

/**
 * Flips each image horizontally with this probability, in place. `images` is uint8 [B, height, width, channels]. Every image
 * consumes one random number, whatever the probability.
 */
export function flipSome(
  images: Uint8Array,
  { height, width, channels }: { height: number; width: number; channels: number },
  probability: number,
  stream: RandomStream,
): void {
  const imageBytes = height * width * channels;
  for (let start = 0; start < images.length; start += imageBytes) {
    if (stream.uniform() < probability) mirror(images, start, start + imageBytes, width * channels, channels);
  }
}

function mirror(images: Uint8Array, start: number, end: number, rowBytes: number, channels: number): void {
  for (let row = start; row < end; row += rowBytes) {
    let right = row + rowBytes - channels;
    for (let left = row; left < right; left += channels) {
      for (let channel = 0; channel < channels; channel++) {
        const value = images[left + channel]!;
        images[left + channel] = images[right + channel]!;
        images[right + channel] = value;
      }
      right -= channels;
    }
  }
}
