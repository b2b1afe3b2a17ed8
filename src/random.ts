// Counter-based named random streams: a value depends only on (seed, name, index), on every machine and engine.
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011); TensorFlow's stateless ops use it too.

/** High and low 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middleLow = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middleLow / 0x10000)) >>> 0;
}

/** Computes one Philox4x32-10 block in place: four 32-bit counter words in, four random words out. */
export function philox(block: Uint32Array, key0: number, key1: number): void {
  let a = block[0]!;
  let b = block[1]!;
  let c = block[2]!;
  let d = block[3]!;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, a);
    const low0 = Math.imul(0xd2511f53, a);
    const high1 = multiplyHigh(0xcd9e8d57, c);
    const low1 = Math.imul(0xcd9e8d57, c);
    a = (high1 ^ b ^ k0) >>> 0;
    b = low1 >>> 0;
    c = (high0 ^ d ^ k1) >>> 0;
    d = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  block[0] = a;
  block[1] = b;
  block[2] = c;
  block[3] = d;
}

/** FNV-1a, 32 bits, of a stream's name: the second half of its key. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * A random stream identified by (seed, name, index). `index` is a step, an epoch or a sample's seed, so that a stream has no
 * state to save.
 */
export class RandomStream {
  readonly #key0: number;
  readonly #key1: number;
  readonly #index: number;
  readonly #block = new Uint32Array(4);
  #blockNumber = 0;
  #used = 4;

  constructor(seed: number, name: string, index = 0) {
    this.#key0 = seed >>> 0;
    this.#key1 = hashName(name);
    this.#index = index;
  }

  /** 32 random bits as an integer in [0, 2^32). */
  bits(): number {
    if (this.#used === 4) {
      this.#block.set([this.#blockNumber++, this.#index, Math.floor(this.#index / 2 ** 32), 0]);
      philox(this.#block, this.#key0, this.#key1);
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** An unbiased integer in [0, count), by Lemire's multiplication with rejection. */
  below(count: number): number {
    const reject = (2 ** 32 - count) % count;
    for (;;) {
      const product = BigInt(this.bits()) * BigInt(count);
      if (Number(product & 0xffffffffn) >= reject) return Number(product >> 32n);
    }
  }

  /** Standard normal values by Box-Muller, using both values of each pair. */
  normals(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      values[i] = radius * Math.cos(angle);
      if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }

  /** Uniform values in [low, high). */
  uniforms(count: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length: count }, () => low + (high - low) * this.uniform());
  }

  /** The numbers 0 to count - 1 in random order (Fisher-Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
