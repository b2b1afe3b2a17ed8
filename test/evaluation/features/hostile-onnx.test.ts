// ONNX files that claim what they like: each is one sentence, and nothing large is allocated.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { featuresObject } from '../../../src/config/schema/metrics.ts';
import { DcganError } from '../../../src/errors.ts';
import { extractFeatures } from '../../../src/evaluation/features/feature-network.ts';
import { openOnnxFeatures } from '../../../src/evaluation/features/onnx-features.ts';
import { DataType, encodeOnnx } from '../../../src/exports/onnx/messages.ts';
import { residentMiB } from '../../helpers/collect-garbage.ts';
import { fixture } from '../../helpers/golden-features.ts';
import { hashedImages } from '../../helpers/hashed-images.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

const path = join(temporaryFolder(), 'features.onnx');
const config = featuresObject.parse({ network: path, range: [0, 1] });
const own = { height: 28, width: 28 };
const images = hashedImages('features/real', 2, 28, 1);

/** A network that gives its input, of this shape, as its output. */
function identityOf(shape: readonly (number | string)[]): Uint8Array {
  const dim = shape.map((side) => (typeof side === 'string' ? { dimParam: side } : { dimValue: side }));
  const value = (name: string) => ({ name, type: { tensorType: { elemType: DataType.float32, shape: { dim } } } });
  return encodeOnnx({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    producerName: '',
    docString: '',
    metadataProps: [],
    graph: {
      name: 'identity',
      node: [{ name: 'i', opType: 'Identity', input: ['images'], output: ['features'], attribute: [] }],
      initializer: [],
      input: [value('images')],
      output: [value('features')],
    },
  });
}

const shapes: [shape: (number | string)[], message: RegExp][] = [
  [[1, 3, 100_000, 100_000], /takes images of 100000 x 100000 pixels and 3 channels/],
  [['n', 3, 100_000, 100_000], /takes images of 100000 x 100000 pixels/],
  [[1_000_000, 3, 299, 299], /takes 1000000 images at once, each of 299 x 299 pixels/],
  [[1, 3, 2 ** 31, 2 ** 31], /takes images of 2147483648 x 2147483648 pixels|no ONNX file/],
];

for (const [shape, message] of shapes) {
  test(`an input of [${shape.join(', ')}] is refused before it is allocated`, async () => {
    writeFileSync(path, identityOf(shape));
    const before = await residentMiB();
    await assert.rejects(openOnnxFeatures(path, config, own), (error) => {
      assert.ok(error instanceof DcganError, String(error));
      assert.match(error.message, message);
      return true;
    });
    assert.ok((await residentMiB()) - before < 200);
  });
}

test('whatever a file holds, it is a network or one sentence', { timeout: 120_000 }, async () => {
  const seeds = ['nchw.onnx', 'nhwc.onnx'].map((name) => readFileSync(fixture(name)));
  const damaged = fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
    )
    .map(([seed, changes, share]) => {
      const bytes = Buffer.from(seed);
      for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value;
      return share > 0.9 ? bytes : bytes.subarray(0, Math.floor(share * bytes.length));
    });
  const property = fc.asyncProperty(damaged, async (bytes) => {
    writeFileSync(path, bytes);
    try {
      const network = await openOnnxFeatures(path, config, own);
      await extractFeatures(network, images, { onProgress() {} }).finally(network.dispose);
    } catch (error) {
      assert.ok(error instanceof DcganError, error instanceof Error ? error.stack : String(error));
      assert.ok(error.exitCode >= 2 && error.exitCode <= 5);
    }
  });
  await fc.assert(property, { numRuns: 1000 });
});
