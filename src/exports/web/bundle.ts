// The page's script and all of TensorFlow.js that it needs, as a few files without any import from elsewhere.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { packageDirectory } from '../../system/package-directory.ts';

export interface BuiltFile {
  /** Relative to the page. */
  path: string;
  content: Uint8Array;
}

/**
 * app.js and one file per backend, which only the browsers that use it load. Also a published package has the page as
 * TypeScript, which becomes JavaScript here and nowhere else.
 */
export async function bundlePage(): Promise<BuiltFile[]> {
  const page = join(packageDirectory, 'src/exports/web/page');
  const outdir = join(packageDirectory, 'bundle'); // only named: nothing is written
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
  return [...files.filter((file) => !licences.includes(file)), joinLicences(licences)];
}

const legalEnding = '.LEGAL.txt';

/** One file in place of one per script. */
function joinLicences(files: readonly BuiltFile[]): BuiltFile {
  return { path: 'LICENCES.txt', content: Buffer.concat(files.map(({ content }) => content)) };
}

/** WebAssembly: plain, with SIMD, and with SIMD and threads; the browser takes the best that it can. */
export async function wasmFiles(): Promise<BuiltFile[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const names = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];
  return Promise.all(
    names.map(async (name) => ({ path: `wasm/${name}`, content: await readFile(join(folder, name)) })),
  );
}
