// Malicious ONNX files are rejected with one sentence, without allocating much memory.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { InferenceSession } from 'onnxruntime-web';
import { featuresObject } from '../../../src/config/schema/metrics.ts';
import { DcganError } from '../../../src/errors.ts';
import { extractFeatures } from '../../../src/evaluation/features/feature-network.ts';
import { openOnnxFeatures } from '../../../src/evaluation/features/onnx-features.ts';
import { readImageTensor, readOutput } from '../../../src/evaluation/features/onnx-tensors.ts';
import { DataType, encodeOnnx } from '../../../src/exports/onnx/messages.ts';
import { residentMiB } from '../../helpers/collect-garbage.ts';
import { fixture } from '../../helpers/golden-features.ts';
import { hashedImages } from '../../helpers/hashed-images.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

const path = join(temporaryFolder(), 'features.onnx');
const config = featuresObject.parse({ network: path, range: [0, 1] });
const runs = { numRuns: 5000, seed: 7 };
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
  test(`rejects an input of [${shape.join(', ')}] before allocating it`, async () => {
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

test('reads or rejects 5,000 descriptions of inputs and outputs', () => {
  const side = fc.constantFrom(1, 3, 28, 'n', 0, -1, 2 ** 31, Number.NaN, '');
  const input = fc.record({
    name: fc.string(),
    isTensor: fc.boolean(),
    type: fc.constantFrom('float32', 'uint8', 'int64'),
    shape: fc.oneof(fc.constant([1, 3, 28, 28]), fc.array(side, { minLength: 3, maxLength: 5 })),
  });
  const settings = fc.record({
    layout: fc.constantFrom(undefined, 'nchw', 'nhwc'),
    channels: fc.constantFrom(undefined, 1, 3),
    size: fc.constantFrom(undefined, 28, [28, 32]),
    range: fc.constantFrom(undefined, [0, 1], 'imagenet'),
    output: fc.constantFrom(undefined, 'features'),
  });
  let read = 0;
  const property = fc.property(
    fc.oneof(fc.tuple(input), fc.array(input, { maxLength: 2 })),
    fc.array(fc.constantFrom<string>('features', 'other', ''), { maxLength: 3 }),
    settings,
    (inputMetadata, outputNames, changed) => {
      const wanted = featuresObject.parse({ network: path, ...JSON.parse(JSON.stringify(changed)) });
      try {
        const { channels, size } = readImageTensor(
          { inputMetadata } as Pick<InferenceSession, 'inputMetadata'>,
          wanted,
          path,
        );
        assert.ok(channels === 1 || channels === 3);
        assert.ok(size === 'any' || (size.height > 0 && size.width > 0));
        assert.ok(outputNames.includes(readOutput({ outputNames }, wanted, path)));
        read++;
      } catch (error) {
        assert.ok(error instanceof DcganError, error instanceof Error ? error.stack : String(error));
        assert.match(error.code, /^usage\.features-(input|output)$/);
      }
    },
  );
  fc.assert(property, runs);
  assert.ok(read > 10 && read < 4900, `${read} read`);
});

test('opens 5,000 damaged files as a network or rejects each with one sentence', { timeout: 300_000 }, async () => {
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
  await fc.assert(property, runs);
});
