import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renameOldLogs } from '../../src/runs/old-log-names.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const ticks = '{"step":10,"generatorLoss":0.7}\n';
const evaluation = '{"by":"train","step":10,"metrics":{}}\n';

function resultsWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(root, 'results-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.jsonl`), text);
  return folder;
}

/** The logs of a folder by name. */
function logsOf(folder: string): Record<string, string> {
  const names = ['losses', 'metrics', 'evaluations'].filter((name) => existsSync(join(folder, `${name}.jsonl`)));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, `${name}.jsonl`), 'utf8')]));
}

const cases: Record<string, { before: Record<string, string>; after: Record<string, string> }> = {
  'a run of an earlier version': {
    before: { metrics: ticks, evaluations: evaluation },
    after: { losses: ticks, metrics: evaluation },
  },
  'one without evaluations': { before: { metrics: ticks }, after: { losses: ticks } },
  'one that was only evaluated': { before: { evaluations: evaluation }, after: { metrics: evaluation } },
  'one interrupted between the two renames': {
    before: { losses: ticks, evaluations: evaluation },
    after: { losses: ticks, metrics: evaluation },
  },
  'a run of this version': {
    before: { losses: ticks, metrics: evaluation },
    after: { losses: ticks, metrics: evaluation },
  },
  'a checkpoint that this version has only evaluated': {
    before: { metrics: evaluation },
    after: { metrics: evaluation },
  },
  'an empty folder': { before: {}, after: {} },
};

for (const [name, { before, after }] of Object.entries(cases)) {
  test(`logs of ${name} have the present names, once and when renamed again`, async () => {
    const folder = resultsWith(before);
    await renameOldLogs(folder);
    assert.deepEqual(logsOf(folder), after);
    await renameOldLogs(folder);
    assert.deepEqual(logsOf(folder), after);
  });
}
