// The bundled generators are small and complete, have a card, and generate images.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/index.ts';
import { packageDirectory } from '../../src/system/package-directory.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const largestBytes = 12e6;
const elsewhere = temporaryFolder();

const { files } = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')) as { files: string[] };
const names = files.flatMap((file) => /^checkpoints\/([a-z0-9]+)$/.exec(file)?.[1] ?? []);

test('bundles mnist, emoji and afg', () => {
  assert.deepEqual(names.toSorted(), ['afg', 'emoji', 'mnist']);
});

for (const name of names) {
  test(`${name} is at most 12 MB, has a card with a grid, and generates different images`, async () => {
    const folder = join(packageDirectory, 'checkpoints', name);
    const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    assert.ok(bytes <= largestBytes, `${bytes} bytes`);
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const row of ['Network', 'Data', 'Command', 'Step', 'Time and machine', 'Licence'])
      assert.match(card, new RegExp(`^\\| ${row} \\|`, 'm'));
    assert.match(card, /grid\.png/);
    assert.ok(existsSync(join(folder, 'grid.png')));

    const generator = await openCheckpoint(name, { engine: 'wasm', root: elsewhere });
    const { pixels, shape } = await generator.generate({ seeds: [0, 1] });
    assert.equal(shape[3], { mnist: 1, emoji: 4, afg: 3 }[name]);
    const half = pixels.length / 2;
    const difference =
      pixels.subarray(0, half).reduce((sum, value, i) => sum + Math.abs(value - pixels[half + i]!), 0) / half;
    assert.ok(difference > 5, `two images differ by ${difference} of 255`);
    generator.dispose();
  });
}
