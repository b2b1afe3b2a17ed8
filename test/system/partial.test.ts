// Files that are being written, and what is left of them when their process is killed.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { partialPath, removeAbandoned } from '../../src/system/partial.ts';
import { thisOwner } from '../../src/system/process-owner.ts';
import { makeFolder, writeFileSafely } from '../../src/system/write-file.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const root = temporaryFolder();

/** A new folder in the root. */
function folderOf(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

const deadOwner = thisOwner().replace(/^\d+/, String(spawnSync(process.execPath, ['--version']).pid));

test('of unfinished files and folders only those of dead processes are removed', () => {
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

test('where a link has such a name, the link goes and what it names stays', () => {
  const [folder, precious] = [folderOf('links'), folderOf('precious')];
  writeFileSync(join(precious, 'file'), '');
  symlinkSync(precious, join(folder, `.partial-${deadOwner}.0badcafe`));
  removeAbandoned(folder);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(readdirSync(precious), ['file']);
});

test('what a write leaves that is ended by kill -9 is gone when the folder is next used', async () => {
  const folder = folderOf('killed');
  const writeFile = JSON.stringify(new URL('../../src/system/write-file.ts', import.meta.url).href);
  const program = `
    import { writeFileSafely } from ${writeFile};
    const chunk = new Uint8Array(2 ** 20);
    await writeFileSafely(${JSON.stringify(join(folder, 'picture.png'))}, Array(4000).fill(chunk), { durable: false });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  const ended = new Promise((resolve) => child.on('close', resolve));
  while (readdirSync(folder).length === 0 && child.exitCode === null) await new Promise((wait) => setTimeout(wait, 2));
  child.kill('SIGKILL');
  await ended;
  assert.match(readdirSync(folder).join(), /^\.partial-/);
  await makeFolder(folder);
  assert.deepEqual(readdirSync(folder), []);
});

test('a name as long as the file system allows can be written', async () => {
  const folder = folderOf('long');
  const name = 'x'.repeat(255);
  await writeFileSafely(join(folder, name), '');
  assert.deepEqual(readdirSync(folder), [name]);
});
