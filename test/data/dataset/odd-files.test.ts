// File names that are not UTF-8, files without permission, and pipes instead of files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameFromBytes, rawPath } from '../../../src/data/dataset/file-names.ts';
import { decodeFiles } from '../../../src/data/decode/decode-files.ts';
import { createMutex } from '../../../src/data/decode/mutex.ts';
import { printable } from '../../../src/errors.ts';
import { manyGreys, open, root, values } from '../decode/grey-folders.ts';
import { greyPng } from '../temporary.ts';

const posix = process.platform === 'linux' ? false : 'names are always Unicode here';

test('converts every name to a string and back, and prints names that are not UTF-8 in ASCII', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const name = nameFromBytes(Buffer.from(bytes));
      assert.deepEqual(Buffer.from(rawPath(name)), Buffer.from(bytes));
      assert.doesNotMatch(printable(name), /\p{Cs}/u);
    }),
    { numRuns: 5000 },
  );
  assert.equal(nameFromBytes(Buffer.from('Zoë 🙂.png')), 'Zoë 🙂.png');
  assert.equal(printable(nameFromBytes(Buffer.from('Zo\xeb.png', 'latin1'))), 'Zo\\xeb.png');
});

test('files whose names are not UTF-8 are read, named when they are damaged, and seen when they change', {
  skip: posix,
}, async () => {
  const folder = await manyGreys('latin1', 30);
  const inner = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9)]);
  mkdirSync(inner);
  const place = (name: number[]) => Buffer.concat([inner, Buffer.from('/'), Buffer.from(name), Buffer.from('.png')]);
  writeFileSync(place([0xff, 0x31]), await greyPng(201));
  writeFileSync(place([0xfe, 0x31]), await greyPng(202));
  writeFileSync(place([0xfd, 0x0a]), 'no picture');
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 33);
  assert.deepEqual(values(dataset).slice(-2), [202, 201]);
  assert.equal(printable(dataset.skipped[0]!.file), 'caf\\xe9/\\xfd\\u000a.png');
  assert.equal((await open(folder)).decoded, 0);
  rmSync(place([0xff, 0x31]));
  writeFileSync(place([0xfc, 0x31]), await greyPng(203));
  assert.deepEqual(values((await open(folder)).dataset).slice(-2), [203, 202]);
});

const decode = (paths: string[]) =>
  decodeFiles({
    sources: paths.map((path) => ({ path })),
    spec: { directory: root, height: 2, width: 2, channels: 1, background: 'white', fit: 'cover' },
    mutex: createMutex(),
  });

test('refuses a pipe or device instead of a file without blocking', { skip: posix }, async () => {
  const pipe = join(root, 'pipe.png');
  execFileSync('mkfifo', [pipe]);
  const { files } = await decode([pipe, '/dev/zero', root]);
  for (const { reason, digest } of files) {
    assert.match(reason!, /it is a (named pipe|device|folder), not a file/);
    assert.equal(digest, undefined);
  }
});

test('names a subfolder without permission', { skip: posix }, async () => {
  const folder = await manyGreys('outer', 2);
  mkdirSync(join(folder, 'list-only', 'inner'), { recursive: true });
  writeFileSync(join(folder, 'list-only', 'inner', 'x.png'), await greyPng(1));
  mkdirSync(join(folder, 'closed'));
  const closed = openAsNobody(folder, () => chmodSync(join(folder, 'closed'), 0));
  assert.equal(closed.code, 'data.unreadable-folder');
  assert.match(closed.message, /closed cannot be read: EACCES/);
  rmSync(join(folder, 'closed'), { recursive: true });
  const listed = openAsNobody(folder, () => chmodSync(join(folder, 'list-only'), 0o744));
  assert.equal(listed.code, 'data.unreadable-folder');
  assert.match(listed.message, /inner cannot be read: EACCES/);
});

test('files without permission to read are reported as such, and the advice is to change it', {
  skip: posix,
}, async () => {
  const folder = await manyGreys('locked', 3);
  const { code, message } = openAsNobody(folder, () => {
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0);
  });
  assert.equal(code, 'data.unreadable');
  assert.match(message, /3 of the 3 images .* cannot be read:\n {2}000\.png: EACCES: permission denied/);
  assert.match(message, /Give yourself permission to read them: chmod -R u\+rX/);
  assert.doesNotMatch(message, /damaged|Fetch/);
});

/** The error of opening a folder as an unprivileged user, since root can read everything. */
function openAsNobody(folder: string, lock: () => void): { code: string; message: string } {
  lock();
  chmodSync(root, 0o755);
  const program = `
    process.env.DCGAN_CACHE = ${JSON.stringify(join(root, 'cache-of-nobody'))};
    const { openImages } = await import(${JSON.stringify(new URL('../../../src/data/dataset/open.ts', import.meta.url).href)});
    if (process.getuid() === 0) { // after the imports, as the program's folder may be unreadable to this user
      process.setgid(65534);
      process.setuid(65534);
    }
    const spec = { directory: ${JSON.stringify(folder)}, height: 2, width: 2, channels: 1, background: 'white', fit: 'cover' };
    await openImages(spec).catch((error) => console.log(JSON.stringify({ code: error.code, message: error.message })));
  `;
  const node = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program];
  return JSON.parse(execFileSync(process.execPath, node, { encoding: 'utf8' }));
}
