// Skipped tests are counted by reason in both formats, and CI fails unless the reason is allowed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countSkips, parseAllowed, unexpectedSkips } from './skips.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-skips-'));
after(() => rmSync(folder, { recursive: true }));

/** The output of real tests with Node's own reporter. */
function logOf(reporter: 'tap' | 'spec'): string {
  const file = join(folder, 'skipping.test.mjs');
  writeFileSync(
    file,
    `import { describe, test } from 'node:test';
    test('runs', () => {});
    test('one # of two', { skip: 'no GPU here; install one' }, () => {});
    describe('within', () => { test('two', { skip: 'no GPU here; install one' }, () => {}); });
    describe('all of it', { skip: 'the CUDA build is not installed here' }, () => {});
    test('silent', { skip: true }, () => {});`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // otherwise it reports to this test's runner
  return spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, file], { encoding: 'utf8', env }).stdout;
}

for (const reporter of ['tap', 'spec'] as const) {
  test(`counts skipped tests by reason in the ${reporter} reporter's output`, () => {
    const counts = countSkips(logOf(reporter));
    assert.deepEqual(Object.fromEntries(counts), {
      'no GPU here; install one': 2,
      'the CUDA build is not installed here': 1,
      '': 1,
    });
  });
}

test('allows only reasons that match an expression of the list', () => {
  const allowed = parseAllowed('# hardware\n^the CUDA build is not\n\n has no float16$\n');
  const counts = countSkips(
    'ok 1 - a # SKIP the CUDA build is not installed\nok 2 - b # SKIP no Chromium\nok 3 - c # SKIP\n',
  );
  assert.deepEqual(unexpectedSkips(counts, allowed), ['no Chromium', '']);
});

const program = fileURLToPath(new URL('./check-skips.ts', import.meta.url));

function check(log: string, ci: string) {
  const path = join(folder, 'log');
  writeFileSync(path, log);
  const args = ['--import', import.meta.resolve('tsx'), program, path];
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, CI: ci } });
}

test('with CI=true fails for a reason that is not listed; otherwise only prints it', () => {
  const missing = "ok 1 - webgpu # SKIP no GPU here; Debian's packages chromium and libvulkan1 bring a program";
  const [failed, printed] = [check(missing, 'true'), check(missing, '')];
  assert.equal(failed.status, 1);
  assert.match(failed.stdout, /Not on the list .*: 1 tests, no GPU here; Debian's packages/);
  assert.equal(printed.status, 0);
  assert.match(printed.stdout, /1 {2}no GPU here/);
});

test('with CI=true long tests and missing hardware may be skipped', () => {
  const log = [
    'ok 1 - long # SKIP takes minutes: DCGAN_LONG=1',
    '    ok 2 - float16 # SKIP SwiftShader Device (Subzero) has no float16 in shaders',
    'ok 3 - cuda # SKIP the CUDA build is not installed here',
  ];
  assert.equal(check(log.join('\n'), 'true').status, 0);
});
