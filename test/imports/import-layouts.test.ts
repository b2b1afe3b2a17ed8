// The layouts of three published models, with random weights that PyTorch generates during the test, as they take 96 MB.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importWeights } from '../../src/commands/import.ts';
import { checkImages, checkScores } from '../helpers/imported-checks.ts';
import { missingPackages, python } from '../helpers/python.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const skip = missingPackages('torch');
const root = temporaryFolder();
const script = fileURLToPath(new URL('../fixtures/import/layouts.py', import.meta.url));

before(() => {
  if (!skip) execFileSync(python, [script, root], { stdio: 'inherit' });
});

for (const config of ['afg', 'simpsons', 'anime']) {
  test(`${config}: 16 images and their scores equal PyTorch's`, { skip }, async () => {
    const file = (kind: string) => join(root, `${config}.${kind}`);
    const numbers = (kind: string) => new Float32Array(new Uint8Array(readFileSync(file(kind))).buffer);
    await importWeights({
      file: file('generator'),
      discriminator: file('discriminator'),
      config,
      set: [],
      name: config,
      root,
    });
    const expected = { latents: numbers('latents'), images: numbers('images'), scores: numbers('scores') };
    await checkImages(root, config, expected);
    await checkScores(root, config, expected);
  });
}
