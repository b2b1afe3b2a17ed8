import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { avatarStyles, loadStyles, resolveStyles } from '../../../src/data/prepare/avatar-styles.ts';
import { type AvatarChoice, prepareAvatars } from '../../../src/data/prepare/prepare-avatars.ts';
import { temporaryFolder } from '../temporary.ts';

const root = temporaryFolder();
const side = 64;
const silent = () => {};

async function prepare(name: string, changes: Partial<AvatarChoice> = {}, force = false) {
  const choice: AvatarChoice = { count: 12, size: side, styles: ['toon-head', 'personas'], ...changes };
  const result = await prepareAvatars({ root: join(root, name), force, ...choice }, silent);
  const names = readdirSync(result.directory).filter((file) => file.endsWith('.png'));
  return { ...result, names, bytes: (file: string) => readFileSync(join(result.directory, file)) };
}

type Pixel = [number, number, number];

const isOneOf = (pixel: Pixel, colours: readonly Pixel[]) =>
  colours.some((colour) => colour.every((value, i) => Math.abs(value - pixel[i]!) <= 2));

/** Backgrounds must be light and of low saturation. */
const isPlainAndLight = (pixel: Pixel) => Math.min(...pixel) >= 150 && Math.max(...pixel) - Math.min(...pixel) <= 90;

test('avatars are RGB PNG files numbered by their seeds, all different, and progress counts them', async () => {
  const done: string[] = [];
  const choice: AvatarChoice = { count: 101, size: 32, styles: ['toon-head', 'personas'] };
  const { directory, images, skipped } = await prepareAvatars(
    { root: join(root, 'count'), force: false, ...choice },
    ({ phase, done: count, total }) => done.push(`${phase} ${count}/${total}`),
  );
  assert.deepEqual([images, skipped], [101, false]);
  assert.deepEqual([done.length, done[0], done.at(-1)], [101, 'write 1/101', 'write 101/101']);
  const names = readdirSync(directory).filter((name) => name !== 'README.txt');
  assert.deepEqual([names.length, names[0], names.at(-1)], [101, '000.png', '100.png']);
  const hashes = new Set<string>();
  for (const name of names) {
    const { format, width, height, channels, isPalette } = await sharp(join(directory, name)).metadata();
    assert.deepEqual([format, width, height, channels, isPalette], ['png', 32, 32, 3, false], name);
    const pixels = await sharp(join(directory, name)).raw().toBuffer();
    hashes.add(createHash('sha256').update(pixels).digest('hex'));
  }
  assert.equal(hashes.size, 101);
});

test('draws the same avatar for a number in every set', async () => {
  const few = await prepare('few', { count: 6 });
  const more = await prepare('more', { count: 9 });
  assert.deepEqual([few.names.length, more.names.length], [6, 9]);
  for (const name of few.names) assert.deepEqual(more.bytes(name), few.bytes(name));
  const single = await prepare('single', { count: 6, styles: ['personas'] });
  assert.deepEqual(single.bytes('3.png'), few.bytes('3.png')); // the second of two styles draws the odd numbers
  assert.notDeepEqual(single.bytes('2.png'), few.bytes('2.png'));
});

test('README.txt names the styles with artist and licence, the version, the seeds and the count', async () => {
  const { directory } = await prepare('readme', { styles: ['lorelei', 'toon-head'] });
  const readme = readFileSync(join(directory, 'README.txt'), 'utf8');
  const lines = [
    'Source: npm package @dicebear/collection 9.4.3, each avatar framed on its face',
    'Style: lorelei, "Lorelei" by Lisa Wischofsky, CC0 1.0 (https://creativecommons.org/publicdomain/zero/1.0/)',
    'Style: toon-head, "ToonHead" by Johan Melin, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)',
    'Seeds: 0 to 11, the styles taking turns',
    'Layout: <seed>.png, 64x64 RGB',
    'Images: 12',
  ];
  for (const line of lines) assert.ok(readme.split('\n').includes(line), `${line} in\n${readme}`);
});

