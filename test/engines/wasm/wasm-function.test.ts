import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../../src/engines/wasm/wasm-function.ts';

/** A function of two parameters and an i64 that stores one float. */
function storing(value: code.Code): (a: number, b: number) => number {
  const { run, memory } = code.assemble({
    parameters: 2,
    locals: ['i64'],
    body: code.storeFloat(code.i32(8), 4, value),
    memoryPages: 1,
  });
  return (a, b) => {
    run(a, b);
    return new Float32Array(memory, 12, 1)[0]!;
  };
}

test('integers of every length and sign are what they were', () => {
  for (const value of [0, 1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8193, 2 ** 24, -(2 ** 24), 2 ** 30]) {
    assert.equal(storing(code.toFloat(code.i32(value)))(0, 0), value);
    assert.equal(storing(code.toFloat(code.lowerHalf(code.i64(value))))(0, 0), value);
  }
});

test('parameters, sums, masks and floats', () => {
  const half = storing(code.multiplyFloats(code.toFloat(code.add(code.get(0), code.get(1))), code.f32(0.5)));
  assert.equal(half(7, -10), -1.5);
  assert.equal(storing(code.toFloat(code.xor(code.and(code.get(0), code.i32(12)), code.get(1))))(10, 1), 9);
});

test('the upper half of a product of unsigned numbers', () => {
  const product = code.multiply64(code.extend(code.get(0)), code.extend(code.get(1)));
  // (2^32 - 1) 2^4 = 15 2^32 + (2^32 - 16)
  assert.equal(storing(code.toFloat(code.upperHalf(product)))(0xffffffff, 16), 15);
  assert.equal(storing(code.toFloat(code.lowerHalf(product)))(0xffffffff, 16), -16); // read as signed
});

test('a loop runs until its condition is 0, and code longer than 127 bytes is told its length', () => {
  const count = code.set(1, code.add(code.get(1), code.i32(1)));
  const down = code.set(0, code.add(code.get(0), code.i32(-1)));
  const counting = Array(20).fill(count).flat();
  const { run, memory } = code.assemble({
    parameters: 2,
    locals: [],
    body: [
      ...code.repeatWhile([...counting, ...down], code.get(0)),
      ...code.storeFloat(code.i32(0), 0, code.toFloat(code.get(1))),
    ],
    memoryPages: 1,
  });
  run(5, 0);
  assert.equal(new Float32Array(memory)[0], 100);
});
