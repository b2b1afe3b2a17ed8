import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeJpeg } from '../../../../src/data/decode/jpeg/jpeg-turbo.ts';

test("decodes halves, quarters and eighths bit for bit as Pillow's libjpeg-turbo (test/fixtures/jpeg/make.py)", () => {
  const { eighths } = JSON.parse(readFileSync('test/fixtures/jpeg/expected.json', 'utf8')) as {
    eighths: Record<string, Record<string, string>>;
  };
  assert.deepEqual(Object.keys(eighths), ['colour', 'full-colour', 'grey']);
  for (const [name, divisors] of Object.entries(eighths)) {
    const channels = name === 'grey' ? 1 : 3;
    for (const [divisor, sha256] of Object.entries(divisors)) {
      const [height, width] = [72 / Number(divisor), 96 / Number(divisor)];
      const picture = decodeJpeg(readFileSync(`test/fixtures/jpeg/${name}.jpeg`), { height, width }, channels)!;
      const pixels = createHash('sha256');
      for (let row = 0; row < height; row++)
        pixels.update(picture.pixels.slice(row * picture.rowBytes).subarray(0, width * channels));
      assert.equal(pixels.digest('hex'), sha256, `${name} / ${divisor}`);
    }
  }
});
