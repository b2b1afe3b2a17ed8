import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openWeights } from '../../../src/imports/files/open-weights.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/import/${name}`, import.meta.url));
const { views } = JSON.parse(readFileSync(fixture('golden.json'), 'utf8')) as {
  views: Record<string, { shape: number[]; values: number[] }>;
};

test('reads tensors of every type and stride as PyTorch does', async () => {
  const weights = await openWeights(fixture('views.pt'));
  const tensors = weights.stateDicts.get('')!;
  assert.deepEqual([...tensors.keys()], Object.keys(views));
  for (const [key, { shape, values }] of Object.entries(views)) {
    const tensor = tensors.get(key)!;
    assert.deepEqual(tensor.shape, shape, key);
    assert.deepEqual(await tensor.read(), Float32Array.from(values), key);
  }
  await weights.close();
});

test('finds dicts of tensors by their path of keys, except numbered ones', async () => {
  const weights = await openWeights(fixture('whole.pt'));
  assert.deepEqual([...weights.stateDicts.keys()], ['gen_model', 'dis_model']);
  await weights.close();
});

test('recognises a safetensors file whose length begins like a pickle', async () => {
  const path = join(temporaryFolder(), 'weights.safetensors');
  const header = JSON.stringify({ weight: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }).padEnd(0x280);
  writeFileSync(
    path,
    Buffer.concat([Buffer.from([0x80, 2, 0, 0, 0, 0, 0, 0]), Buffer.from(header), Buffer.of(0, 0, 128, 63)]),
  );
  const weights = await openWeights(path);
  assert.deepEqual(await weights.stateDicts.get('')!.get('weight')!.read(), Float32Array.of(1));
});
