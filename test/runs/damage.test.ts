// Damage anywhere in a checkpoint of realistic size is detected, and the checkpoint before it is loaded.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { RandomStream } from '../../src/random.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.ts';

const directory = mkdtempSync(join(tmpdir(), 'dcgan-damage-'));
after(() => rmSync(directory, { recursive: true }));

const random = new RandomStream(3, 'damage');
const names = Array.from({ length: 12 }, (_, i) => `generator/layer${i}/kernel`);
const tensorsOf = () =>
  Object.fromEntries(
    names.map((name) => [
      name,
      { shape: [50, 80], values: Float32Array.from({ length: 4000 }, () => random.uniform()) },
    ]),
  );
const config = { name: 'tiny', layers: names.map((name, units) => ({ type: 'dense', name, units, bias: null })) };

before(async () => {
  for (const step of [100, 200]) {
    const state = { position: { step, images: step * 64, seconds: step / 7 }, config, decisions: { a: 'kernel' } };
    await saveCheckpoint(directory, { step, tensors: tensorsOf(), state });
  }
});

/** Loads the latest checkpoint with these bytes in a file of step 200. Expects step 100 and the damaged file's name, unless the bytes are equal. */
async function isRefused(file: string, bytes: Uint8Array, equal: unknown): Promise<boolean> {
  writeFileSync(join(directory, '000200', file), bytes);
  const { step, tensors, state, refused } = await loadCheckpoint(directory, 'latest');
  if (step === 200) {
    assert.deepEqual({ tensors, state }, equal);
    return false;
  }
  assert.equal(step, 100);
  assert.ok(refused[0]!.reason.includes(join('000200', file)), refused[0]!.reason);
  return true;
}

describe('damage', { concurrency: 1 }, () => {
  for (const file of ['weights.safetensors', 'state.json']) {
    test(`${file}: cut at every 1 % of its length, and 1,000 changed bytes`, async () => {
      const path = join(directory, '000200', file);
      const whole = readFileSync(path);
      const { tensors, state } = await loadCheckpoint(directory, 'latest');
      for (let percent = 0; percent < 100; percent++) {
        const cut = whole.subarray(0, Math.floor((whole.length * percent) / 100));
        assert.ok(await isRefused(file, cut, undefined), `cut at ${percent} %`);
      }
      let harmless = 0;
      for (let trial = 0; trial < 1000; trial++) {
        const bytes = Buffer.from(whole);
        const position = random.below(whole.length);
        bytes[position] = bytes[position]! ^ (1 + random.below(255));
        if (await isRefused(file, bytes, { tensors, state })) continue;
        assert.match(String.fromCharCode(whole[position]!, bytes[position]!), /^\s\s$/); // another space character in JSON
        harmless++;
      }
      assert.ok(file === 'state.json' ? harmless < 20 : harmless === 0, `${harmless} loaded`);
      writeFileSync(path, whole);
      assert.equal((await loadCheckpoint(directory, 'latest')).step, 200);
    });
  }
});
