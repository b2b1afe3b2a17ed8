import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { type EmojiChoice, prepareEmoji } from '../../../src/data/prepare/prepare-emoji.ts';
import { temporaryFolder } from '../temporary.ts';
import { fakePackage } from './fake-package.ts';

const root = temporaryFolder();
const defaults: EmojiChoice = {
  set: 'twitter',
  categories: ['people'],
  skinTones: false,
  yellowFaces: false,
  size: 64,
};
const silent = () => {};

function square(side: number, background: { r: number; g: number; b: number; alpha: number }): Sharp {
  return sharp({ create: { width: side, height: side, channels: 4, background } });
}

const yellow = { r: 255, g: 220, b: 60, alpha: 1 };
const entry = (image: string, category: string) => ({ image, category, has_img_twitter: true });

const list = [
  entry('1f600.png', 'Smileys & Emotion'),
  {
    ...entry('1f44b.png', 'People & Body'),
    skin_variations: { '1F3FB': { image: '1f44b-1f3fb.png', has_img_twitter: true } },
  },
  entry('26bd.png', 'Activities'),
];

const files = {
  'emoji.json': JSON.stringify(list),
  'img/twitter/64/1f600.png': await square(64, yellow).png().toBuffer(),
  'img/twitter/64/1f44b.png': await square(64, { r: 90, g: 90, b: 90, alpha: 0.2 })
    .toColourspace('b-w')
    .png()
    .toBuffer(),
  'img/twitter/64/1f44b-1f3fb.png': await square(64, { r: 200, g: 100, b: 50, alpha: 0 }).png().toBuffer(),
  'img/twitter/64/26bd.png': await square(64, { r: 0, g: 0, b: 255, alpha: 1 }).png({ palette: true }).toBuffer(),
  'img/twitter/sheets/64.png': 'a large sheet that is not needed',
};
const made = await fakePackage(join(root, 'package-root'), 'emoji-datasource-twitter', files);

async function prepare(name: string, changes: Partial<EmojiChoice> = {}, force = false) {
  const directory = join(root, name);
  const result = await prepareEmoji({ root, directory, force, ...defaults, ...changes }, silent, made);
  const names = readdirSync(result.directory).filter((file) => file.endsWith('.png'));
  return { ...result, names };
}

test('writes the selected emoji as 64x64 RGBA, whatever their format', async () => {
  const { directory, images, skipped, names } = await prepare('all', {
    categories: ['people', 'activity'],
    skinTones: true,
  });
  assert.deepEqual([images, skipped], [4, false]);
  assert.deepEqual(names, ['1f44b-1f3fb.png', '1f44b.png', '1f600.png', '26bd.png']);
  const firstPixels: Record<string, number[]> = {};
  for (const name of names) {
    const image = sharp(join(directory, name));
    const { width, height, channels, isPalette } = await image.metadata();
    assert.deepEqual([width, height, channels, isPalette], [64, 64, 4, false], name);
    firstPixels[name] = [...(await image.raw().toBuffer()).subarray(0, 4)];
  }
  assert.deepEqual(firstPixels, {
    '1f600.png': [255, 220, 60, 255],
    '1f44b.png': [90, 90, 90, 51],
    '1f44b-1f3fb.png': [200, 100, 50, 0],
    '26bd.png': [0, 0, 255, 255],
  });
});

test('applies the filters, and names source, version, licence and filters in README.txt', async () => {
  assert.deepEqual((await prepare('people')).names, ['1f44b.png', '1f600.png']);
  const { directory, names } = await prepare('yellow', { yellowFaces: true });
  assert.deepEqual(names, ['1f600.png']);
  const readme = readFileSync(join(directory, 'README.txt'), 'utf8');
  for (const text of [
    'emoji-datasource-twitter 1.0.0',
    'CC BY 4.0',
    'Smileys & Emotion, People & Body',
    'yellow faces: yes',
    'Images: 1',
  ]) {
    assert.ok(readme.includes(text), `${text} in\n${readme}`);
  }
});

test('does not download the same selection again; another one needs --force', async () => {
  await prepare('twice');
  const fetched = made.fetched();
  const again = await prepare('twice', { categories: ['Smileys & Emotion', 'people & body'] });
  assert.deepEqual([again.skipped, again.images, made.fetched()], [true, 2, fetched]);
  await assert.rejects(prepare('twice', { skinTones: true }), {
    code: 'data.prepared-differently',
    message: /Skin tones: no[\s\S]*--force/,
  });
  assert.equal((await prepare('twice', { skinTones: true }, true)).images, 3);
});