test('does not draw the same selection again; another one needs --force', async () => {
  await prepare('twice');
  assert.deepEqual([(await prepare('twice')).skipped, (await prepare('twice')).images], [true, 12]);
  for (const changes of [{ count: 13 }, { size: 32 }, { styles: ['dylan'] }] satisfies Partial<AvatarChoice>[]) {
    await assert.rejects(prepare('twice', changes), { code: 'data.prepared-differently', exitCode: 3 });
  }
  const forced = await prepare('twice', { count: 5 }, true);
  assert.deepEqual([forced.skipped, forced.names.length], [false, 5]);
});

test('a folder with files besides the prepared ones is not replaced, and the newest of them is named', async () => {
  const { directory } = await prepare('mine', { count: 3 });
  const own = join(directory, 'notes', 'own.png');
  mkdirSync(join(directory, 'notes'));
  writeFileSync(own, 'mine');
  await assert.rejects(prepare('mine', { count: 4 }, true), {
    code: 'data.not-prepared',
    message: /holds 1 file besides the 3 images that were prepared; .*own\.png is the newest/,
  });
  assert.equal(readFileSync(own, 'utf8'), 'mine');
});

test('a size that cannot be drawn is refused', async () => {
  for (const size of [15, 1025]) {
    await assert.rejects(prepare('size', { size }), {
      code: 'usage.avatar-size',
      exitCode: 2,
      message: /16 to 1024/,
    });
  }
});

test('every style is under a free licence: CC0, CC BY, or its own that allows every use', async () => {
  const free = /, (CC0 1\.0|CC BY 4\.0) \(https:\/\/creativecommons\.org\/\S+\)$/;
  const others = (await loadStyles(avatarStyles)).filter(({ credit }) => !free.test(credit));
  assert.deepEqual(
    others.map(({ credit }) => credit),
    ['"Avataaars" by Pablo Stanley, Free for personal and commercial use (https://avataaars.com/)'],
  );
});

test('draws a plain background and a large, centred head in every style', async () => {
  for (const { name, draw } of await loadStyles(avatarStyles)) {
    let foreground = 0;
    let sumX = 0;
    const seeds = 16;
    const backgrounds = new Set<string>();
    for (let seed = 0; seed < seeds; seed++) {
      const pixels = await sharp(Buffer.from(draw(seed, side)))
        .removeAlpha()
        .raw()
        .toBuffer();
      const at = (x: number, y: number): Pixel => {
        const start = 3 * (y * side + x);
        return [pixels[start]!, pixels[start + 1]!, pixels[start + 2]!];
      };
      const corners = [at(0, 0), at(side - 1, 0)].filter(isPlainAndLight); // long hair may cover one
      assert.ok(corners.length > 0, `${name} ${seed}`);
      backgrounds.add(String(corners[0]));
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          if (isOneOf(at(x, y), corners)) continue;
          foreground++;
          sumX += x;
        }
      }
    }
    const share = foreground / (seeds * side * side);
    const middle = sumX / foreground / (side - 1);
    assert.ok(share > 0.25 && share < 0.85, `${name} covers ${share}`);
    assert.ok(Math.abs(middle - 0.5) < 0.05, `${name} has its middle at ${middle}`);
    assert.ok(backgrounds.size >= 3, `${name} has ${backgrounds.size} backgrounds`);
  }
});

test('all and frontal stand for several styles, each taken once, and an unknown name lists them', () => {
  assert.deepEqual(resolveStyles(['all', 'dylan']), avatarStyles);
  assert.deepEqual(resolveStyles(['personas', 'Frontal']), ['personas', 'avataaars', 'big-ears', 'dylan', 'toon-head']);
  assert.throws(() => resolveStyles(['robots']), {
    code: 'usage.avatar-style',
    message: /adventurer, .*; or all, frontal/,
  });
});
