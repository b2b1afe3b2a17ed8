// An idx file as http://yann.lecun.com/exdb/mnist/ describes it.

export function idx(magic: number, sizes: readonly number[], bytes: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic, 0);
  for (const [index, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([header, Buffer.from(bytes)]);
}
