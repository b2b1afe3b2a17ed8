import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLatents, readLatentsFile } from '../../src/sampling/latents-file.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const path = join(temporaryFolder(), 'z.json');

test('reads an array of vectors into one float array', async () => {
  writeFileSync(path, '[[0.5, -1, 2], [3, 4, 1e-3]]');
  assert.deepEqual([...(await readLatentsFile(path, 3))], [0.5, -1, 2, 3, 4, Math.fround(1e-3)]);
});

test('takes arrays and Float32Arrays from a program', async () => {
  assert.deepEqual([...(await readLatents([Float32Array.of(1, 2), [3, 4]], 2))], [1, 2, 3, 4]);
  await assert.rejects(readLatents([Float32Array.of(1, Number.NaN)], 2), {
    code: 'usage.latents',
    message: /^Vector 0 of latents has NaN in place 1\./,
  });
});

test('rejects every other file with one clear error', async () => {
  const table: [content: string, message: RegExp][] = [
    ['', /z\.json is not JSON: /],
    [
      '{"a": [1, 2, 3]}',
      /z\.json is not a list of vectors\.\nLatent vectors are an array of arrays, each of the 3 numbers/,
    ],
    ['[]', /is not a list of vectors/],
    ['[1, 2, 3]', /Vector 0 of .*z\.json is not an array/],
    ['[[1, 2, 3], [1, 2]]', /Vector 1 of .*z\.json has 2 numbers/],
    ['[[1, 2, null]]', /Vector 0 of .*z\.json has null in place 2/],
    ['[[1, "2", 3]]', /has "2" in place 1/],
    ['[[1, 1e999, 3]]', /has Infinity in place 1/],
    ['[[1, 1e39, 3]]', /has 1e\+39 in place 1/],
  ];
  for (const [content, message] of table) {
    writeFileSync(path, content);
    await assert.rejects(readLatentsFile(path, 3), { code: 'usage.latents', exitCode: 2, message }, content);
  }
  await assert.rejects(readLatentsFile(`${path}.gone`, 3), {
    code: 'usage.latents',
    message: /cannot be read: ENOENT/,
  });
});
