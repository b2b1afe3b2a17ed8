// Checks that docs/reliability.md explains the old packages in the versions of package-lock.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Locked {
  version?: string;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
const installed = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, locked]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...locked,
  }));

const chapter = readFileSync('docs/reliability.md', 'utf8').split('\n## Dependencies\n')[1]!.split('\n## ')[0]!;
const rows = chapter.split('\n').filter((line) => line.startsWith('| ') && !/^\| (package|---) /.test(line));
const named = rows.flatMap((row) => row.split('|')[1]!.trim().split(', '));

test('the table lists the installed versions', () => {
  assert.ok(named.length >= 10);
  for (const words of named) {
    const [name, version = ''] = words.split(' ');
    const versions = installed.filter((entry) => entry.name === name).map((entry) => entry.version!);
    assert.ok(
      versions.some((installed) => installed === version || version === '' || installed.startsWith(`${version}.`)),
      `${words}: package-lock.json has ${versions.join(', ') || 'none'}`,
    );
  }
});
