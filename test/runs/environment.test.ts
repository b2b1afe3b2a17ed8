import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeEnvironment } from '../../src/runs/environment.ts';

test('describes the machine and the software', () => {
  const environment = describeEnvironment();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(environment['dcgan'], version);
  assert.equal(`v${environment['node']}`, process.version);
  assert.equal(environment['platform'], `${process.platform} ${process.arch}`);
  assert.ok(Number(environment['cores']) >= 1 && Number(environment['memoryMiB']) > 100);
  assert.ok(Math.abs(Date.parse(String(environment['time'])) - Date.now()) < 60_000);
  assert.deepEqual(JSON.parse(JSON.stringify(environment)), environment);
});

test('names neither the host nor the user', () => {
  const known = ['time', 'dcgan', 'node', 'platform', 'system', 'cpu', 'cores', 'memoryMiB'];
  assert.deepEqual(Object.keys(describeEnvironment()), known);
});
