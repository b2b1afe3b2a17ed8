import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DcganError } from '../../src/errors.ts';
import { createRunFolder, writeJson } from '../../src/runs/run-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-run-'));
after(() => rmSync(root, { recursive: true }));

test('makes both folders, and keeps their files', async () => {
  const made = await createRunFolder(root, '15817e6');
  assert.deepEqual(made, {
    results: join(root, 'results', '15817e6'),
    checkpoints: join(root, 'checkpoints', '15817e6'),
  });
  await writeJson(join(made.results, 'config.json'), { seed: 1, layers: [{ type: 'tanh' }] });
  assert.deepEqual(await createRunFolder(root, '15817e6'), made);
  assert.deepEqual(readdirSync(made.results).sort(), ['config.json', 'samples']);
  const text = '{\n  "seed": 1,\n  "layers": [\n    {\n      "type": "tanh"\n    }\n  ]\n}\n';
  assert.equal(readFileSync(join(made.results, 'config.json'), 'utf8'), text);
});

test('reports a root in which the folders cannot be made', async () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  await assert.rejects(createRunFolder(file, '15817e6'), (error: unknown) => {
    assert.ok(error instanceof DcganError);
    assert.deepEqual([error.code, error.exitCode], ['usage.cannot-write', 2]);
    assert.ok(error.message.includes(join(file, 'results', '15817e6')), error.message);
    return true;
  });
});
