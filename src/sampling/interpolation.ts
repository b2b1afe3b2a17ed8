// Interpolation between latent vectors: linear or spherical, with easing.

/** A point between two vectors of one size: the first at t = 0, the second at t = 1. */
type Interpolation = (a: Float32Array, b: Float32Array, t: number) => Float32Array;

/** (1 - t) a + t b. */
const linear: Interpolation = (a, b, t) => sum(a, 1 - t, b, t);

/**
 * sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b with w the angle between a and b (Shoemake, "Animating rotation with
 * quaternion curves", SIGGRAPH 1985). High-dimensional normal latents have nearly equal lengths, which slerp keeps and linear
 * interpolation shortens (White, "Sampling generative networks", 2016). Falls back to linear for parallel vectors.
 */
const slerp: Interpolation = (a, b, t) => {
  const angle = Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
  const sine = Math.sin(angle);
  if (!(sine > 1e-6)) return linear(a, b, t); // also for a zero vector, whose angle is NaN
  return sum(a, Math.sin((1 - t) * angle) / sine, b, Math.sin(t * angle) / sine);
};

export const interpolations = { linear, slerp };
export type Method = keyof typeof interpolations;

/** Fraction of time -> fraction of the path, both in [0, 1]. */
export const easings = {
  linear: (t: number) => t,
  'ease-in': (t: number) => t ** 2,
  'ease-out': (t: number) => 1 - (1 - t) ** 2,
  'ease-in-out': (t: number) => t ** 2 * (3 - 2 * t), // smoothstep
};
export type Easing = keyof typeof easings;

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}

function sum(a: Float32Array, weightOfA: number, b: Float32Array, weightOfB: number): Float32Array {
  return a.map((value, i) => weightOfA * value + weightOfB * b[i]!);
}
