// Commands replace pictures that dcgan drew, but no other files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { exploreFormula } from '../../src/commands/explore-formula.ts';
import { exploreSweeps } from '../../src/commands/explore-sweeps.ts';
import { importWeights } from '../../src/commands/import.ts';
import { interpolate } from '../../src/commands/interpolate.ts';
import { sample } from '../../src/commands/sample.ts';
import { isMarked } from '../../src/pictures/picture-mark.ts';
import { noPipes } from '../helpers/special-files.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const root = temporaryFolder();
const at = (...parts: string[]) => join(root, ...parts);
const options = { checkpoint: 'tiny', engine: 'wasm', root } as const;
const inTheWay = (message: RegExp) => ({ code: 'usage.in-the-way', exitCode: 2, message });

before(() =>
  importWeights({ file: fixture('generator.pt'), config: fixture('tiny.yaml'), set: [], name: 'tiny', root }),
);

const writers: Record<string, (out: string, force?: boolean) => Promise<unknown>> = {
  sample: (out, force = false) => sample({ ...options, count: 1, out, force }),
  interpolate: (out, force = false) => interpolate({ ...options, seeds: [1, 2], frames: 3, out, force }),
  'explore --formula': (out, force = false) => exploreFormula({ ...options, formula: 's1 + s2', out, force }),
  explore: (out, force = false) => exploreSweeps({ ...options, dimensions: 1, steps: 2, out, force }),
};

for (const [command, write] of Object.entries(writers)) {
  test(`${command} replaces its own picture, and other files only with --force`, async () => {
    const out = at(`${command.replaceAll(' ', '')}.png`);
    await write(out);
    await write(out);
    writeFileSync(out, 'mine');
    await assert.rejects(write(out), inTheWay(/already exists, and was not drawn by dcgan\.\n.*--force/));
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    await write(out, true);
    assert.ok(await isMarked(out));
  });

  test(`${command} rejects folders, devices and broken links, and writes through a link`, {
    skip: noPipes,
  }, async () => {
    const folder = at(`${command.replaceAll(' ', '')}-places`);
    mkdirSync(join(folder, 'folder.png'), { recursive: true });
    symlinkSync('/dev/null', join(folder, 'device.png'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.png'));
    execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    const refused = {
      folder: /is a folder/,
      device: /is a device/,
      dangling: /leads to no file/,
      pipe: /is a named pipe/,
    };
    for (const [name, message] of Object.entries(refused)) {
      for (const force of [false, true])
        await assert.rejects(write(join(folder, `${name}.png`), force), inTheWay(message));
    }
    writeFileSync(join(folder, 'target.dat'), 'mine');
    symlinkSync(join(folder, 'target.dat'), join(folder, 'link.png'));
    await assert.rejects(write(join(folder, 'link.png')), inTheWay(/was not drawn by dcgan/));
    await write(join(folder, 'link.png'), true);
    await write(join(folder, 'link.png'));
    assert.ok(lstatSync(join(folder, 'link.png')).isSymbolicLink());
    assert.equal((await sharp(join(folder, 'target.dat')).metadata()).format, 'png');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    );
  });
}

test('recognises its own pictures in every format', async () => {
  for (const name of ['a.png', 'a.webp', 'a.jpg', 'a.jpeg']) {
    for (let time = 0; time < 2; time++) await sample({ ...options, count: 1, out: at(name) });
  }
  for (const name of ['b.gif', 'b.webp', 'b.apng']) {
    for (let time = 0; time < 2; time++) await interpolate({ ...options, seeds: [1, 2], frames: 4, out: at(name) });
    const { pages = 1 } = await sharp(at(name), { pages: -1 }).metadata();
    if (name !== 'b.apng') assert.ok(pages > 1, `${name} has ${pages} pages`); // sharp reads the first frame of an APNG
  }
  await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .png()
    .toFile(at('photo.png'));
  assert.equal(await isMarked(at('photo.png')), false);
});

test('--separate replaces its own files; if any file is not its own, it writes none', async () => {
  const separate = at('separate');
  const write = (force = false) => sample({ ...options, seeds: [0, 1, 2], separate, force });
  await write();
  await write();
  writeFileSync(join(separate, '000002.png'), 'mine');
  const first = lstatSync(join(separate, '000000.png')).ino;
  await assert.rejects(write(), inTheWay(/000002\.png already exists/));
  assert.equal(lstatSync(join(separate, '000000.png')).ino, first);
  await write(true);
  execFileSync('rm', [join(separate, '000001.png')]);
  symlinkSync(at('photo.png'), join(separate, '000001.png'));
  await assert.rejects(write(true), inTheWay(/000001\.png is a link/));
});
