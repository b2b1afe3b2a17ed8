import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sign, signImage } from '../../src/pictures/sign-image.ts';

/** The rows of a sign, with # for ink. */
function drawn(sign: Sign, channels: 1 | 3 | 4): string[] {
  const { pixels, height, width } = signImage(sign, { height: 9, width: 9, channels });
  const isInk = (i: number) => (channels === 4 ? pixels[i * 4 + 3]! > 0 : pixels[i * channels]! < 255);
  const row = (y: number) => Array.from({ length: width }, (_, x) => (isInk(y * width + x) ? '#' : '.')).join('');
  return Array.from({ length: height }, (_, y) => row(y));
}

test('draws signs in the centre, on white or transparent', () => {
  for (const channels of [1, 3, 4] as const) {
    const empty = '.........';
    const plus = [empty, empty, '....#....', '....#....', '..#####..', '....#....', '....#....', empty, empty];
    assert.deepEqual(drawn('+', channels), plus);
    const minus = plus.map((line, y) => (y === 4 ? line : empty));
    assert.deepEqual(drawn('-', channels), minus);
    const lines = drawn('=', channels).flatMap((line, y) => (line === '..#####..' ? [y] : []));
    assert.equal(lines.length, 2);
    assert.equal(lines[0]! + lines[1]!, 8);
  }
});