test('reports a selection without images, leaving no folder', async () => {
  await assert.rejects(prepare('none', { categories: ['flags'] }), { code: 'data.no-emoji', exitCode: 3 });
  assert.deepEqual(
    readdirSync(root).filter((name) => name.includes('none') || name.startsWith('.')),
    [],
  );
});

const emojione = await fakePackage(join(root, 'emojione-root'), 'emojione', {
  'emoji.json': JSON.stringify({
    boy: { category: 'people', unicode: '1f466' },
    boy_tone1: { category: 'people', unicode: '1f466-1f3fb' },
    soccer: { category: 'activity', unicode: '26bd' },
    dog: { category: 'nature', unicode: '1f436' },
  }),
  'assets/png/1f466.png': await square(64, yellow).png({ palette: true }).toBuffer(),
  'assets/png/1f466-1f3fb.png': await square(64, yellow).png().toBuffer(),
  'assets/png/26bd.png': await square(64, yellow).png().toBuffer(),
  'assets/png/1f436.png': await square(64, yellow).png().toBuffer(),
});

test('selects the skin tones of EmojiOne, which are separate entries', async () => {
  const names = async (changes: Partial<EmojiChoice>) => {
    const choice = { ...defaults, set: 'emojione', ...changes } as const;
    const { directory } = await prepareEmoji({ root, force: false, ...choice }, silent, emojione);
    return readdirSync(directory).filter((file) => file.endsWith('.png'));
  };
  assert.deepEqual(await names({}), ['1f466.png']);
  const all = await names({ categories: ['People', 'activity'], skinTones: true });
  assert.deepEqual(all, ['1f466-1f3fb.png', '1f466.png', '26bd.png']);
  await assert.rejects(names({ categories: ['smileys'] }), /EmojiOne has no category "smileys"/);
});

test('Fluent Emoji have no list: categories and skin tones come from a second package', async () => {
  const drawing = await square(256, yellow).webp().toBuffer();
  const names = ['1f600', '1f44b', '1f44b-1f3fb', '26bd', '1f469-200d-1f4bb'];
  const higher = await square(256, yellow).resize(256, 264).webp().toBuffer(); // as a few are
  const drawings = Object.fromEntries(names.map((name) => [`assets/${name}.webp`, name === '26bd' ? higher : drawing]));
  const listed = [
    { codes: '1F600', group: 'Smileys & Emotion' },
    { codes: '1F44B', group: 'People & Body' },
    { codes: '1F44B 1F3FB', group: 'People & Body' },
    { codes: '1F469 200D 1F4BB', group: 'People & Body' },
    { codes: '1FAE9', group: 'Smileys & Emotion' }, // newer than the drawings
    { codes: '26BD', group: 'Activities' },
  ];
  const images = await fakePackage(join(root, 'fluent'), 'fluent', drawings);
  const list = await fakePackage(join(root, 'fluent-list'), 'list', { 'emoji.json': JSON.stringify(listed) });
  const fetchTarball: typeof images.fetchTarball = (source, ...rest) =>
    (source === list.source ? list : images).fetchTarball(source, ...rest);
  const choose = async (changes: Partial<EmojiChoice>) => {
    const choice: EmojiChoice = { ...defaults, set: 'fluent', ...changes };
    const source = { source: images.source, list: list.source, fetchTarball };
    const { directory } = await prepareEmoji({ root, force: true, ...choice }, silent, source);
    const written = readdirSync(directory).filter((file) => file.endsWith('.png'));
    const { width, height, channels } = await sharp(join(directory, written[0]!)).metadata();
    return { directory, written, shape: [width, height, channels] };
  };
  const people = await choose({});
  assert.deepEqual(people.directory, join(root, 'data/emoji-people-fluent'));
  assert.deepEqual(people.written, ['1f44b.png', '1f469-200d-1f4bb.png', '1f600.png']);
  assert.deepEqual(people.shape, [64, 64, 4]);
  const large = await choose({ skinTones: true, size: 128 });
  assert.deepEqual(large.directory, join(root, 'data/emoji-people-fluent-skin-tones-128'));
  assert.deepEqual([large.written.length, ...large.shape], [4, 128, 128, 4]);
  const activity = await choose({ categories: ['activity'] });
  assert.deepEqual([activity.written, activity.shape], [['26bd.png'], [64, 64, 4]]);
  await assert.rejects(choose({ size: 257 }), { code: 'usage.emoji-size', message: /16 to 256/ });
  await assert.rejects(prepare('large', { size: 128 }), { code: 'usage.emoji-size', message: /They have 64x64/ });
});
