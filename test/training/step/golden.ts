// Golden numbers of the training options (test/fixtures/training/make.py), and a comparison within a tolerance.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface LossGolden {
  discriminator: { value: number; real: number[]; fake: number[] };
  generator: { value: number; fake: number[] };
}

interface Golden {
  losses: Record<string, LossGolden>;
  clipping: { options: { clipNorm?: number; clipValue?: number }; gradients: number[][] }[];
  diffAugment: {
    names: ('color' | 'translation' | 'cutout')[];
    shape: [number, number, number, number];
    values: number[];
    gradient: number[];
  }[];
  penalties: {
    network: 'dense' | 'conv';
    type: 'r1' | 'wgan-gp';
    weight: number;
    shapes: Record<string, number[]>;
    value: number;
    gradients: Record<string, number[]>;
  }[];
}

const path = new URL('../../fixtures/training/golden.json', import.meta.url);
export const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

/** Every value within `tolerance` of the expected one, relative where that is above 1. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = 1e-5,
): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    assert.ok(off <= tolerance, `${what}[${i}] is ${actual[i]}, expected ${expected[i]}`);
  }
}
