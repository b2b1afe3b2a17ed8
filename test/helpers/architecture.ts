// Checks a source tree against the architecture: one line per violation.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

/** Low to high: a folder may import itself and the folders on earlier lines. */
const order: readonly (readonly string[])[] = [
  ['errors', 'random'],
  ['wasm', 'system'],
  ['formats'],
  ['config'],
  ['engines', 'data', 'runs'],
  ['models', 'pictures'],
  ['training', 'imports'],
  ['sampling'],
  ['evaluation', 'exports'],
  ['commands'],
  ['cli', 'index'],
  ['main'],
];

/** Packages that may be imported only in these folders. */
const homes: Readonly<Record<string, readonly string[]>> = {
  sharp: ['data', 'pictures'],
  '@cwasm/jpeg-turbo': ['data'],
  commander: ['cli', 'main'],
  'cli-progress': ['cli', 'main'],
  zod: ['config', 'runs', 'training', 'exports'],
  '@tensorflow/tfjs-node-gpu': ['engines'],
  '@tensorflow/tfjs-node': ['engines'],
  '@tensorflow/tfjs-backend-cpu': ['engines'],
  '@tensorflow/tfjs-backend-wasm': ['engines', 'exports'],
  '@tensorflow/tfjs-backend-webgl': ['exports'],
  '@tensorflow/tfjs-backend-webgpu': ['engines', 'exports'],
  '@tensorflow/tfjs-layers': ['exports'],
  esbuild: ['exports'],
  webgpu: ['engines'],
  protobufjs: ['engines', 'exports'],
  vega: ['pictures'],
  'vega-lite': ['pictures'],
  yauzl: ['data', 'formats'],
  h5wasm: ['imports'],
  'onnxruntime-web': ['evaluation'],
  'onnxruntime-node': ['evaluation'],
};

interface SourceFile {
  /** Relative to the source folder, with slashes: `training/loop.ts`. */
  path: string;
  text: string;
  /** Files of the tree it imports, type imports included. */
  imports: string[];
}

/** Every violation in the tree as `path: problem`, sorted. */
export function findViolations(sourceFolder: string): string[] {
  const files = readSources(sourceFolder);
  const perFile = files.flatMap((file) => [
    ...wrongDirections(file),
    ...homelessPackages(file),
    ...missingImports(file, files),
    ...houseRules(file),
  ]);
  return [...perFile, ...importCycles(files)].sort();
}

/** The TypeScript files of a tree by path. */
export function sourcePaths(sourceFolder: string): string[] {
  const entries = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' });
  return entries.map((path) => path.replaceAll('\\', '/')).filter((path) => path.endsWith('.ts'));
}

function readSources(folder: string): SourceFile[] {
  return sourcePaths(folder).map((path) => {
    const text = readFileSync(join(folder, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });
}

const importPattern =
  /\b(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|\bimport\s+['"]([^'"]+)['"]/g;

function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3]!);
  return specifiers.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name)));
}

/** The top-level folder of a file, or the file's name if it is at the top. */
function unitOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '');
}

function levelOf(unit: string): number {
  return order.findIndex((line) => line.includes(unit));
}

function wrongDirections({ path, imports }: SourceFile): string[] {
  const unit = unitOf(path);
  if (levelOf(unit) < 0) return [`${path}: ${unit} has no place in the order of imports`];
  return imports
    .filter((target) => unitOf(target) !== unit && levelOf(unitOf(target)) >= levelOf(unit))
    .map((target) => `${path}: must not import ${target}`);
}

function missingImports({ path, imports }: SourceFile, files: readonly SourceFile[]): string[] {
  const known = new Set(files.map((file) => file.path));
  return imports
    .filter((target) => !known.has(target))
    .map((target) => `${path}: imports ${target}, which does not exist`);
}

/** Static and dynamic imports, require in all its forms, and import.meta.resolve. */
const before = String.raw`(?:\bfrom|\bimport|\bimport\s*\(|[rR]equire(?:\.resolve)?\s*\(|\bresolve\s*\(|\)\s*\()\s*['"]`;

function homelessPackages({ path, text }: SourceFile): string[] {
  return Object.entries(homes)
    .filter(([name, units]) => !units.includes(unitOf(path)) && new RegExp(`${before}${name}[/'"\`]`).test(text))
    .map(([name, units]) => `${path}: ${name} belongs into ${units.join(', ')}`);
}

function houseRules({ path, text }: SourceFile): string[] {
  const broken = {
    'has no // header': !/^\/\/ \S/.test(text),
    'has a default export': /^export\s+default\b|\bas\s+default\b/m.test(text),
    'is called utils': /(^|\/)utils?(\.ts$|\/)/.test(path),
  };
  return Object.entries(broken).flatMap(([rule, isBroken]) => (isBroken ? [`${path}: ${rule}`] : []));
}

/** One line per import cycle, type imports included. */
function importCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const reachable = new Map(files.map((file) => [file.path, reachedFrom(file.path, imports)]));
  const groups = files
    .filter(({ path }) => reachable.get(path)!.has(path))
    .map(({ path }) => [...reachable.get(path)!].filter((other) => reachable.get(other)?.has(path)).sort());
  return [...new Set(groups.map((group) => `${group.join(', ')}: import each other`))];
}

function reachedFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(imports.get(start) ?? [])];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(imports.get(path) ?? []));
  }
  return reached;
}
