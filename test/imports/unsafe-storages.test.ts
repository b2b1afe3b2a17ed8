// Tensors with false sizes, and storages that are too large to read.
import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openWeights } from '../../src/imports/files/open-weights.ts';
import { residentMiB } from '../helpers/collect-garbage.ts';
import { dict, int, long, pickle, storage, tensor, text, tuple } from '../helpers/pickle-bytes.ts';
import { data, oneWeight, path, testRefusals, torchZip } from './hostile-files.ts';

testRefusals({
  'more numbers than the storage has': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(0), [int(5)], [int(1)]), data(4)),
    reason: /reaches beyond the 4 numbers/,
  },
  'an offset that leads out of the storage': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(3), [int(2)], [int(1)]), data(4)),
    reason: /reaches beyond the 4 numbers/,
  },
  'a negative offset': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(-1), [int(2)], [int(1)]), data(4)),
    reason: /invalid storage, offset, size or stride/,
  },
  'a negative stride': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(3), [int(2)], [int(-1)]), data(4)),
    reason: /invalid storage, offset, size or stride/,
  },
  'a negative size': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(0), [int(-2)], [int(1)]), data(4)),
    reason: /invalid storage, offset, size or stride/,
  },
  'sizes beyond what numbers hold': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(0), [long(2n ** 62n)], [int(1)]), data(4)),
    reason: /invalid storage, offset, size or stride/,
  },
  'one number as a billion (stride 0)': {
    bytes: () => torchZip(oneWeight(storage('0', int(1)), int(0), [int(1_000_000_000)], [int(0)]), data(1)),
    reason: /overlaps itself/,
  },
  'rows that overlap': {
    bytes: () => torchZip(oneWeight(storage('0', int(8)), int(0), [int(2), int(3)], [int(2), int(1)]), data(8)),
    reason: /overlaps itself/,
  },
  'a storage larger than its entry': {
    bytes: () => torchZip(oneWeight(storage('0', int(1_000_000_000)), int(0), [int(1_000_000_000)], [int(1)]), data(1)),
    reason: /storage 0 has 4 bytes, where 4000000000 are claimed/,
  },
  'a storage that is not there': {
    bytes: () => torchZip(oneWeight(storage('1', int(1)), int(0), [int(1)], [int(1)]), data(1)),
    reason: /storage 1 has no bytes/,
  },
  'a storage by a path': {
    bytes: () => torchZip(oneWeight(storage('../../etc/passwd', int(1)), int(0), [int(1)], [int(1)]), data(1)),
    reason: /has no bytes/,
  },
  'one storage described in two ways': {
    bytes: () => torchZip(pickle(tuple(storage('0', int(1)), storage('0', int(2)))), data(1)),
    reason: /in two ways/,
  },
});

test('reads only the viewed part of a storage of two gigabytes', async () => {
  const count = 500_000_000;
  const weight = tensor(storage('0', int(count)), int(7), [int(3)], [int(1)]);
  const length = Buffer.alloc(8);
  length.writeBigInt64LE(BigInt(count));
  const magic = pickle('\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19');
  const head = [magic, pickle(int(1001)), pickle(dict({ little_endian: '\x88' })), pickle(dict({ weight }))];
  const bytes = Buffer.concat([...head, pickle(`](${text('0')}e`), length]);
  writeFileSync(path, bytes);
  truncateSync(path, bytes.length + 4 * count); // a sparse file, which takes no disk space
  const before = await residentMiB();
  const weights = await openWeights(path);
  assert.deepEqual(await weights.stateDicts.get('')!.get('weight')!.read(), new Float32Array(3));
  assert.ok((await residentMiB()) - before < 100);
  await weights.close();
});
