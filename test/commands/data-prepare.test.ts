import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareData } from '../../src/commands/data-prepare.ts';
import { temporaryFolder, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const silent = () => {};

test('an unknown set, category or style is a usage error with the known names', async () => {
  await assert.rejects(prepareData({ dataset: 'emoji', set: 'samsung', root }, silent), {
    exitCode: 2,
    message: /"samsung"[\s\S]*apple, google, twitter, facebook/,
  });
  await assert.rejects(prepareData({ dataset: 'emoji', categories: ['fruit'], root }, silent), {
    exitCode: 2,
    message: /"fruit"[\s\S]*Food & Drink/,
  });
  await assert.rejects(prepareData({ dataset: 'avatars', count: 3, style: ['toon-head', 'simpsons'], root }, silent), {
    exitCode: 2,
    message: /"simpsons"[\s\S]*adventurer, .*toon-head/,
  });
  assert.deepEqual(readdirSync(root), []);
});

test('avatars default to 64 pixels and two styles; a repeated style counts once', async () => {
  const plain = await prepareData({ dataset: 'avatars', count: 4, root }, silent);
  assert.deepEqual(plain, { directory: join(root, 'data', 'avatars'), images: 4, skipped: false });
  const style = ['toon-head', 'personas', 'Toon-Head'];
  const spelledOut = await prepareData({ dataset: 'avatars', count: 4, size: 64, style, root }, silent);
  assert.equal(spelledOut.skipped, true);
});

test('cuts a sheet into a folder with its name or the given one', async () => {
  const pictures = join(root, 'pictures');
  await writePictures(pictures, 1);
  const [picture] = readdirSync(pictures);
  const file = join(pictures, picture!);
  const tile = { width: 4, height: 4 };
  const named = await prepareData({ dataset: 'sheet', file, tile, name: 'tiles', root }, silent);
  assert.deepEqual(named, { directory: join(root, 'data', 'tiles'), images: 4, skipped: false });
  const unnamed = await prepareData({ dataset: 'sheet', file, tile, root }, silent);
  assert.equal(unnamed.directory, join(root, 'data', picture!.replace(/\.png$/, '')));
});
