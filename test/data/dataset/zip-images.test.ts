// ZIP files of images: read without unpacking, the same data set as their contents in a folder, and safe if crafted.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../../src/data/dataset/checksum.ts';
import { type ZipEntry, zipOf } from '../../helpers/zip-bytes.ts';
import { folderOf, manyGreys, open, refusal, root, values } from '../decode/grey-folders.ts';
import { greyPng, writeFiles } from '../temporary.ts';

async function images(greys: Record<string, number>): Promise<ZipEntry[]> {
  const entries = Object.entries(greys).map(async ([name, grey]) => ({ name, bytes: await greyPng(grey) }));
  return Promise.all(entries);
}

/** An entry as `zip` compresses it. */
function deflated({ name, bytes }: ZipEntry): ZipEntry {
  return { name, bytes: deflateRawSync(bytes), lies: { method: 8, uncompressed: bytes.length, crc32: crc32(bytes) } };
}

function zipFile(name: string, entries: readonly ZipEntry[]): string {
  const path = join(root, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(path, zipOf(entries));
  return path;
}

test('a ZIP file is the same data set as its contents in a folder, at the second start too', async () => {
  const greys = { 'b/2.png': 2, 'a.png': 1, 'b/1.jpg': 30, '__MACOSX/x.png': 9, '.hidden.png': 9 };
  const entries = await images(greys);
  const zip = zipFile('images.zip', [
    { name: 'b/', bytes: new Uint8Array() },
    ...entries.map(deflated),
    { name: 'b/notes.txt', bytes: Buffer.from('x') },
  ]);
  const { dataset, decoded } = await open(zip);
  assert.equal(decoded, 3);
  assert.deepEqual(values(dataset), [1, 30, 2]);
  assert.ok(dataset.notes.includes('Skipped 1 file: 1 .txt.'));
  assert.equal((await open(zip)).decoded, 0);
  const folder = await folderOf('unpacked', greys);
  assert.equal((await open(folder)).dataset.fingerprint, dataset.fingerprint);
});

test('ZIP files in a folder are read among its images; one that is damaged is named', async () => {
  const folder = await folderOf('with-zips', { 'a.png': 1, 'z.png': 5 });
  const zip = zipOf(await images({ 'one.png': 2, 'two.png': 3 }));
  writeFiles(folder, { 'm.zip': zip, 'n.zip': zip.subarray(0, zip.length - 30), 'o.zip': 'no archive' });
  const { dataset } = await open(folder);
  assert.deepEqual(values(dataset), [1, 2, 3, 5]);
  const notes = dataset.notes.join('\n');
  assert.match(notes, /Skipped n\.zip: .+/);
  assert.match(notes, /Skipped o\.zip: .+not a zip file/i);
});

test('detects a replaced archive, and reads one whose file names are not UTF-8', async () => {
  const zip = zipFile('replaced.zip', await images({ 'a.png': 1 }));
  assert.deepEqual(values((await open(zip)).dataset), [1]);
  zipFile('replaced.zip', await images({ 'a.png': 2 }));
  assert.deepEqual(values((await open(zip)).dataset), [2]);
  const [named] = await images({ 'caf?.png': 3 });
  const bytes = Buffer.from(zipOf([named!]));
  for (let at = bytes.indexOf('caf?'); at >= 0; at = bytes.indexOf('caf?')) bytes[at + 3] = 0xe9;
  writeFileSync(join(root, 'latin1.zip'), bytes);
  assert.deepEqual(values((await open(join(root, 'latin1.zip'))).dataset), [3]);
});

test('refuses or skips entries with false sizes, encryption or paths outside of the archive', async () => {
  const [png] = await images({ 'x.png': 7 });
  const bomb = deflateRawSync(Buffer.alloc(50_000_000));
  const liars: Record<string, ZipEntry> = {
    'bytes do not have the size and checksum': { ...png!, lies: { crc32: 1 } },
    encrypted: { ...png!, lies: { flags: 0x801, uncompressed: png!.bytes.length - 12 } },
    'compression method 12 is not supported': { ...png!, lies: { method: 12 } },
    'its 4000000000 bytes are more than': { name: 'x.png', bytes: bomb, lies: { method: 8, uncompressed: 4e9 } },
    'larger than': { name: 'x.png', bytes: bomb, lies: { method: 8, uncompressed: 100 } },
    'place in the archive is damaged': { ...png!, lies: { header: 3 } },
  };
  for (const [reason, liar] of Object.entries(liars)) {
    const error = await refusal(zipFile('liar.zip', [liar]));
    assert.equal(error.exitCode, 3);
    assert.ok(error.message.includes(reason), `${reason}: ${error.message}`);
  }
  const names = ['../up.png', '/etc/absolute.png', 'C:\\drive.png', 'good/in.png'];
  const wandering = zipFile(
    'wandering.zip',
    names.map((name) => ({ ...png!, name })),
  );
  const { dataset } = await open(wandering);
  assert.equal(dataset.count, 1);
  assert.ok(dataset.notes.includes('Skipped 3 files: 3 with a name that leads out of its archive or is too long.'));
});

test('names are interpreted as by unzip: ./ is the folder itself, and the last of equal names counts', async () => {
  const names = { './dot.png': 1, 'in/./dot.png': 2, './.hidden.png': 9 };
  const folder = { name: './', bytes: new Uint8Array() };
  const dotted = await open(zipFile('dotted.zip', [folder, ...(await images(names))]));
  assert.deepEqual(values(dotted.dataset), [1, 2]);
  assert.ok(!dotted.dataset.notes.join().includes('Skipped'), dotted.dataset.notes.join('\n'));

  const twice = [...(await images({ 'a.png': 1, 'b.png': 2 })), ...(await images({ './a.png': 3 }))];
  const { dataset } = await open(zipFile('twice.zip', twice));
  assert.deepEqual(values(dataset), [3, 2]);
  assert.ok(dataset.notes.includes('Skipped 1 file: 1 with the name of a later one.'));
});

test('names that no file can have are skipped, and do not flood the messages', async () => {
  const long = { [`${'x'.repeat(300)}.png`]: 1, [`${'d/'.repeat(3000)}y.png`]: 2, 'ok.png': 3 };
  const { dataset } = await open(zipFile('long.zip', await images(long)));
  assert.deepEqual(values(dataset), [3]);
  assert.ok(
    dataset.notes.every((note) => note.length < 300),
    dataset.notes.join('\n'),
  );
});

test('reports an archive that is truncated, empty or not a ZIP file', async () => {
  const whole = zipOf(await images({ 'a.png': 1 }));
  const cut = join(root, 'cut.zip');
  writeFileSync(cut, whole.subarray(0, -5));
  const error = await refusal(cut);
  assert.equal(error.code, 'data.archive');
  assert.match(
    error.message,
    /cut\.zip cannot be read: .*\nDownload it again, or unpack it: unzip .*cut\.zip -d images/,
  );
  assert.ok(!error.message.includes('..'), error.message);
  assert.equal((await refusal(zipFile('empty.zip', []))).code, 'data.empty-folder');
  assert.equal((await refusal(join(await manyGreys('plain', 1), '000.png'))).code, 'data.not-a-folder');
});
