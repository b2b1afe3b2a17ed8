// Damaged, unusual and hostile image files are decoded or refused with a reason, and none crashes the process.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { openImages } from '../../../src/data/dataset/open.ts';
import { RandomStream } from '../../../src/random.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile } from '../../helpers/temporary-run.ts';

const folder = temporaryFolder();
const random = new RandomStream(5, 'damage');

/** 24 x 24 incompressible pixels, as a file of each format and kind. */
async function soundFiles(): Promise<Record<string, Buffer>> {
  const raw = (channels: 1 | 2 | 3 | 4) => {
    const values = Uint8Array.from({ length: 24 * 24 * channels }, () => random.below(256));
    return sharp(values, { raw: { width: 24, height: 24, channels } });
  };
  const frames = await sharp(
    Uint8Array.from({ length: 24 * 72 * 3 }, () => random.below(256)),
    {
      raw: { width: 24, height: 72, channels: 3, pageHeight: 24 },
    },
  );
  const made = {
    'rgb.png': raw(3).png(),
    'interlaced.png': raw(4).png({ progressive: true }),
    'palette.png': raw(3).png({ palette: true, colours: 16 }),
    'sixteen.png': raw(3).toColourspace('rgb16').png(),
    'gray-alpha.png': raw(2).png(),
    'rgb.jpg': raw(3).jpeg(),
    'progressive.jpg': raw(1).jpeg({ progressive: true }),
    'cmyk.jpg': raw(3).toColourspace('cmyk').jpeg(),
    'lossy.webp': raw(4).webp(),
    'lossless.webp': raw(4).webp({ lossless: true }),
    'animated.webp': frames.clone().webp(),
    'plain.gif': raw(3).gif(),
    'animated.gif': frames.clone().gif(),
    'plain.avif': raw(3).avif({ effort: 0 }),
  };
  const entries = Object.entries(made).map(async ([name, picture]) => [name, await picture.toBuffer()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** 16 damaged files of each valid one: 8 truncated, 8 with changed bytes, one of them near the beginning. */
function damagesOf(name: string, whole: Buffer): [string, Buffer][] {
  const cut = Array.from({ length: 8 }, (_, i): [string, Buffer] => [
    `cut-${i}-${name}`,
    whole.subarray(0, Math.floor((whole.length * i) / 9)),
  ]);
  const flipped = Array.from({ length: 8 }, (_, i): [string, Buffer] => {
    const bytes = Buffer.from(whole);
    for (const range of [64, whole.length, whole.length]) {
      const at = random.below(Math.min(range, whole.length));
      bytes[at] = bytes[at]! ^ (1 + random.below(255));
    }
    return [`flip-${i}-${name}`, bytes];
  });
  return [...cut, ...flipped];
}

interface Decoded {
  results: Record<string, number | string>;
  peakMiB: number;
}

const child = fileURLToPath(new URL('../../helpers/decode-child.ts', import.meta.url));

async function decodeIn(path: string, channels: 1 | 3 | 4, ...together: 'together'[]): Promise<Decoded> {
  const args = ['--import', import.meta.resolve('tsx'), child, path, String(channels), ...together];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Decoded;
}

test('survives 224 damaged files of 14 kinds, and refuses the truncated ones', async () => {
  const damaged = join(folder, 'damaged');
  mkdirSync(damaged);
  for (const [name, whole] of Object.entries(await soundFiles())) {
    writeFileSync(join(damaged, `sound-${name}`), whole);
    for (const [file, bytes] of damagesOf(name, whole)) writeFileSync(join(damaged, file), bytes);
  }
  for (const channels of [1, 4] as const) {
    const { results } = await decodeIn(damaged, channels);
    assert.equal(Object.keys(results).length, 14 * 17);
    for (const [file, result] of Object.entries(results)) {
      if (file.startsWith('sound-')) assert.equal(result, 64 * channels, file);
      // A file truncated within the second frame still has a complete first frame.
      else if (file.startsWith('cut-') && !file.includes('animated')) assert.equal(typeof result, 'string', file);
      else if (typeof result === 'number') assert.equal(result, 64 * channels, file);
      if (typeof result === 'string') assert.ok(result.length > 10, file);
    }
  }
});

/** A PNG chunk with a correct CRC. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(~crc >>> 0);
  return Buffer.concat([length, body, check]);
}

/** A square gray PNG of this side whose pixels are zeros, compressed a thousandfold. */
function zerosPng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const data = deflateSync(Buffer.alloc((side + 1) * side));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

test('a decompression bomb is refused by its size, one below the limit is read within bounded memory', async () => {
  const bombs = join(folder, 'bombs');
  mkdirSync(bombs);
  writeFileSync(join(bombs, 'large.png'), zerosPng(8000));
  writeFileSync(join(bombs, 'bomb.png'), zerosPng(17_000));
  const { results, peakMiB } = await decodeIn(bombs, 1);
  assert.equal(results['large.png'], 64);
  assert.match(
    String(results['bomb.png']),
    /its 289,000,000 pixels \(17000 x 17000\) exceed the limit of 268,402,689 .* scale it down/,
  );
  assert.ok(peakMiB < 400, `${peakMiB} MiB`); // 64 MB of pixels in the one that is read, 289 MB in the other
});

test('holds one large image in memory at a time', async () => {
  const large = join(folder, 'large');
  mkdirSync(large);
  const create = { width: 8200, height: 8200, channels: 4, background: '#ffffff00' } as const;
  const png = await sharp({ create }).png({ progressive: true, compressionLevel: 1 }).toBuffer();
  for (const name of ['0.png', '1.png', '2.png', '3.png']) writeFileSync(join(large, name), png);
  const { results, peakMiB } = await decodeIn(large, 4, 'together');
  assert.deepEqual(Object.values(results), [256, 256, 256, 256]);
  assert.ok(peakMiB < 700, `${peakMiB} MiB`); // 256 MiB of pixels in each
});

test('refuses SVG, PDF, text and empty files, whatever their extension', async () => {
  const others = join(folder, 'others');
  mkdirSync(others);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/hostname"/></svg>';
  const files = {
    'svg.png': Buffer.from(svg),
    'pdf.jpg': Buffer.from('%PDF-1.7'),
    'text.gif': Buffer.from('no picture'),
    'nothing.webp': Buffer.alloc(0),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(others, name), bytes);
  const { results } = await decodeIn(others, 3);
  for (const result of Object.values(results))
    assert.match(String(result), /not those of a PNG, JPEG, WebP, GIF, AVIF, TIFF, BMP or PPM file/);
});

test('reads a folder with entries of every kind, and reports the skipped ones', async () => {
  const cwd = join(folder, 'odd');
  const pictures = join(cwd, 'pictures');
  cpSync('data/mnist-tiny/0', join(pictures, 'zeros'), { recursive: true });
  const digit = readFileSync(join(pictures, 'zeros', '00001.png'));
  mkdirSync(join(pictures, 'folder.png'));
  symlinkSync('../pictures', join(pictures, 'around'));
  symlinkSync('loop.png', join(pictures, 'loop.png'));
  symlinkSync('gone.png', join(pictures, 'broken.png'));
  for (const name of ['two\nlines.png', '🙂.png', '\u001b[31mred.png', `${'n'.repeat(250)}.png`])
    writeFileSync(join(pictures, name), digit);
  writeFileSync(join(pictures, 'bad\n\u001b]0;title\u0007.png'), 'no picture');
  writeFileSync(join(pictures, 'empty.png'), '');
  writeFileSync(join(pictures, '.hidden.png'), 'no picture');
  const locked = join(pictures, 'locked.png');
  writeFileSync(locked, digit);
  chmodSync(locked, 0);
  const isRoot = process.getuid?.() === 0; // root ignores permissions
  const tiny = tinyConfig();
  writeJsonFile(join(cwd, 'odd.json'), { ...tiny, data: { ...tiny.data, lastBatch: 'drop' } });

  const run = await runCli(['train', '--config', 'odd.json', '--engine', 'wasm', '--dry-run', '--json'], { cwd });
  assert.equal(run.exitCode, 0, run.stderr);
  const { data } = JSON.parse(run.stdout);
  assert.equal(data.images, 200 + 4 + (isRoot ? 1 : 0));
  assert.equal(data.skipped, 4 + (isRoot ? 0 : 1));

  const skipped: string[] = [];
  const train = await runCli(['train', '--config', 'odd.json', '--engine', 'wasm', '--set', 'training.steps=1'], {
    cwd,
  });
  assert.equal(train.exitCode, 0, train.stderr);
  for (const [, name] of train.stderr.matchAll(/^Skipped (.*?\.png): /gm)) skipped.push(name!);
  const expected = ['bad\\u000a\\u001b]0;title\\u0007.png', 'broken.png', 'empty.png', 'loop.png'];
  assert.deepEqual(skipped.sort(), isRoot ? expected : [...expected, 'locked.png'].sort());
  assert.doesNotMatch(train.stderr.replaceAll('\n', ''), /\p{Cc}/u);

  const all = join(cwd, 'only-bad');
  mkdirSync(all);
  writeFileSync(join(all, 'a\nb\u001b[2J.png'), 'no picture');
  const refused = await runCli(['train', '--config', 'odd.json', '--data', 'only-bad', '--engine', 'wasm'], { cwd });
  assert.equal(refused.exitCode, 3);
  assert.match(refused.stderr, /a\\u000ab\\u001b\[2J\.png: its contents are not/);
});

test('reads a folder that contains a link to itself once', async () => {
  const circle = join(folder, 'circle');
  mkdirSync(join(circle, 'inner'), { recursive: true });
  writeFileSync(join(circle, 'inner', 'a.png'), zerosPng(8));
  symlinkSync('..', join(circle, 'inner', 'up'));
  symlinkSync('.', join(circle, 'here'));
  const spec = { directory: circle, height: 8, width: 8, channels: 1, background: 'white', fit: 'cover' } as const;
  const dataset = await openImages(spec);
  assert.equal(dataset.count, 1);
  dataset.close();
});
