import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DcganError } from '../../src/errors.ts';
import { checkWritable, makeFolder, writeFileAtomic, writingTo } from '../../src/system/write-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-write-'));
after(() => rmSync(folder, { recursive: true }));

const cannotWrite = (path: string, reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DcganError);
  assert.equal(error.code, 'usage.cannot-write');
  assert.equal(error.exitCode, 2);
  assert.ok(error.message.includes(path), error.message);
  assert.match(error.message, reason);
  return true;
};

test('writes text, bytes and chunks, and replaces an existing file', async () => {
  const path = join(folder, 'file');
  for (const content of ['first, long', Uint8Array.of(115, 101, 99), [Buffer.from('th'), Buffer.from('ird')]]) {
    await writeFileAtomic(path, content);
  }
  assert.equal(readFileSync(path, 'utf8'), 'third');
  assert.deepEqual(readdirSync(folder), ['file']);
});

test('a failed write keeps the old file and leaves no partial file', async () => {
  const inside = join(folder, 'kept');
  mkdirSync(inside);
  writeFileSync(join(inside, 'file'), 'old');
  mkdirSync(join(inside, 'taken'));
  await assert.rejects(
    writeFileAtomic(join(inside, 'taken'), 'new'),
    cannotWrite(join(inside, 'taken'), /EISDIR|EPERM|EEXIST/),
  );
  const broken = [Buffer.from('new')];
  Object.defineProperty(broken, 1, { get: () => assert.fail('the chunks stopped'), enumerable: true });
  await assert.rejects(writeFileAtomic(join(inside, 'file'), broken), /the chunks stopped/);
  assert.equal(readFileSync(join(inside, 'file'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(inside).sort(), ['file', 'taken']);
});

test('names the path if its folder is missing or is a file', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  await assert.rejects(
    writeFileAtomic(join(file, 'x.json'), ''),
    cannotWrite(join(file, 'x.json'), /not a folder \(ENOTDIR\)|ENOENT/),
  );
  await assert.rejects(
    writeFileAtomic(join(folder, 'no', 'x'), ''),
    cannotWrite(join(folder, 'no', 'x'), /does not exist/),
  );
  await assert.rejects(makeFolder(join(file, 'x')), cannotWrite(join(file, 'x'), /not a folder \(ENOTDIR\)|ENOENT/));
});

test('reports the error of the system: disk full, read-only, no permission; passes other errors unchanged', async () => {
  const refuse = (code: string) => writingTo('/data/x', () => Promise.reject(Object.assign(new Error(code), { code })));
  await assert.rejects(refuse('ENOSPC'), cannotWrite('/data/x', /the disk is full \(ENOSPC\)/));
  await assert.rejects(refuse('EROFS'), cannotWrite('/data/x', /read-only/));
  await assert.rejects(refuse('EACCES'), cannotWrite('/data/x', /permission is denied/));
  await assert.rejects(refuse('EIO'), cannotWrite('/data/x', /EIO/));
  await assert.rejects(refuse('ERR_INVALID_ARG_TYPE'), { name: 'Error' });
  await assert.rejects(
    writingTo('/data/x', () => Promise.reject(new TypeError('bug'))),
    TypeError,
  );
});

test('checks that a file can be written without creating anything', async () => {
  const inside = join(folder, 'asked');
  await assert.rejects(
    checkWritable(join(inside, 'file')),
    cannotWrite(join(inside, 'file'), /its folder does not exist/),
  );
  mkdirSync(inside);
  await checkWritable(join(inside, 'file'));
  assert.deepEqual(readdirSync(inside), []);
});

test('writes a file that is not synced atomically too', async () => {
  const path = join(folder, 'quick');
  await writeFileAtomic(path, 'first', { durable: false });
  await writeFileAtomic(path, 'second', { durable: false });
  assert.equal(readFileSync(path, 'utf8'), 'second');
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('.partial')),
    [],
  );
});
