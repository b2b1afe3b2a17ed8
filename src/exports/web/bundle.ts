// Bundles the page's script and TensorFlow.js into a few self-contained files, when the package is built or at run time in a clone.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageDirectory } from '../../system/package-directory.ts';

export interface BuiltFile {
  /** Relative to the page. */
  path: string;
  content: Uint8Array;
}

/** style.css, app.js, and one chunk per backend, loaded on demand. */
export async function bundlePage(): Promise<BuiltFile[]> {
  const page = join(packageDirectory, 'src/exports/web/page');
  const outdir = join(packageDirectory, 'bundle'); // for names only: nothing is written
  const { outputFiles } = await build({
    entryPoints: { app: join(page, 'main.ts') },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'external',
    chunkNames: 'app-[name]-[hash]',
    logLevel: 'silent',
    write: false,
  });
  const files = outputFiles.map(({ path, contents }) => ({ path: path.slice(outdir.length + 1), content: contents }));
  const licences = files.filter(({ path }) => path.endsWith(legalEnding));
  const style = { path: 'style.css', content: await readFile(join(page, 'style.css')) };
  return [style, ...files.filter((file) => !licences.includes(file)), joinLicences(licences)];
}

const legalEnding = '.LEGAL.txt';

/** Joins the licences of all scripts in one file. */
function joinLicences(files: readonly BuiltFile[]): BuiltFile {
  return { path: 'LICENCES.txt', content: Buffer.concat(files.map(({ content }) => content)) };
}
