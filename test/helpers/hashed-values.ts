// Tensors for golden tests from an integer hash, bit-identical to test/fixtures/hashed.py.

/** FNV-1a, 32 bit. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

/** The values of the tensor with this ASCII name: float32 in [-1, 1), multiples of 2^-23. */
export function hashedValues(name: string, count: number): Float32Array {
  const start = hashName(name);
  return Float32Array.from({ length: count }, (_, i) => {
    let x = Math.imul(i, 0x9e3779b1) + start;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b); // murmur3's finaliser
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 8) / 2 ** 23 - 1;
  });
}
