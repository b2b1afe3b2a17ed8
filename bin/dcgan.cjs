#!/usr/bin/env node
// The command `dcgan`: runs the built program, or in a fresh clone its TypeScript source. CommonJS, because Node 20
// starts its thread pool before the first ES module runs, and decoding pictures wants one thread per core.
const { existsSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));

const built = join(__dirname, '../dist/main.js');
const start = existsSync(built)
  ? () => import(pathToFileURL(built))
  : () => import('tsx').then(() => import('../src/main.ts'));
void start();
