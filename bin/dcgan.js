#!/usr/bin/env node
// The command `dcgan`: runs the built program, or in a fresh clone its TypeScript source.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  await import('../dist/main.js');
} else {
  await import('tsx');
  await import('../src/main.ts');
}
