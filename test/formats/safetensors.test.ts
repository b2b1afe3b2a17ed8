import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DcganError } from '../../src/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/formats/safetensors.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/safetensors/${name}`, import.meta.url));

/** A file laid out by hand: the header's length as u64 LE, the header, the data. */
function fileOf(header: unknown, data: readonly number[] | Uint8Array = []): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Uint8Array.from(data)]);
}

function assertDamaged(bytes: Uint8Array, reason: RegExp): void {
  assert.throws(
    () => decodeSafetensors(bytes, 'runs/weights.safetensors'),
    (error: unknown) => {
      assert.ok(error instanceof DcganError);
      assert.equal(error.code, 'checkpoint.damaged');
      assert.equal(error.exitCode, 4);
      assert.match(error.message, /runs\/weights\.safetensors/);
      assert.match(error.message, reason);
      return true;
    },
  );
}

// The numbers of test/fixtures/safetensors/make.py.
const kernel = [1.5, -2, 0.25, 3, Math.fround(1e-3), Math.fround(-1e30)];
const bias = [0.1, 0.2, 0.3, 0.4, 0.5].map(Math.fround);

test('reads what Python wrote', () => {
  const { tensors, metadata } = decodeSafetensors(fixture('float32.safetensors'), 'float32');
  assert.deepEqual(metadata, { format: 'dcgan' });
  assert.deepEqual(Object.keys(tensors).sort(), ['discriminator/bias', 'empty', 'generator/dense/kernel', 'scalar']);
  assert.deepEqual(tensors['generator/dense/kernel'], { shape: [2, 3], values: Float32Array.from(kernel) });
  assert.deepEqual(tensors['discriminator/bias'], { shape: [5], values: Float32Array.from(bias) });
  assert.deepEqual(tensors['scalar'], { shape: [], values: Float32Array.of(7) });
  assert.deepEqual(tensors['empty'], { shape: [0, 4], values: new Float32Array(0) });
});

test('writes the same bytes as Python', () => {
  const tensors = {
    scalar: { shape: [], values: Float32Array.of(7) },
    'generator/dense/kernel': { shape: [2, 3], values: Float32Array.from(kernel) },
    empty: { shape: [0, 4], values: new Float32Array(0) },
    'discriminator/bias': { shape: [5], values: Float32Array.from(bias) },
  };
  const bytes = Buffer.concat(encodeSafetensors(tensors, { format: 'dcgan' }));
  assert.deepEqual(bytes, fixture('float32.safetensors'));
});

test('writes 16-bit weights bit for bit as Python does', () => {
  const values = [
    1,
    -2.5,
    65504,
    65519,
    2 ** -24,
    2 ** -25,
    3 * 2 ** -25,
    6.097e-5,
    -0.1,
    1 / 3,
    2049,
    2051,
    0.99999994,
  ];
  const edges = Float32Array.of(...values, -0, 3e-39);
  const tensors = {
    'a half': { shape: [15], values: edges, type: 'F16' as const },
    'b brain': {
      shape: [19],
      values: Float32Array.of(...edges, 3e38, 1.00390625, 1.01171875, -1e-30),
      type: 'BF16' as const,
    },
    'c single': { shape: [15], values: edges },
    'd half': { shape: [1], values: Float32Array.of(7), type: 'F16' as const },
  };
  assert.deepEqual(Buffer.concat(encodeSafetensors(tensors)), fixture('halves.safetensors'));
});

test('converts values beyond 16 bits to infinity, and keeps NaN', () => {
  const values = Float32Array.of(65520, -1e30, NaN, Infinity);
  const tensors = {
    half: { shape: [4], values, type: 'F16' as const },
    brain: { shape: [4], values, type: 'BF16' as const },
  };
  const read = decodeSafetensors(Buffer.concat(encodeSafetensors(tensors)), 'test').tensors;
  assert.deepEqual([...read['half']!.values], [Infinity, -Infinity, NaN, Infinity]);
  assert.deepEqual([...read['brain']!.values.subarray(2)], [NaN, Infinity]);
});

