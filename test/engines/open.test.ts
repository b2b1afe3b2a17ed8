import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';

const emptyCache = mkdtempSync(join(tmpdir(), 'dcgan-no-engine-'));
process.env['DCGAN_CACHE'] = emptyCache;
after(() => rmSync(emptyCache, { recursive: true }));

test('without the native engine, auto uses WASM and says why', async () => {
  const { engine, notChosen } = await openEngine('auto');
  assert.equal(engine.info.name, 'wasm');
  assert.equal(notChosen[0]!.name, 'tensorflow');
  assert.match(notChosen[0]!.reason, /not installed.*dcgan engine install/);
  assert.ok(notChosen.every(({ reason }) => reason !== 'there is no GPU'));
});

test('a named engine is never replaced by another', async () => {
  await assert.rejects(openEngine('tensorflow'), {
    name: 'DcganError',
    code: 'engine.unusable',
    exitCode: 5,
    message: /tensorflow engine cannot be used here: not installed/,
  });
  assert.equal((await openEngine('wasm')).engine.info.name, 'wasm');
});
