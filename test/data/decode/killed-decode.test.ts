// After a decode is killed at any moment, the next start gives the same images and decodes only the rest.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openImages } from '../../../src/data/dataset/open.ts';
import { thisOwner } from '../../../src/system/process-owner.ts';
import { cache, manyGreys, open, values } from './grey-folders.ts';

const images = join(cache, 'images');
const partialsIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.partial-'));

/** Copies the files of a process when it has decoded 65 to 128 images, then kills it. */
async function killWhileDecoding(directory: string, stretch: boolean): Promise<{ journal: string; pixels: string }> {
  const ofDead = (name: string) => name.replace(/partial-\d+-\d+-/, 'partial-999999999-1-');
  const copies: { journal: string; pixels: string }[] = [];
  const spec = { directory, height: 2, width: 2, channels: 1, background: 'white', fit: 'cover', stretch } as const;
  const stopping = new AbortController();
  const onProgress = ({ phase, done }: { phase: string; done: number }) => {
    if (phase !== 'decode' || done !== (stretch ? 265 : 65)) return;
    const [pixels, journal] = [partialsIn(images)[0]!, partialsIn(join(images, 'journals'))[0]!];
    copies.push({ journal: join(images, 'kept-journal'), pixels: join(images, ofDead(pixels)) });
    copyFileSync(join(images, pixels), copies[0]!.pixels);
    const noted = readFileSync(join(images, 'journals', journal), 'utf8').replace(pixels, ofDead(pixels));
    writeFileSync(copies[0]!.journal, noted);
    stopping.abort(new Error('stopped'));
  };
  await assert.rejects(openImages(spec, onProgress, stopping.signal), /stopped/);
  for (const name of readdirSync(images).filter((entry) => entry.endsWith('.images'))) truncateSync(join(images, name));
  const journal = join(images, 'journals', `.partial-${thisOwner().replace(/^\d+-\d+/, '999999999-1')}.0badcafe`);
  copyFileSync(copies[0]!.journal, journal);
  return { journal, pixels: copies[0]!.pixels };
}

for (const stretch of [false, true]) {
  test(`uses the images${stretch ? ' and levels' : ''} that a killed process has written`, async () => {
    const folder = await manyGreys(`killed-${stretch}`, 200);
    await killWhileDecoding(folder, stretch);
    const { dataset, decoded } = await open(folder, { stretch });
    assert.equal(decoded, 200 - 64);
    const { dataset: undisturbed, decoded: all } = await open(folder, { stretch, verify: true });
    assert.equal(all, stretch ? 400 : 200);
    assert.deepEqual(values(dataset), values(undisturbed));
    assert.equal(dataset.fingerprint, undisturbed.fingerprint);
    assert.deepEqual([...partialsIn(images), ...partialsIn(join(images, 'journals'))], []);
  });
}

test('decodes only the missing images after a truncated journal, truncated images or a journal without images', async () => {
  const damages: [(files: { journal: string; pixels: string }) => void, number][] = [
    [({ journal }) => appendFileSync(journal, '{"file":{"key":"cut'), 200 - 64],
    [({ pixels }) => truncateSync(pixels, 4 * 60), 200 - 60],
    [({ journal }) => truncateSync(journal, 40), 200],
    [({ journal }) => writeFileSync(journal, ''), 200],
  ];
  for (const [i, [damage, missing]] of damages.entries()) {
    const folder = await manyGreys(`killed-damaged-${i}`, 200);
    damage(await killWhileDecoding(folder, false));
    const { dataset, decoded } = await open(folder);
    assert.equal(decoded, missing, `damage ${i}`);
    assert.deepEqual(
      values(dataset),
      Array.from({ length: 200 }, (_, grey) => grey),
    );
  }
});