test('converts the other number formats', () => {
  const { tensors } = decodeSafetensors(fixture('types.safetensors'), 'types');
  const values = (name: string) => [...tensors[name]!.values];
  assert.deepEqual(values('f64'), [0.5, -3]);
  assert.deepEqual(values('f32'), [Math.fround(0.1), -65504]);
  assert.deepEqual(values('f16'), [1, -2.5, 65504, 2 ** -24, Infinity, NaN, -0.0999755859375]);
  assert.deepEqual(values('bf16'), [1, -2.5, Math.fround(3.00405527047391e38), 0.10009765625]);
  assert.deepEqual(values('i64'), [Math.fround(123456789012), -1]);
  assert.deepEqual(values('i32'), [-2147483648, 16777216]);
  assert.deepEqual(values('u8'), [0, 255, 7]);
});

test('writes the layout of the specification', () => {
  const [header, values] = encodeSafetensors({ a: { shape: [2], values: Float32Array.of(1, -2) } });
  // 54 characters and 2 spaces are 56 bytes; after the 8 bytes of the length the values begin at 64, a multiple of 8.
  const json = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  ';
  assert.deepEqual(Buffer.from(header!), Buffer.from(`8\0\0\0\0\0\0\0${json}`)); // '8' is byte 56
  assert.deepEqual([...values!], [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
});

test('reads values at any alignment, and part of a buffer', () => {
  const json = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  for (const spaces of [0, 1, 2, 3]) {
    const file = fileOf(json + ' '.repeat(spaces), [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    for (const shift of [0, 1]) {
      const inside = Buffer.concat([Buffer.alloc(shift), file]).subarray(shift);
      assert.deepEqual([...decodeSafetensors(inside, 'x').tensors['a']!.values], [1, -2]);
    }
  }
});

test('refuses every truncation and every trailing byte', () => {
  const whole = fixture('float32.safetensors');
  for (let length = 0; length < whole.length; length++) assertDamaged(whole.subarray(0, length), /damaged/);
  assertDamaged(Buffer.concat([whole, Buffer.from([0])]), /48 bytes, but the file has 49 for them/);
});

test('refuses headers with false sizes or types', () => {
  const a = (entry: object) => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry } });
  const eight = new Uint8Array(8);
  assertDamaged(
    Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1]),
    /claims 18446744073709551615 bytes, but at most 1/,
  );
  assertDamaged(fileOf('[1]'), /not a JSON object/);
  assertDamaged(fileOf('{"a":'), /JSON/);
  assertDamaged(fileOf({ a: 3 }), /entry a is not an object/);
  assertDamaged(fileOf(a({ dtype: 'C64' }), eight), /type "C64", not one of F64, F32/);
  assertDamaged(fileOf(a({ dtype: { toString: 1 } }), eight), /type \{"toString":1\}/);
  assertDamaged(fileOf(a({ shape: [-2] }), eight), /an invalid shape/);
  assertDamaged(fileOf(a({ shape: [1.5] }), eight), /an invalid shape/);
  assertDamaged(fileOf(a({ shape: [3] }), eight), /8 bytes, not those of F32 \[3\]/);
  assertDamaged(fileOf(a({ shape: [2 ** 40, 2 ** 40] }), eight), /8 bytes, not those/);
  assertDamaged(fileOf(a({ data_offsets: [8, 0] }), eight), /-8 bytes/);
  assertDamaged(fileOf(a({ data_offsets: [0, 8, 8] }), eight), /invalid data_offsets/);
  assertDamaged(fileOf(a({ data_offsets: [4, 12] }), new Uint8Array(12)), /begins at 4, not 0/);
  assertDamaged(fileOf(a({ data_offsets: [80, 88] }), eight), /begins at 80, not 0/);
  assertDamaged(
    fileOf({ ...a({}), ...{ b: a({ data_offsets: [4, 12] }).a } }, new Uint8Array(12)),
    /b begins at 4, not 8/,
  );
  assertDamaged(fileOf({ __metadata__: { format: 3 } }), /__metadata__\.format is not a string/);
  assertDamaged(
    fileOf('{"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', [0, 0, 0, 0]),
    /called __proto__/,
  );
  assertDamaged(fileOf(Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')), /JSON/);
});

test('throws for a tensor whose shape does not match its values', () => {
  assert.throws(
    () => encodeSafetensors({ a: { shape: [3], values: new Float32Array(2) } }),
    /a has 2 values, but shape \[3\]/,
  );
  assert.throws(
    () => encodeSafetensors({ __metadata__: { shape: [1], values: new Float32Array(1) } }),
    /cannot be called/,
  );
});
