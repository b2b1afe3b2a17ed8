// Missing and changed files of an installation are found and repaired before TensorFlow loads, which a truncated library would crash.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineInfo } from '../../../../src/commands/engine-info.ts';
import { engineInstall } from '../../../../src/commands/engine-install.ts';
import { openEngine } from '../../../../src/engines/open.ts';
import { installationFolder } from '../../../../src/engines/tensorflow/install/location.ts';
import {
  findAnyDamage,
  findChange,
  findDamage,
  listContents,
} from '../../../../src/engines/tensorflow/install/manifest.ts';
import { makeFakes, startInstaller, withEnvironment, withoutPackages } from './install-fakes.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-damage-'));
after(() => rmSync(root, { recursive: true }));
const real = await engineInstall({ variant: 'cpu', ifPossible: true });
const skip = real.installed ? false : `the native engine cannot be set up here: ${real.missing.join(' ')}`;

/** A small folder with a manifest. */
async function smallInstallation(name: string): Promise<string> {
  const folder = join(root, name);
  mkdirSync(join(folder, 'tensorflow'), { recursive: true });
  writeFileSync(join(folder, 'tfjs_binding.node'), 'the binding');
  writeFileSync(join(folder, 'tensorflow', 'library.so.2'), 'the library');
  symlinkSync('library.so.2', join(folder, 'tensorflow', 'library.so'));
  writeFileSync(join(folder, 'installation.json'), JSON.stringify(await listContents(folder)));
  return folder;
}

test('an intact installation has no damage', async () => {
  const folder = await smallInstallation('sound');
  assert.equal(findDamage(folder), undefined);
  assert.equal(await findAnyDamage(folder), undefined);
});

const damages: [name: string, damage: (folder: string) => void, found: RegExp][] = [
  [
    'a missing library',
    (folder) => rmSync(join(folder, 'tensorflow', 'library.so.2')),
    /^tensorflow\/library\.so\.2 is missing$/,
  ],
  [
    'a cut binding',
    (folder) => truncateSync(join(folder, 'tfjs_binding.node'), 4),
    /^tfjs_binding\.node has 4 bytes, not 11$/,
  ],
  ['a longer file', (folder) => appendFileSync(join(folder, 'tfjs_binding.node'), '!'), /has 12 bytes, not 11$/],
  [
    'a missing link',
    (folder) => rmSync(join(folder, 'tensorflow', 'library.so')),
    /^tensorflow\/library\.so is missing$/,
  ],
  [
    'a cut manifest',
    (folder) => truncateSync(join(folder, 'installation.json'), 40),
    /^installation\.json cannot be read: /,
  ],
  [
    'a manifest of an earlier version',
    (folder) => writeFileSync(join(folder, 'installation.json'), '{}'),
    /lists no files$/,
  ],
];
for (const [name, damage, found] of damages) {
  test(`finds without reading files: ${name}`, async () => {
    const folder = await smallInstallation(name);
    damage(folder);
    assert.match(findDamage(folder)!, found);
    assert.match((await findAnyDamage(folder))!, found);
  });
}

test('finds a changed byte by checksum', async () => {
  const folder = await smallInstallation('changed');
  writeFileSync(join(folder, 'tensorflow', 'library.so.2'), 'the librarY');
  assert.equal(findDamage(folder), undefined);
  for (const find of [findChange, findAnyDamage]) {
    assert.match((await find(folder))!, /^tensorflow\/library\.so\.2 has other contents/);
  }
});

test('a file with a new hard link is read again once only', async () => {
  const folder = await smallInstallation('linked');
  const library = join(folder, 'tensorflow', 'library.so.2');
  const manifest = join(folder, 'installation.json');
  await sleep(20); // the clock of file systems ticks every few milliseconds
  linkSync(library, join(root, 'second-name'));
  assert.ok(lstatSync(library).ctimeMs > lstatSync(manifest).ctimeMs);
  await sleep(20);
  assert.equal(await findChange(folder), undefined);
  const { ctimeMs } = lstatSync(manifest);
  assert.ok(lstatSync(library).ctimeMs < ctimeMs);
  assert.equal(await findChange(folder), undefined);
  assert.equal(lstatSync(manifest).ctimeMs, ctimeMs, 'nothing was left to compare');
});

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // another file system
  }
}

/** The real installation as hard links in another cache, with `damaged` truncated to 1,000 bytes. */
async function withDamaged(damaged: string, action: () => Promise<void>): Promise<void> {
  const cache = mkdtempSync(join(root, 'cache-'));
  await withEnvironment({ DCGAN_CACHE: cache, DCGAN_TENSORFLOW: 'cpu' }, async () => {
    const folder = installationFolder('cpu');
    for (const name of readdirSync(real.directory!, { recursive: true, encoding: 'utf8' })) {
      const from = join(real.directory!, name);
      if (!lstatSync(from).isFile()) continue;
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      linkOrCopy(from, join(folder, name));
    }
    const start = readFileSync(join(folder, damaged)).subarray(0, 1000);
    rmSync(join(folder, damaged));
    writeFileSync(join(folder, damaged), start);
    await action();
  });
}

describe('the real installation with a truncated library', { skip }, () => {
  for (const name of ['tensorflow/libtensorflow_framework.so.2', 'tfjs_binding.node']) {
    test(`${name}: auto uses another engine and says which file is damaged and what to type`, async () => {
      await withDamaged(name, async () => {
        const { engine, notChosen } = await openEngine('auto');
        assert.notEqual(engine.info.name, 'tensorflow');
        const reason = notChosen.find((other) => other.name === 'tensorflow')!.reason;
        assert.match(reason, /is damaged: \S+ has 1000 bytes, not \d+ .*`dcgan engine install --cpu` repairs it/);
        const damaged = { code: 'engine.damaged', exitCode: 5, message: new RegExp(name.replaceAll('.', '\\.')) };
        await assert.rejects(openEngine('tensorflow'), damaged);
        await assert.rejects(engineInfo('wasm', undefined, { verify: true }), damaged);
      });
    });
  }

  test('the real installation is intact', async () => {
    const { verifiedFiles } = await engineInfo('wasm', undefined, { verify: true });
    assert.ok(verifiedFiles! > 3);
  });
});

test('engine install replaces a damaged installation and says what was damaged', {
  skip: skip || withoutPackages,
}, async () => {
  const environment = { ...makeFakes(['python3', 'g++', 'npm']).environment, FAKE_COMPILED: real.directory! };
  assert.equal((await startInstaller(environment).ended).result?.alreadyThere, false);
  assert.equal((await startInstaller(environment).ended).result?.alreadyThere, true);
  const binding = await withEnvironment(environment, async () => join(installationFolder('cpu'), 'tfjs_binding.node'));
  truncateSync(binding, 1000);
  const { result } = await startInstaller(environment).ended;
  assert.equal(result?.alreadyThere, false);
  assert.match((result as { repaired?: string }).repaired!, /^tfjs_binding\.node has 1000 bytes/);
  assert.equal((await startInstaller(environment).ended).result?.alreadyThere, true);
});
