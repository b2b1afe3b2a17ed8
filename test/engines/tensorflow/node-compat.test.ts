// The functions that Node 23 removed from util and that Node 22 warns about.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { beforeEach, test } from 'node:test';
import { deprecate } from 'node:util';
import { restoreUtilFunctions } from '../../../src/engines/tensorflow/node-compat.ts';

interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

const util = createRequire(import.meta.url)('util') as LegacyUtil; // the object that tfjs-node-gpu holds

beforeEach(() => {
  delete util.isNullOrUndefined;
  delete util.isArray;
});

test('they are put back where they are missing', () => {
  restoreUtilFunctions();
  assert.deepEqual([null, undefined, 0, '', false].map(util.isNullOrUndefined!), [true, true, false, false, false]);
  assert.deepEqual([[], new Float32Array(1), { length: 0 }].map(util.isArray!), [true, false, false]);
});

test('they do not warn where they are deprecated', async () => {
  const warnings: string[] = [];
  process.on('warning', ({ message }) => warnings.push(message));
  util.isArray = deprecate(() => true, 'isArray as in Node 22', 'DEP_TEST');
  restoreUtilFunctions();
  assert.equal(util.isArray!({}), false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});
