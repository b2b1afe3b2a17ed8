// How a folder was prepared, and how a config expects it to be.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Preparation } from '../../../src/config/config.ts';
import { notePreparation, prepareCommand } from '../../../src/data/dataset/preparation.ts';
import { prepareAvatars } from '../../../src/data/prepare/prepare-avatars.ts';
import { emojiReadme } from '../../../src/data/prepare/prepare-emoji.ts';
import { prepareRun } from '../../../src/training/start/prepare-run.ts';
import { tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';
import { temporaryFolder } from '../temporary.ts';

const root = temporaryFolder();
const rootFlag = `--root ${root}`;
const people: Extract<Preparation, { dataset: 'emoji' }> = {
  dataset: 'emoji',
  set: 'twitter',
  categories: ['people'],
  skinTones: false,
  yellowFaces: false,
  size: 64,
};
const activity = { ...people, categories: ['people', 'activity'] };
const mnist = { dataset: 'mnist' } as const;

function folderWith(path: string, readme: string): string {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'README.txt'), `${readme}Images: 1\n`);
  return folder;
}

test('reports nothing for a folder that was prepared as expected, or by hand', () => {
  const folder = folderWith('data/emoji-people', emojiReadme(people));
  assert.equal(notePreparation(people, folder, root), undefined);
  assert.equal(
    notePreparation({ ...people, categories: ['people & body', 'Smileys & Emotion'] }, folder, root),
    undefined,
  );
  assert.equal(notePreparation(people, folderWith('mine', 'My pictures\n'), root), undefined);
  assert.equal(notePreparation(people, join(root, 'nowhere'), root), undefined);
});

test('reports other options, with the expected ones and the command', () => {
  const own = folderWith('data/emoji-people-activity', emojiReadme(people));
  const inPlace = notePreparation(activity, own, root)!;
  assert.match(inPlace, /says "Categories: Smileys & Emotion, People & Body"/);
  assert.match(inPlace, /expects "Categories: Smileys & Emotion, People & Body, Activities"/);
  assert.ok(inPlace.endsWith(`dcgan data prepare emoji --categories people,activity ${rootFlag} --force`), inPlace);

  const shared = notePreparation(activity, folderWith('data/emoji', emojiReadme(people)), root)!;
  const command = `dcgan data prepare emoji --categories people,activity ${rootFlag}, and add --data ${join('data', 'emoji-people-activity')}`;
  assert.ok(shared.endsWith(command), shared);

  const digits = folderWith('data/mnist', 'Made by: dcgan data prepare avatars\n');
  mkdirSync(join(digits, 'train'));
  assert.match(
    notePreparation(mnist, join(digits, 'train'), root)!,
    /prepare avatars", .* expects ".*prepare mnist".*--force$/,
  );
});

test('the command prepares the folder that the config reads', () => {
  const command = (...[expected, folder]: [Parameters<typeof prepareCommand>[0], string]) =>
    prepareCommand(expected, join(root, folder), root).replace(` ${rootFlag}`, '');
  assert.equal(command(people, 'data/emoji-people'), 'dcgan data prepare emoji');
  assert.equal(command(people, 'data/emoji'), `dcgan data prepare emoji --out ${join('data', 'emoji')}`);
  assert.equal(command(mnist, 'data/mnist/train'), 'dcgan data prepare mnist');
  assert.equal(command(mnist, 'digits/train'), 'dcgan data prepare mnist --out digits');
  const large = { ...people, set: 'fluent', size: 128 } as const;
  assert.equal(command(large, 'data/emoji-people-fluent-128'), 'dcgan data prepare emoji --set fluent --size 128');
  const frontal = { dataset: 'avatars', count: 9, size: 128, styles: ['frontal'] } satisfies Preparation;
  assert.equal(command(frontal, 'data/avatars'), 'dcgan data prepare avatars --count 9 --size 128 --style frontal');
  const faces = { ...people, set: 'apple', yellowFaces: true } as const;
  assert.equal(
    command(faces, 'data/emoji-people-apple-yellow-faces'),
    'dcgan data prepare emoji --set apple --yellow-faces',
  );
});

test('train reports a folder prepared otherwise than its config expects, and how to prepare a missing one', async () => {
  const content = tinyConfig();
  Object.assign(content.data, { folder: 'data/avatars', preparation: { dataset: 'avatars', count: 4, size: 16 } });
  const config = writeJsonFile(join(root, 'faces.json'), content);
  const prepared = () => prepareRun({ config, set: [], engine: 'wasm', root }, () => {});
  await assert.rejects(prepared(), (error: Error & { code: string }) => {
    assert.equal(error.code, 'data.missing-folder');
    assert.ok(error.message.endsWith(`dcgan data prepare avatars --count 4 --size 16 ${rootFlag}`), error.message);
    return true;
  });
  const styles = ['toon-head', 'personas'] as const;
  await prepareAvatars({ root, force: false, count: 3, size: 16, styles }, () => {});
  const notes = (await prepared()).dataset.notes.join('\n');
  assert.match(notes, /OTHER PICTURES: .*"Seeds: 0 to 2,.*expects "Seeds: 0 to 3,.*--count 4 --size 16 .*--force/);
  await prepareAvatars({ root, force: true, count: 4, size: 16, styles: ['dylan'] }, () => {});
  assert.match(
    (await prepared()).dataset.notes.join('\n'),
    /says "Styles: dylan", .*expects "Styles: toon-head, personas"/,
  );
  await prepareAvatars({ root, force: true, count: 4, size: 16, styles }, () => {});
  assert.deepEqual(
    (await prepared()).dataset.notes.filter((note) => note.startsWith('OTHER')),
    [],
  );
  await writePictures(join(root, 'pictures'), 4);
  const { dataset } = await prepareRun({ config, set: [], data: 'pictures', engine: 'wasm', root }, () => {});
  assert.ok(!dataset.notes.some((note) => note.startsWith('OTHER')));
});
