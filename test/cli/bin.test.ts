import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'dcgan-bin-'));
after(() => rmSync(temporary, { recursive: true }));

/** A package with bin/dcgan.cjs and these files, each of which prints its text; `second` is its modification time. */
function packageOf(name: string, files: Record<string, { text: string; second: number }>): string {
  const folder = join(temporary, name);
  cpSync(join(repository, 'bin'), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [path, { text, second }] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `console.log('${text}');`);
    utimesSync(join(folder, path), second, second);
  }
  for (const path of Object.keys(files).map((file) => join(folder, dirname(file)))) utimesSync(path, 1, 1);
  return folder;
}

/** A clone, where tsx is installed. */
function cloneOf(name: string, files: Record<string, { text: string; second: number }>): string {
  const folder = packageOf(name, files);
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

function run(folder: string): string {
  return execFileSync(process.execPath, [join(folder, 'bin/dcgan.cjs')], { encoding: 'utf8' }).trim();
}

test('a clone without dist/ runs from source', () => {
  assert.equal(run(cloneOf('clone', { 'src/main.ts': { text: 'source', second: 100 } })), 'source');
});

test('a clone with an up-to-date dist/ runs it', () => {
  const files = { 'src/main.ts': { text: 'source', second: 100 }, 'dist/main.js': { text: 'built', second: 200 } };
  assert.equal(run(cloneOf('built', files)), 'built');
});

test('a clone with any newer source file runs from source', () => {
  const files = {
    'src/main.ts': { text: 'source', second: 100 },
    'src/deep/er.ts': { text: 'edited', second: 300 },
    'dist/main.js': { text: 'built', second: 200 },
  };
  assert.equal(run(cloneOf('edited', files)), 'source');
});

test('an installed package runs dist/ whatever its file times', () => {
  const files = { 'src/main.ts': { text: 'source', second: 300 }, 'dist/main.js': { text: 'built', second: 200 } };
  assert.equal(run(packageOf('node_modules/dcgan', files)), 'built');
});
