import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMemory } from '../../../src/training/start/check-memory.ts';

const machine = { totalMiB: 8000, freeMiB: 3000.4 };

test('returns the expected memory and the free memory, even if less is free', () => {
  const need = { expectedMiB: 5000.2, minMiB: 2000 };
  assert.deepEqual(checkMemory(need, { device: 'CPU' }, machine), { expectedMiB: 5000, freeMiB: 3000 });
});

test('rejects a run that cannot fit, with the numbers and exit code 5', () => {
  const need = { expectedMiB: 40_000, minMiB: 8000.5 };
  assert.throws(() => checkMemory(need, { device: 'CPU, WebAssembly' }, machine), {
    code: 'engine.memory',
    exitCode: 5,
    message:
      /needs 8001 MiB of memory at least, probably about 40000 MiB, but the machine has 8000 MiB\.\n.*\n.*batchSize/,
  });
  assert.doesNotThrow(() => checkMemory({ ...need, minMiB: 8000 }, { device: 'CPU' }, machine));
});

test('makes no estimate for a GPU', () => {
  assert.equal(checkMemory({ expectedMiB: 1e9, minMiB: 1e9 }, { device: 'CUDA GPU' }, machine), undefined);
});

test('reads the memory of this machine, part of which is free', () => {
  const { freeMiB } = checkMemory({ expectedMiB: 1, minMiB: 0 }, { device: 'CPU' })!;
  assert.ok(freeMiB > 0);
});
