import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gpuBfloat16Units, haveBfloat16 } from '../../../src/engines/tensorflow/bfloat16-support.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

// NVIDIA's table of GPUs: V100 7.0, T4 7.5, A100 8.0, RTX 4090 8.9, H200 9.0, RTX 5090 12.0.
test('bfloat16 requires compute capability 8.0 of every GPU', () => {
  for (const listing of ['8.0\n', '9.0\n', '8.9\n12.0\n']) assert.ok(haveBfloat16(listing), listing);
  for (const listing of ['7.0\n', '7.5\n9.0\n', '9.0\n7.5\n', '', '[N/A]\n'])
    assert.ok(!haveBfloat16(listing), listing);
});

test('asks the driver, and assumes no bfloat16 if it does not answer', {
  skip: process.platform === 'win32',
}, async (t) => {
  const folder = temporaryFolder();
  const before = process.env['PATH'];
  t.after(() => {
    process.env['PATH'] = before;
  });
  process.env['PATH'] = folder;
  assert.equal(await gpuBfloat16Units(), false);
  const answer = async (program: string) => {
    writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\n${program}\n`);
    chmodSync(join(folder, 'nvidia-smi'), 0o755);
    return gpuBfloat16Units();
  };
  assert.equal(await answer('[ "$*" = "--query-gpu=compute_cap --format=csv,noheader" ] && echo 9.0'), true);
  assert.equal(await answer('echo 7.5'), false);
  assert.equal(await answer('echo 9.0; exit 9'), false); // the driver and its library do not match
});
