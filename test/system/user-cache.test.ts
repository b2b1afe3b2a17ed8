// The user's cache folder.
import assert from 'node:assert/strict';
import { isAbsolute, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { cachePath } from '../../src/system/user-cache.ts';

const usual = process.env['DCGAN_CACHE'];
afterEach(() => {
  if (usual === undefined) delete process.env['DCGAN_CACHE'];
  else process.env['DCGAN_CACHE'] = usual;
});

test('DCGAN_CACHE overrides the folder; an empty or blank value counts as unset', () => {
  process.env['DCGAN_CACHE'] = '/somewhere';
  assert.equal(cachePath('images'), join('/somewhere', 'images'));
  delete process.env['DCGAN_CACHE'];
  const standard = cachePath('images');
  assert.ok(isAbsolute(standard));
  for (const blank of ['', '  ']) {
    process.env['DCGAN_CACHE'] = blank;
    assert.equal(cachePath('images'), standard);
  }
});
