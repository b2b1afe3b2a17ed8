import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../../../src/cli/output/progress.ts';
import { showSampling } from '../../../src/cli/output/show-sampling.ts';

function shown(event: Parameters<typeof showSampling>[0]): string[] {
  const lines: string[] = [];
  const update: Progress['update'] = (title, done, total, note) => lines.push(`${title} ${done}/${total} ${note}`);
  const { stderr: stream } = process;
  showSampling(event, { stream, update, line: (text) => lines.push(text), draw() {}, end() {} });
  return lines;
}

test('reports a skipped checkpoint and the one used instead', () => {
  const used = { type: 'checkpoint', checkpoint: 'c/000200', runHash: '7a595bd', step: 200 } as const;
  const refused = [{ path: 'c/000230', reason: 'c/000230/state.json is damaged: its checksum does not match.' }];
  assert.deepEqual(shown({ ...used, refused }), [
    'Skipped a damaged checkpoint: c/000230/state.json is damaged: its checksum does not match.',
    'Using step 200 of run 7a595bd instead.',
  ]);
  assert.deepEqual(shown({ ...used, refused: [] }), []);
});

test('shows a bar for many images', () => {
  assert.deepEqual(shown({ type: 'images', done: 2560, total: 10_000 }), [
    'Generating images 2560/10000 2,560 of 10,000',
  ]);
});
