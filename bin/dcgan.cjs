#!/usr/bin/env node
// The command `dcgan`: runs the built program, or in a clone its TypeScript source. CommonJS, because Node 20 starts its
// thread pool before the first ES module runs, and decoding pictures wants one thread per core.
const { existsSync, readdirSync, statSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join, sep } = require('node:path');
const { pathToFileURL } = require('node:url');

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));

const source = join(__dirname, '../src');
const built = join(__dirname, '../dist/main.js');

/** Whether dist/ is what the source is now. An installed package has no source; a clone's dist/ may be from before the last edit. */
function isUpToDate() {
  if (!existsSync(join(source, 'main.ts'))) return true;
  if (!existsSync(built)) return false;
  if (__dirname.split(sep).includes('node_modules')) return true;
  const builtMs = statSync(built).mtimeMs;
  return readdirSync(source, { recursive: true }).every((path) => statSync(join(source, path)).mtimeMs <= builtMs);
}

/** Node 22.18 and newer read TypeScript by themselves, in a third of the time that tsx takes to start. */
async function runSource() {
  if (!process.features.typescript) await import('tsx');
  await import(pathToFileURL(join(source, 'main.ts')));
}

void (isUpToDate() ? import(pathToFileURL(built)) : runSource());
