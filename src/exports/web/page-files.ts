// The page's files besides index.html and the generator: built with the package, or on demand in a clone.
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsFromSource } from '../../system/package-directory.ts';
import type { BuiltFile } from './bundle.ts';

export async function pageFiles(): Promise<BuiltFile[]> {
  const script = runsFromSource ? await (await import('./bundle.ts')).bundlePage() : await builtPage();
  return [...script, ...(await wasmFiles())];
}

async function builtPage(): Promise<BuiltFile[]> {
  const folder = fileURLToPath(new URL('./page', import.meta.url));
  return readFiles(folder, await readdir(folder));
}

/** WebAssembly: plain, with SIMD, and with SIMD and threads; the browser loads the best one that it supports. */
async function wasmFiles(): Promise<BuiltFile[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const names = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];
  const files = await readFiles(folder, names);
  return files.map(({ path, content }) => ({ path: `wasm/${path}`, content }));
}

function readFiles(folder: string, names: readonly string[]): Promise<BuiltFile[]> {
  return Promise.all(names.map(async (path) => ({ path, content: await readFile(join(folder, path)) })));
}
