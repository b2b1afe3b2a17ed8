// The way from one latent vector to another.
import type { PageData } from '../page-data.ts';

/**
 * The vector at `share` (0 to 1) of the way: along an arc for normal latents, whose length hardly varies (Shoemake 1985;
 * White, "Sampling generative networks", 2016), straight for uniform ones, which stay in their cube.
 */
export function between(
  from: Float32Array,
  to: Float32Array,
  share: number,
  { distribution }: PageData['latent'],
): Float32Array {
  const [weightFrom, weightTo] = distribution === 'normal' ? arc(angleOf(from, to), share) : [1 - share, share];
  return from.map((value, i) => weightFrom * value + weightTo * to[i]!);
}

function arc(angle: number, share: number): [number, number] {
  if (!(Math.sin(angle) > 1e-6)) return [1 - share, share]; // one is 0, or they point the same way or opposite ways
  return [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
}

function angleOf(a: Float32Array, b: Float32Array): number {
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  return Math.acos(Math.min(1, Math.max(-1, cosine)));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
