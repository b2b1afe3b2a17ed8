// Partial files and folders, also after their process is killed.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { partialPath, removeAbandoned, removeFolder, replaceFolder, withPartial } from '../../src/system/partial.ts';
import { thisOwner } from '../../src/system/process-owner.ts';
import { makeFolder, writeFileAtomic } from '../../src/system/write-file.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const root = temporaryFolder();

/** A new folder in the root. */
function folderOf(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

const deadOwner = thisOwner().replace(/^\d+/, String(spawnSync(process.execPath, ['--version']).pid));

test('removes partial files and folders of dead processes only', () => {
  const folder = folderOf('mixed');
  const own = partialPath(join(folder, 'picture.png'));
  const kept = ['picture.png', '.partial-notes', '.partial-1-1-elsewhere.0badcafe', `.partial-${deadOwner}`];
  for (const name of kept) writeFileSync(join(folder, name), '');
  writeFileSync(own, '');
  writeFileSync(join(folder, `.partial-${deadOwner}.0badcafe`), '');
  mkdirSync(join(folder, `.partial-${deadOwner}.1badcafe`, 'within'), { recursive: true });
  removeAbandoned(folder);
  assert.deepEqual(readdirSync(folder).sort(), [...kept, own.slice(folder.length + 1)].sort());
});

test('removes a link with the name of a partial file, not its target', () => {
  const [folder, precious] = [folderOf('links'), folderOf('precious')];
  writeFileSync(join(precious, 'file'), '');
  symlinkSync(precious, join(folder, `.partial-${deadOwner}.0badcafe`));
  removeAbandoned(folder);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(readdirSync(precious), ['file']);
});

test('removes a partial file left by kill -9 when the folder is next used', async () => {
  const folder = folderOf('killed');
  const writeFile = JSON.stringify(new URL('../../src/system/write-file.ts', import.meta.url).href);
  const program = `
    import { writeFileAtomic } from ${writeFile};
    const chunk = new Uint8Array(2 ** 20);
    await writeFileAtomic(${JSON.stringify(join(folder, 'picture.png'))}, Array(4000).fill(chunk), { durable: false });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  const ended = new Promise((resolve) => child.on('close', resolve));
  while (readdirSync(folder).length === 0 && child.exitCode === null) await new Promise((wait) => setTimeout(wait, 2));
  child.kill('SIGKILL');
  await ended;
  assert.match(readdirSync(folder).join(), /^\.partial-/);
  await makeFolder(folder);
  assert.deepEqual(readdirSync(folder), []);
});

/** A new folder that holds one file. */
function folderWith(name: string, content: string): string {
  const folder = folderOf(name);
  writeFileSync(join(folder, 'file'), content);
  return folder;
}

test('replaces a folder, and makes one that is missing', async () => {
  const parent = folderOf('replaced');
  const target = join(parent, 'target');
  for (const content of ['first', 'second']) {
    await replaceFolder(target, folderWith(join('replaced', 'new'), content));
    assert.equal(readFileSync(join(target, 'file'), 'utf8'), content);
    assert.deepEqual(readdirSync(parent), ['target']);
  }
});

test('a folder whose replacement is missing stays in place', async () => {
  const target = folderWith('kept', 'old');
  await assert.rejects(replaceFolder(target, join(root, 'missing')), { code: 'ENOENT' });
  assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'old');
});

test('a removed folder leaves nothing behind', async () => {
  const parent = folderOf('removing');
  await removeFolder(folderWith(join('removing', 'old'), 'old'));
  assert.deepEqual(readdirSync(parent), []);
});

test('removes a partial path that was not renamed, also after an error', async () => {
  const parent = folderOf('failing');
  const failing = withPartial(join(parent, 'target'), async (partial) => {
    mkdirSync(partial);
    writeFileSync(join(partial, 'file'), '');
    throw new Error('failed');
  });
  await assert.rejects(failing, /failed/);
  assert.deepEqual(readdirSync(parent), []);
});

test('a name as long as the file system allows can be written', async () => {
  const folder = folderOf('long');
  const name = 'x'.repeat(255);
  await writeFileAtomic(join(folder, name), '');
  assert.deepEqual(readdirSync(folder), [name]);
});
