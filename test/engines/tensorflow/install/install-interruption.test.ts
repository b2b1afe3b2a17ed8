// A killed installation leaves nothing that disturbs the next one, and concurrent installations build only once.
// The tools are fakes, but "download" and "compile" the real installation's files, so the final check is real.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { engineInstall } from '../../../../src/commands/engine-install.ts';
import { installationFolder } from '../../../../src/engines/tensorflow/install/location.ts';
import { thisOwner } from '../../../../src/system/process-owner.ts';
import {
  countInLog,
  type Fakes,
  makeFakes,
  startInstaller,
  withEnvironment,
  withoutPackages,
} from './install-fakes.ts';

const real = await engineInstall({ variant: 'cpu', ifPossible: true });
const options = {
  skip: real.installed ? withoutPackages : `the native engine cannot be set up here: ${real.missing.join(' ')}`,
};

interface Workplace extends Fakes {
  /** The installation to be made, and its parent folder. */
  target: string;
  folder: string;
}

async function makeWorkplace(): Promise<Workplace> {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const environment = { ...fakes.environment, FAKE_COMPILED: real.directory! };
  const target = await withEnvironment(environment, async () => installationFolder('cpu'));
  return { ...fakes, environment, target, folder: dirname(target) };
}

const slow = {
  download: { FAKE_DOWNLOAD_SECONDS: '10' },
  unpack: { FAKE_UNPACK_SECONDS: '10' },
  compile: { FAKE_COMPILE_SECONDS: '10' },
  check: {},
} as const;

for (const phase of ['download', 'unpack', 'compile', 'check'] as const) {
  test(`after a kill during ${phase}, the next installation succeeds and removes the remains`, options, async () => {
    const { environment, target, folder } = await makeWorkplace();
    const killed = startInstaller({ ...environment, ...slow[phase] });
    await killed.printed(`"phase":"${phase}"`);
    killed.process.kill('SIGKILL');
    assert.equal((await killed.ended).signal, 'SIGKILL');
    const left = readdirSync(folder);
    assert.ok(left.some((name) => name.includes('.partial-')) && !left.includes(basename(target)), left.join());

    const { result } = await startInstaller(environment).ended;
    assert.equal(result?.alreadyThere, false);
    assert.deepEqual(readdirSync(folder), [basename(target)]);
  });
}

test('Ctrl-C removes everything at once and ends the process by that signal', options, async () => {
  const { environment, folder } = await makeWorkplace();
  const interrupted = startInstaller({ ...environment, ...slow.compile });
  await interrupted.printed('"phase":"compile"');
  interrupted.process.kill('SIGINT');
  assert.equal((await interrupted.ended).signal, 'SIGINT');
  assert.deepEqual(readdirSync(folder), []);
});

test('of two concurrent installers one installs, and the other waits and finds it done', options, async () => {
  const workplace = await makeWorkplace();
  const first = startInstaller({ ...workplace.environment, FAKE_DOWNLOAD_SECONDS: '1' });
  await first.printed('downloading');
  const second = startInstaller(workplace.environment);
  await second.printed('waiting for process');
  const results = await Promise.all([first.ended, second.ended]);
  assert.deepEqual(
    results.map(({ result }) => result?.alreadyThere),
    [false, true],
  );
  assert.equal(countInLog(workplace, 'download'), 1);
  assert.deepEqual(readdirSync(workplace.folder), [basename(workplace.target)]);
});

test('a waiting installer takes over when the first is killed', options, async () => {
  const workplace = await makeWorkplace();
  const first = startInstaller({ ...workplace.environment, ...slow.download });
  await first.printed('downloading');
  const second = startInstaller(workplace.environment);
  await second.printed('waiting for process');
  first.process.kill('SIGKILL');
  assert.equal((await second.ended).result?.alreadyThere, false);
  assert.deepEqual(readdirSync(workplace.folder), [basename(workplace.target)]);
});

test('removes the partial folders of dead processes, but not of live ones or other machines', options, async () => {
  const { environment, target, folder } = await makeWorkplace();
  const busy = [`.partial-${thisOwner()}.0badcafe`, '.partial-1-1-elsewhere.0badcafe'];
  const ended = thisOwner().replace(/^\d+/, String(spawnSync(process.execPath, ['--version']).pid));
  const reused = thisOwner().replace(/-\d+-/, '-1-'); // an earlier process of the same number; only Linux can tell
  const dead = process.platform === 'linux' ? [ended, reused] : [ended];
  for (const name of busy) mkdirSync(join(folder, name), { recursive: true });
  for (const owner of dead) mkdirSync(join(folder, `.partial-${owner}.0badcafe`));
  symlinkSync(ended, `${target}.lock`); // as earlier versions made them
  assert.equal((await startInstaller(environment).ended).result?.alreadyThere, false);
  assert.deepEqual(readdirSync(folder).sort(), [basename(target), ...busy].sort());
});
