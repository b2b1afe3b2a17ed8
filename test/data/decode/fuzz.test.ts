// Any bytes give an image or an error with a reason: 5,000 mutations of valid files per parser.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { createPacked, openPacked, type PackedRecord } from '../../../src/data/dataset/packed-file.ts';
import { readZipEntry, zipEntries } from '../../../src/data/dataset/zip-images.ts';
import { decodeImage } from '../../../src/data/decode/decode.ts';
import { readBmp } from '../../../src/data/decode/formats/bmp.ts';
import { readNetpbm } from '../../../src/data/decode/formats/netpbm.ts';
import { readJpegHeader } from '../../../src/data/decode/jpeg/jpeg-header.ts';
import type { RawPicture } from '../../../src/data/decode/raw-picture.ts';
import { DcganError } from '../../../src/errors.ts';
import { readIdxImages, readIdxLabels } from '../../../src/formats/idx.ts';
import { zipOf } from '../../helpers/zip-bytes.ts';
import { writeFiles } from '../temporary.ts';
import { refusal, root } from './grey-folders.ts';

const runs = { numRuns: 5000, seed: 7 };

/** A valid file with one to six changes: bytes set to random or extreme values, truncated, removed or repeated. */
function damaged(whole: Uint8Array): fc.Arbitrary<Buffer> {
  const at = fc.oneof(fc.nat({ max: Math.min(64, whole.length - 1) }), fc.nat({ max: whole.length - 1 }));
  const value = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 127, 128, 255));
  const change = fc.record({ kind: fc.constantFrom('set', 'word', 'cut', 'remove', 'repeat'), at, value });
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    let bytes = Buffer.from(whole);
    for (const { kind, at, value } of changes) {
      if (kind === 'set' && at < bytes.length) bytes[at] = value;
      else if (kind === 'word') bytes.subarray(at, at + 4).fill(value);
      else if (kind === 'cut' && value < 40) bytes = bytes.subarray(0, at);
      else if (kind === 'remove') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + value)]);
      else if (kind === 'repeat')
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - value))]);
    }
    return bytes;
  });
}

/** Runs an action that may only fail with an Error whose message is a sentence, unlike those of bugs. */
function expectReason<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    assertReason(error);
    return undefined;
  }
}

function assertReason(error: unknown): void {
  assert.ok(error instanceof Error && error.message.length > 5, String(error));
  assert.ok(
    !(error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError),
    error.stack,
  );
}

function idx(header: number[], body: number): Buffer {
  const bytes = Buffer.alloc(4 * header.length + body, 9);
  for (const [i, word] of header.entries()) bytes.writeUInt32BE(word, 4 * i);
  return bytes;
}

test('idx files are read or refused as DcganError', () => {
  const kinds = [idx([0x803, 3, 2, 2], 12), idx([0x801, 5], 5)].map(damaged);
  fc.assert(
    fc.property(fc.oneof(...kinds, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      for (const read of [readIdxImages, readIdxLabels]) {
        try {
          read(Buffer.from(bytes), 'fuzz');
        } catch (error) {
          assert.ok(error instanceof DcganError && error.exitCode === 3, String(error));
        }
      }
    }),
    runs,
  );
});

const raw = { width: 12, height: 12, channels: 3 } as const;
const noise = Uint8Array.from({ length: 432 }, (_, i) => (i * 97) % 251);
const sound: Record<string, Buffer> = {};

before(async () => {
  const picture = () => sharp(noise, { raw });
  sound['png'] = await picture().png().toBuffer();
  sound['jpeg'] = await picture().jpeg().toBuffer();
  sound['webp'] = await picture().webp().toBuffer();
  sound['gif'] = await picture().gif().toBuffer();
  sound['tiff'] = await picture().tiff({ compression: 'lzw' }).toBuffer();
  sound['ppm'] = Buffer.concat([Buffer.from('P6\n12 12\n255\n'), noise]);
  const header = Buffer.alloc(54);
  header.write('BM', 0, 'latin1');
  for (const [at, word] of [[10, 54], [14, 40], [18, 12], [22, 12]] as const) header.writeUInt32LE(word, at); // biome-ignore format: one line
  header.writeUInt16LE(24, 28);
  sound['bmp'] = Buffer.concat([header, noise]);
});

