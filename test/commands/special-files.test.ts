// A folder, pipe or device in place of a file gives a prompt error in one sentence, and is never read endlessly.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importWeights } from '../../src/commands/import.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { DcganError } from '../../src/errors.ts';
import { openOnnxFeatures } from '../../src/evaluation/features/onnx-features.ts';
import { saveCheckpoint } from '../../src/runs/checkpoint.ts';
import { readLatentsFile } from '../../src/sampling/latents-file.ts';
import { openGenerator } from '../../src/sampling/open-generator.ts';
import { readSavedVector } from '../../src/sampling/saved-vectors.ts';
import { residentMiB } from '../helpers/collect-garbage.ts';
import { noPipes, putInPlace, specialFiles } from '../helpers/special-files.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const root = temporaryFolder();
const at = (...parts: string[]) => join(root, ...parts);
const step = at('checkpoints', 'afg', '000000');

before(async () => {
  await importWeights({ file: fixture('generator.pt'), config: fixture('tiny.yaml'), set: [], name: 'afg', root });
  mkdirSync(at('results', 'abcdef0', 'vectors'), { recursive: true });
});

const features = { resizer: 'bilinear' as const, network: 'x', range: [0, 1] as [number, number] };
const imported = (file: string) => importWeights({ file, config: fixture('tiny.yaml'), set: [], name: 'none', root });

/** What each reader reads, the file, and its error code. */
const readers: Record<string, { path: string; read: (path: string) => Promise<unknown>; code: RegExp }> = {
  'the weights of a checkpoint': {
    path: join(step, 'weights.safetensors'),
    read: () => openGenerator('afg', { root }),
    code: /^checkpoint\.damaged$/,
  },
  'the state of a checkpoint': {
    path: join(step, 'state.json'),
    read: () => openGenerator('afg', { root }),
    code: /^checkpoint\.damaged$/,
  },
  'weights to import': { path: at('weights.pt'), read: imported, code: /^usage\.unreadable$/ },
  'a config': { path: at('config.yaml'), read: loadConfig, code: /^config\.unreadable$/ },
  'latent vectors': { path: at('z.json'), read: (path) => readLatentsFile(path, 4), code: /^usage\.latents$/ },
  'a saved vector': {
    path: at('results', 'abcdef0', 'vectors', 'smile.json'),
    read: () => readSavedVector('smile', { root, runHash: 'abcdef0' }, 4),
    code: /^usage\.latents$/,
  },
  'a feature network': {
    path: at('features.onnx'),
    read: (path) => openOnnxFeatures(path, features, { height: 8, width: 8 }),
    code: /^usage\.features-file$/,
  },
};

for (const [what, { path, read, code }] of Object.entries(readers)) {
  describe(`in the place of ${what}`, { skip: noPipes, timeout: 20_000 }, () => {
    for (const [kind, { make, reason }] of Object.entries(specialFiles)) {
      test(kind, async () => {
        cpSync(at('checkpoints'), at('kept'), { recursive: true });
        const before = await residentMiB();
        putInPlace(path, make);
        await assert.rejects(read(path), (error) => {
          assert.ok(error instanceof DcganError, String(error));
          assert.match(error.code, code);
          assert.match(error.message, reason);
          return true;
        });
        assert.ok((await residentMiB()) - before < 100);
        execFileSync('rm', ['-rf', path, `${path}-pipe`, at('checkpoints')]);
        execFileSync('mv', [at('kept'), at('checkpoints')]);
      });
    }
  });
}

test('ignores pointers to the latest and best checkpoint that are not files', {
  skip: noPipes,
  timeout: 20_000,
}, async () => {
  for (const { make } of Object.values(specialFiles)) {
    putInPlace(at('checkpoints', 'afg', 'latest'), make);
    assert.equal((await openGenerator('afg', { root })).step, 0);
  }
});

test('does not read weights whose size differs from the state', async () => {
  const directory = at('checkpoints', 'sized');
  await saveCheckpoint(directory, { step: 1, tensors: { a: { shape: [1], values: Float32Array.of(1) } }, state: {} });
  const weights = join(directory, '000001', 'weights.safetensors');
  writeFileSync(weights, Buffer.concat([readFileSync(weights), Buffer.alloc(1)]));
  await assert.rejects(openGenerator('sized', { root }), /weights\.safetensors is damaged: \d+ bytes, not \d+/);
});
