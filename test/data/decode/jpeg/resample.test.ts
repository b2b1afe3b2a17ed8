import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { resample } from '../../../../src/data/decode/jpeg/resample.ts';

/** A picture of 36 x 48 resized with Pillow's LANCZOS (test/fixtures/jpeg/make.py). */
const expected = JSON.parse(readFileSync('test/fixtures/jpeg/expected.json', 'utf8')) as {
  large: string;
  lanczos: Record<string, string>;
};
const [height, width, channels] = [36, 48, 3];
const large = {
  pixels: new Uint8Array(Buffer.from(expected.large, 'base64')),
  columns: width,
  channels,
  rowBytes: width * channels,
};

const whole = (size: number, sizedTo: number) => ({ size, sizedTo, from: 0, count: sizedTo });

function most(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((least, value, i) => Math.max(least, Math.abs(value - b[i]!)), 0);
}

test('matches Pillow to within 1 of 255 at every size', () => {
  assert.equal(Object.keys(expected.lanczos).length, 4);
  for (const [size, text] of Object.entries(expected.lanczos)) {
    const [columns, rows] = size.split(' x ').map(Number) as [number, number];
    const pixels = resample(large, whole(height, rows), whole(width, columns));
    assert.ok(most(pixels, Buffer.from(text, 'base64')) <= 1, size);
  }
});

test('keeps a picture at its own size, and crops exactly', () => {
  assert.deepEqual(resample(large, whole(height, height), whole(width, width)), large.pixels);
  const [rows, columns] = [
    { ...whole(height, 30), from: 4, count: 5 },
    { ...whole(width, 41), from: 7, count: 3 },
  ];
  const all = Buffer.from(expected.lanczos['41 x 30']!, 'base64');
  const part = resample(large, rows, columns);
  const wanted = Array.from({ length: 5 }, (_, y) => [
    ...all.subarray(3 * (41 * (4 + y) + 7), 3 * (41 * (4 + y) + 10)),
  ]);
  assert.ok(most(part, Uint8Array.from(wanted.flat())) <= 1);
});

test('keeps a uniform colour or grey at every size', () => {
  for (const [size, sizedTo] of [
    [9, 9],
    [9, 8],
    [100, 37],
    [1024, 3],
    [2, 1],
    [1, 1],
  ] as const) {
    const pixels = new Uint8Array(size * 16).fill(201);
    const even = resample({ pixels, columns: 13, channels: 1, rowBytes: 16 }, whole(size, sizedTo), whole(13, 11));
    assert.deepEqual(even, new Uint8Array(sizedTo * 11).fill(201));
  }
  for (const [height, width] of [
    [512, 512],
    [1024, 256],
    [256, 1024],
  ] as const) {
    const large = {
      pixels: new Uint8Array(height * width * 3).fill(77),
      columns: width,
      channels: 3,
      rowBytes: 3 * width,
    };
    const even = resample(large, whole(height, height - 1), whole(width, width - 1));
    assert.ok(even.every((value) => value === 77) && even.length === (height - 1) * (width - 1) * 3);
  }
});
