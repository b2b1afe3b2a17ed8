import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  openRegular,
  readAtSync,
  readBytes,
  readRegular,
  readRegularText,
  withRegularFileSync,
} from '../../src/system/read-file.ts';
import { noPipes, putInPlace, specialFiles } from '../helpers/special-files.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();
const path = join(folder, 'file');

test('reads a whole file within the size limit', async () => {
  writeFileSync(path, 'ä€ text');
  assert.equal(await readRegularText(path, 20), 'ä€ text');
  assert.deepEqual(await readRegular(path, 10), new Uint8Array(Buffer.from('ä€ text')));
  await assert.rejects(readRegular(path, 9), { message: 'it has 10 bytes, more than the 9 that are read' });
});

test('refuses a sparse file of a terabyte', async () => {
  writeFileSync(path, '');
  truncateSync(path, 2 ** 40);
  await assert.rejects(readRegular(path, 2 ** 30), /it has 1099511627776 bytes/);
});

test('reports a missing file', async () => {
  await assert.rejects(readRegular(join(folder, 'none'), 1), {
    code: 'ENOENT',
    message: 'ENOENT, there is no such file',
  });
});

test('synchronous reads end where the file ends', () => {
  writeFileSync(path, 'short');
  const bytes = withRegularFileSync(path, (file, size) => readAtSync(file, Buffer.alloc(10), 2 * size, 1));
  assert.equal(bytes.toString(), 'hort');
});

test('does not allocate memory for bytes beyond the end of the file', async () => {
  writeFileSync(path, 'short');
  const file = await openRegular(path);
  assert.deepEqual(await readBytes(file, 1, 2), new Uint8Array(Buffer.from('ho')));
  await assert.rejects(readBytes(file, 1, 2 ** 40), { message: 'it has 5 bytes, where 1099511627777 are claimed' });
  await file.close();
});

for (const [what, { make, reason }] of Object.entries(specialFiles)) {
  test(`refuses ${what} without blocking`, { skip: noPipes, timeout: 5000 }, async () => {
    putInPlace(path, make);
    await assert.rejects(openRegular(path), reason);
  });
}
