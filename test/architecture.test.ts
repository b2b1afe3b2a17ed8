import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findViolations, sourcePaths } from './helpers/architecture.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const source = join(repository, 'src');
const temporary = mkdtempSync(join(tmpdir(), 'dcgan-architecture-'));
after(() => rmSync(temporary, { recursive: true }));

let trees = 0;

/** A source tree with these files; a header is added if missing. */
function treeOf(files: Record<string, string>): string {
  const folder = join(temporary, String(trees++));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      text.startsWith('//') || text.startsWith('!') ? text.replace(/^!/, '') : `// Header.\n${text}`,
    );
  }
  return folder;
}

test('src/ follows the import order, package homes and house rules, without cycles', () => {
  assert.ok(sourcePaths(source).length > 100);
  assert.deepEqual(findViolations(source), []);
});

test('a valid tree has no violations', () => {
  const tree = treeOf({
    'errors.ts': 'export const e = 1;',
    'config/schema.ts': "import { z } from 'zod';\nimport { e } from '../errors.ts';",
    'models/network.ts': "import type { A } from '../config/schema.ts';",
    'training/loop.ts': "import {\n  a,\n  b,\n} from '../models/network.ts';",
    'cli/program.ts': "const x = await import('../commands/train.ts');\nimport 'commander';",
    'commands/train.ts': "export { a } from '../training/loop.ts';",
    'main.ts': "import { CommanderError } from 'commander';\nimport './cli/program.ts';",
    'evaluation/fid.ts': "type Name = 'webgpu' | 'wasm';",
  });
  assert.deepEqual(findViolations(tree), []);
});

test('finds imports upwards and sideways in every syntax', () => {
  const upwards = {
    static: "import { a } from '../training/loop.ts';",
    type: "import type { A } from '../training/loop.ts';",
    lines: "import {\n  type A,\n} from '../training/loop.ts';",
    bare: "import '../training/loop.ts';",
    dynamic: "const loop = await import('../training/loop.ts');",
    reExport: "export * from '../training/loop.ts';",
    typePosition: "type A = import('../training/loop.ts').A;",
  };
  for (const [kind, text] of Object.entries(upwards)) {
    const tree = treeOf({ 'training/loop.ts': 'export const a = 1;', 'models/network.ts': text });
    assert.deepEqual(findViolations(tree), ['models/network.ts: must not import training/loop.ts'], kind);
  }
  const sideways = treeOf({
    'errors.ts': "import './random.ts';",
    'random.ts': '',
    'data/open.ts': '',
    'runs/checkpoint.ts': "import '../data/open.ts';",
    'formats/a.ts': "import '../system/b.ts';\nimport '../config/c.ts';",
    'system/b.ts': '',
    'config/c.ts': '',
    'index.ts': '',
    'cli/c.ts': "import '../index.ts';",
  });
  assert.deepEqual(findViolations(sideways), [
    'cli/c.ts: must not import index.ts',
    'errors.ts: must not import random.ts',
    'formats/a.ts: must not import config/c.ts',
    'runs/checkpoint.ts: must not import data/open.ts',
  ]);
});

test('finds unlisted folders and imports of missing files', () => {
  const tree = treeOf({ 'helpers/a.ts': '', 'config/b.ts': "import './gone.ts';" });
  assert.deepEqual(findViolations(tree), [
    'config/b.ts: imports config/gone.ts, which does not exist',
    'helpers/a.ts: helpers has no place in the order of imports',
  ]);
});

test('finds cycles within a folder and through type imports', () => {
  const tree = treeOf({
    'models/a.ts': "import { b } from './b.ts';",
    'models/b.ts': "import type { C } from './layers/c.ts';",
    'models/layers/c.ts': "import { a } from '../a.ts';",
    'models/d.ts': "import { a } from './a.ts';",
  });
  assert.deepEqual(findViolations(tree), ['models/a.ts, models/b.ts, models/layers/c.ts: import each other']);
});

test('finds packages imported outside of their folders in every syntax', () => {
  const uses = {
    'models/a.ts': ["import sharp from 'sharp';", 'sharp belongs into data, pictures'],
    'commands/b.ts': ["import { Command } from 'commander';", 'commander belongs into cli, main'],
    'training/c.ts': ["import { SingleBar } from 'cli-progress';", 'cli-progress belongs into cli, main'],
    'data/d.ts': ["import type { z } from 'zod';", 'zod belongs into config, runs, training, exports'],
    'models/e.ts': [
      "const t = require('@tensorflow/tfjs-node-gpu/dist/index.js');",
      '@tensorflow/tfjs-node-gpu belongs into engines',
    ],
    'pictures/f.ts': [
      "await import('@tensorflow/tfjs-backend-wasm');",
      '@tensorflow/tfjs-backend-wasm belongs into engines, exports',
    ],
    'cli/g.ts': ["import.meta.resolve('vega');", 'vega belongs into pictures'],
    'config/h.ts': ["const x = createRequire(import.meta.url)('webgpu');", 'webgpu belongs into engines'],
  } as const;
  const tree = treeOf(Object.fromEntries(Object.entries(uses).map(([path, [text]]) => [path, text])));
  const expected = Object.entries(uses).map(([path, [, complaint]]) => `${path}: ${complaint}`);
  assert.deepEqual(findViolations(tree), expected.sort());
});

test('finds default exports, files called utils and missing headers', () => {
  const tree = treeOf({
    'models/a.ts': 'export default function a() {}',
    'models/b.ts': 'const b = 1;\nexport { b as default };',
    'models/utils.ts': '',
    'models/c.ts': "!import './a.ts';\n",
  });
  assert.deepEqual(findViolations(tree), [
    'models/a.ts: has a default export',
    'models/b.ts: has a default export',
    'models/c.ts: has no // header',
    'models/utils.ts: is called utils',
  ]);
});

/** The folders in the map of docs/architecture.md: the first word of each line of its code block. */
function folderMap(): string[] {
  const document = readFileSync(join(repository, 'docs/architecture.md'), 'utf8');
  const block = /^## Folder map\n[\s\S]*?```\w*\n([\s\S]*?)```/m.exec(document)?.[1];
  assert.ok(block, 'docs/architecture.md has a section "Folder map" with a code block');
  return block.split('\n').flatMap((line) => /^ {2}([\w./-]+)\/ /.exec(line)?.[1] ?? []);
}

test('the folder map lists exactly the folders of src/, in order', () => {
  const entries = readdirSync(source, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(source.length + 1));
  assert.deepEqual(folderMap(), folders.sort());
});

test('every file of src/ and test/ that a document names exists', () => {
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`),
  ];
  const missing = documents
    .filter((document) => document.endsWith('.md'))
    .flatMap((document) => {
      const text = readFileSync(join(repository, document), 'utf8');
      const paths = [...text.matchAll(/\b(?:src|test)\/[\w./-]+\.(?:ts|py)\b/g)].map(([path]) => path);
      return paths.filter((path) => !existsSync(join(repository, path))).map((path) => `${document}: ${path}`);
    });
  assert.deepEqual(missing, []);
});
