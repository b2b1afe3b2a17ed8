// Damaged weights files are read or rejected with one sentence, without allocating much memory: 5,000 cases per format.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { DcganError } from '../../src/errors.ts';
import { readPickle } from '../../src/formats/pickle/pickle.ts';
import { RefusedName } from '../../src/formats/pickle/pickle-machine.ts';
import { torchVocabulary } from '../../src/formats/pickle/torch-vocabulary.ts';
import { decodeSafetensors } from '../../src/formats/safetensors.ts';
import { describing, openWeights } from '../../src/imports/files/open-weights.ts';
import { candidatesOf } from '../../src/imports/match/candidates.ts';
import { residentMiB } from '../helpers/collect-garbage.ts';
import { damagedBytes, mutatedJson } from '../helpers/mutated.ts';
import { dict, int, pickle, storage, tensor } from '../helpers/pickle-bytes.ts';
import { data, path, readAll, torchZip } from './hostile-files.ts';

const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url)));
const runs = { numRuns: 5000, seed: 7 };
const slow = { timeout: 300_000 };

/** Reads all tensors of a damaged file, which may fail with a DcganError but not with a bug. */
async function tryReading(bytes: Uint8Array): Promise<void> {
  try {
    await readAll(bytes);
    const weights = await openWeights(path);
    await describing(path, async () => candidatesOf(weights)).finally(weights.close);
  } catch (error) {
    assert.ok(error instanceof DcganError, error instanceof Error ? error.stack : String(error));
    assert.ok(error.exitCode >= 2 && error.exitCode <= 5);
  }
}

const small = torchZip(
  pickle(dict({ 'a.weight': tensor(storage('0', int(6)), int(0), [int(2), int(3)], [int(3), int(1)]) })),
  data(6),
);

const files: Record<string, readonly Uint8Array[]> = {
  'zip of torch.save': [small, fixture('generator.pt')],
  'torch.save before 1.6': [fixture('legacy.pth')],
  safetensors: [fixture('both.safetensors')],
};

for (const [format, sound] of Object.entries(files)) {
  test(`${format}: any bytes`, slow, async () => {
    const before = await residentMiB();
    await fc.assert(fc.asyncProperty(damagedBytes(...sound), tryReading), runs);
    assert.ok((await residentMiB()) - before < 300);
  });
}

test('safetensors: any header', slow, async () => {
  const header = {
    __metadata__: { format: 'pt' },
    'a.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    'a.bias': { dtype: 'F16', shape: [4], data_offsets: [24, 32] },
  };
  const headed = fc.tuple(mutatedJson(header), fc.integer({ min: -3, max: 3 })).map(([value, off]) => {
    const json = Buffer.from(JSON.stringify(value));
    const length = Buffer.alloc(8);
    length.writeBigInt64LE(BigInt(json.length + (off === 3 ? 0 : off === -3 ? 2 ** 52 : 0)));
    return Buffer.concat([length, json, Buffer.alloc(32)]);
  });
  const property = fc.asyncProperty(headed, async (bytes) => {
    await tryReading(bytes);
    try {
      decodeSafetensors(bytes, 'crafted');
    } catch (error) {
      assert.ok(error instanceof DcganError, String(error));
    }
  });
  await fc.assert(property, runs);
});

test('pickles: any instructions', slow, () => {
  const sound = pickle(dict({ 'a.weight': tensor(storage('0', int(6)), int(0), [int(6)], [int(1)]) }));
  const random = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.of(0x80, 2), bytes]));
  const property = fc.property(fc.oneof(damagedBytes(sound), random), (bytes) => {
    try {
      readPickle(bytes, torchVocabulary(new Map()));
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof TypeError || error instanceof RangeError), String(error));
      assert.ok(error instanceof RefusedName || error.message.length > 0);
    }
  });
  fc.assert(property, runs);
});
