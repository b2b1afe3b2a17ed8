import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../src/wasm/assembler.ts';

/** Assembles a function of two parameters that returns a float; local 2 is an i64. */
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

test('integers of every length and sign survive LEB128 encoding', () => {
  for (const value of [0, 1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8193, 2 ** 24, -(2 ** 24), 2 ** 30]) {
    assert.equal(storing(code.toFloat(code.i32(value)))(0, 0), value);
    assert.equal(storing(code.toFloat(code.lowerHalf(code.i64(value))))(0, 0), value);
  }
});

test('computes with parameters, sums, masks and floats', () => {
  const half = storing(code.multiplyFloats(code.toFloat(code.add(code.get(0), code.get(1))), code.f32(0.5)));
  assert.equal(half(7, -10), -1.5);
  assert.equal(storing(code.toFloat(code.xor(code.and(code.get(0), code.i32(12)), code.get(1))))(10, 1), 9);
});

test('computes the upper half of an unsigned product', () => {
  const product = code.multiply64(code.extend(code.get(0)), code.extend(code.get(1)));
  // (2^32 - 1) 2^4 = 15 2^32 + (2^32 - 16)
  assert.equal(storing(code.toFloat(code.upperHalf(product)))(0xffffffff, 16), 15);
  assert.equal(storing(code.toFloat(code.lowerHalf(product)))(0xffffffff, 16), -16); // read as signed
});

test('a loop runs until its condition is 0, also with a body longer than 127 bytes', () => {
  const count = code.set(1, code.add(code.get(1), code.i32(1)));
  const down = code.set(0, code.add(code.get(0), code.i32(-1)));
  const counting = Array(20).fill(count).flat();
  const { run, memory } = code.assemble({
    parameters: 2,
    locals: [],
    body: [
      ...code.doWhile([...counting, ...down], code.get(0)),
      ...code.storeFloat(code.i32(0), 0, code.toFloat(code.get(1))),
    ],
    memoryPages: 1,
  });
  run(5, 0);
  assert.equal(new Float32Array(memory)[0], 100);
});

test('integers are loaded, multiplied, divided and compared as unsigned', () => {
  const [a, b] = [code.get(0), code.get(1)];
  const results: [code.Code, number][] = [
    [code.subtract(a, b), 4],
    [code.multiply(a, b), 21],
    [code.divide(a, b), 2],
    [code.isEqual(a, b), 0],
    [code.isLess(b, a), 1],
    [code.isLess(a, code.i32(-1)), 1],
    [code.minimum(a, b), 3],
    [code.loadInt(code.i32(0)), 0],
  ];
  for (const [value, expected] of results) assert.equal(storing(code.toFloat(value))(7, 3), expected);
});

test('a condition takes either branch, and an unrolled loop ends after either half', () => {
  const one = storing(code.addFloats(code.f32(0.25), code.loadFloat(code.i32(12))));
  assert.equal(one(0, 0), 0.25);
  assert.equal(one(0, 0), 0.5);
  const count = (local: number, by: number) => code.set(local, code.add(code.get(local), code.i32(by)));
  const down = count(0, -1);
  const { run, memory } = code.assemble({
    parameters: 2,
    locals: ['i32'],
    body: [
      ...code.doWhileUnrolled([...count(1, 1), ...down], [...count(1, 100), ...down], code.get(0)),
      ...code.when(code.isEqual(code.get(1), code.i32(201)), count(2, 7), count(2, 9)),
      ...code.storeFloat(code.i32(0), 0, code.toFloat(code.get(1))),
      ...code.storeFloat(code.i32(4), 0, code.toFloat(code.get(2))),
    ],
    memoryPages: 1,
  });
  run(3, 100); // 100 + 1 + 100 + 1
  assert.deepEqual([...new Float32Array(memory, 0, 2)], [202, 9]);
  run(2, 100);
  assert.deepEqual([...new Float32Array(memory, 0, 2)], [201, 7]);
});