test('JPEG headers are read, or left to sharp', () => {
  fc.assert(
    fc.property(fc.oneof(damaged(sound['jpeg']!), fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const header = readJpegHeader(bytes);
      if (header) assert.ok(header.height > 0 && header.width > 0);
    }),
    runs,
  );
});

test('BMP and Netpbm files are read whole, or refused before memory is taken', () => {
  const check = (read: (file: Uint8Array) => RawPicture, bytes: Uint8Array) => {
    const picture = expectReason(() => read(bytes));
    if (picture) assert.equal(picture.samples.length, picture.height * picture.width * picture.channels);
  };
  const before = process.memoryUsage().arrayBuffers;
  fc.assert(
    fc.property(damaged(sound['bmp']!), damaged(sound['ppm']!), (bmp, ppm) => {
      check(readBmp, bmp);
      check(readNetpbm, ppm);
    }),
    runs,
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 500e6);
});

test('images of every format are decoded or refused with a reason', async () => {
  const spec = { directory: '', height: 8, width: 8, channels: 3, background: 'white', fit: 'cover' } as const;
  await fc.assert(
    fc.asyncProperty(fc.oneof(...Object.values(sound).map(damaged)), async (bytes) => {
      try {
        assert.equal((await decodeImage(bytes, spec)).length, 192);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assertReason(error);
      }
    }),
    runs,
  );
});

test('packed files are opened as they were written, or not at all', () => {
  const path = join(root, 'fuzz.images');
  const tones = {
    darkest: 0,
    brightest: 255,
    flat: { count: 0, first: [] },
    dark: { count: 0, first: [] },
    own: { count: 0, first: [] },
  };
  const record: PackedRecord = {
    fingerprint: 'f'.repeat(64),
    count: 3,
    imageBytes: 4,
    skipped: [],
    allBytesRead: true,
    tones,
  };
  writeFiles(root, {});
  const writer = createPacked(path, 4, () => path);
  writer.append(Uint8Array.from({ length: 12 }, (_, i) => i));
  writer.keep(record).close();
  let opened = 0;
  fc.assert(
    fc.property(damaged(readFileSync(path)), (bytes) => {
      const file = join(root, 'damaged.images');
      writeFileSync(file, bytes);
      const packed = openPacked(file, 4);
      if (!packed) return;
      opened++; // only an image has changed, or nothing
      assert.deepEqual(packed.record, record);
      packed.close();
    }),
    runs,
  );
  assert.ok(opened > 10);
});

test('ZIP files are listed and read, or refused with a reason', async () => {
  const bytes = sound['png']!;
  const whole = zipOf([{ name: 'a.png', bytes }, { name: 'b/c.png', bytes }]); // biome-ignore format: one line
  const path = join(root, 'fuzz.zip');
  let read = 0;
  await fc.assert(
    fc.asyncProperty(damaged(whole), async (damagedBytes) => {
      writeFileSync(path, damagedBytes);
      try {
        for await (const [name, entry] of zipEntries(path)) {
          assert.ok(!name.startsWith('/') && !name.split('/').includes('..'), name);
          const content = expectReason(() => readZipEntry(path, entry));
          if (content) read++;
        }
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.ok(error instanceof Error && error.message.length > 5, String(error));
      }
    }),
    runs,
  );
  assert.ok(read > 100, String(read));
});

test('reports a folder of damaged files as a data error', async () => {
  const folder = writeFiles(join(root, 'fuzzed'), Object.fromEntries(fc.sample(damaged(sound['png']!), { numRuns: 40, seed: 7 }).map((bytes, i) => [`${i}.png`, bytes]))); // biome-ignore format: one line
  assert.equal((await refusal(folder)).exitCode, 3);
});
