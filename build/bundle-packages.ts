// Bundles packages that are not installed with dcgan into the files of dist/ that import them, and collects their licences.
// Files keep their paths, so that import.meta.url still works; code shared by several files becomes a chunk.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { packageDirectory } from '../src/system/package-directory.ts';
import { shareTfjsCore } from './share-tfjs-core.ts';

interface PackageManifest {
  name: string;
  version: string;
  license?: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const manifest = readManifest(packageDirectory);
const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
const bundled = Object.keys(manifest.devDependencies).filter((name) => !installed.includes(name));

/** Rewrites the files of `dist` that import a package not installed with dcgan. */
export async function bundlePackages(dist: string): Promise<void> {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
  const { metafile } = await build({
    absWorkingDir: packageDirectory,
    entryPoints: files.map((path) => join(dist, path)).filter(importsBundled),
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.10',
    mainFields: ['module', 'main'],
    chunkNames: 'packages/[name]-[hash]',
    minifyWhitespace: true, // removes comments, which contain paths of the build machine
    legalComments: 'eof',
    logLevel: 'warning',
    metafile: true,
    plugins: [shareTfjsCore, keepExternal(dist)],
  });
  writeFileSync(join(dist, 'LICENCES.txt'), licencesOf(Object.keys(metafile.inputs)));
}

function importsBundled(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  return bundled.some((name) => new RegExp(`(from|import|import\\()\\s*['"]${name}['"/]`).test(text));
}

/** Leaves dcgan's own files, Node's modules and installed packages as imports. */
function keepExternal(dist: string): Plugin {
  return {
    name: 'keep-external',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, importer }) => {
        const own = path.startsWith('.') && importer.startsWith(dist);
        const outside =
          own || isBuiltin(path) || installed.some((name) => path === name || path.startsWith(`${name}/`));
        return outside ? { path, external: true } : undefined;
      });
    },
  };
}

/** Licence texts of the bundled packages; only the name if the text is in the code's comments, as for TensorFlow.js. */
function licencesOf(inputs: readonly string[]): string {
  const folders = new Set(inputs.filter((path) => path.includes('node_modules/')).map(packageFolder));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = readManifest(folder);
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    if (!file && !license) throw new Error(`${name} has no licence to ship with its code.`);
    return `${name} ${version}\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : license}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of a file's package: the nearest with a package.json that has a name. */
function packageFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(join(folder, 'package.json')) && readManifest(folder).name ? folder : packageFolder(folder);
}

function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}
