// The real installation in the user's cache is installed once, found, checked and loaded.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { engineInstall } from '../../../../src/commands/engine-install.ts';
import { checkInstallation } from '../../../../src/engines/tensorflow/install/check.ts';
import {
  findInstallation,
  installationFolder,
  installationIn,
  type Variant,
} from '../../../../src/engines/tensorflow/install/location.ts';
import { withEnvironment } from './install-fakes.ts';

const real = await engineInstall({ variant: 'cpu', ifPossible: true });
const options = { skip: real.installed ? false : `the native engine cannot be set up here: ${real.missing.join(' ')}` };

test('installs once; the second call returns immediately', options, async () => {
  const again = await engineInstall({ variant: 'cpu', ifPossible: false });
  assert.deepEqual([again.installed, again.alreadyThere, again.missing], [true, true, []]);
  assert.ok(again.seconds! < 0.5, `${again.seconds} s`);
  assert.ok(again.sizeMiB! > 500 && again.sizeMiB! < 1000, `${again.sizeMiB} MiB`); // of the 1,300 MiB in the wheel
});

test('loads in a new process and computes a convolution and its gradients', options, async () => {
  const { usesGpu, log } = await checkInstallation(installationIn(real.directory!, 'cpu'));
  assert.equal(usesGpu, false);
  assert.match(log, /oneDNN/); // the log output that loadBinding captures
});

test('works from another folder, finding its libraries beside it', options, async () => {
  const moved = mkdtempSync(join(tmpdir(), 'dcgan-moved-'));
  for (const name of ['tfjs_binding.node', 'stderr_capture.node'])
    cpSync(join(real.directory!, name), join(moved, name));
  symlinkSync(join(real.directory!, 'tensorflow'), join(moved, 'tensorflow'));
  await checkInstallation(installationIn(moved, 'cpu'));
  rmSync(moved, { recursive: true });
});

test('loading prints nothing and returns what TensorFlow printed; stderr works afterwards', options, () => {
  const root = new URL('../../../../', import.meta.url);
  const program = `
    import { loadBinding } from '${new URL('src/engines/tensorflow/binding.ts', root)}';
    import { installationIn } from '${new URL('src/engines/tensorflow/install/location.ts', root)}';
    const { binding, log } = loadBinding(installationIn(${JSON.stringify(real.directory)}, 'cpu'));
    process.stderr.write('after\\n');
    console.log(JSON.stringify({ version: binding.TF_Version, tensors: binding.getNumOfTensors(), log }));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  assert.equal(stderr, 'after\n');
  const { version, tensors, log } = JSON.parse(stdout) as { version: string; tensors: number; log: string };
  assert.deepEqual([version, tensors], ['2.21.0', 0]);
  assert.match(log, /oneDNN custom operations are on/);
});

test('an installation that does not load says where it is and what to do', options, async () => {
  const { loadBinding } = await import('../../../../src/engines/tensorflow/binding.ts');
  const broken = mkdtempSync(join(tmpdir(), 'dcgan-broken-'));
  cpSync(join(real.directory!, 'stderr_capture.node'), join(broken, 'stderr_capture.node'));
  writeFileSync(join(broken, 'tfjs_binding.node'), 'not a library');
  assert.throws(() => loadBinding(installationIn(broken, 'cpu')), { code: 'engine.load-failed', exitCode: 5 });
  rmSync(broken, { recursive: true });
});

test('finds CUDA before CPU or the variant of DCGAN_TENSORFLOW, and ignores incomplete installations', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'dcgan-cache-'));
  const found = (forced?: string) =>
    withEnvironment({ DCGAN_CACHE: cache, DCGAN_TENSORFLOW: forced }, async () => findInstallation()?.variant);
  const install = (variant: Variant) =>
    withEnvironment({ DCGAN_CACHE: cache }, async () => {
      mkdirSync(installationFolder(variant), { recursive: true });
      return () => writeFileSync(join(installationFolder(variant), 'installation.json'), '{}');
    });
  assert.equal(await found(), undefined);
  await withEnvironment({ DCGAN_CACHE: cache }, async () => (await install('cpu'))());
  assert.equal(await found(), 'cpu');
  const complete = await install('cuda');
  assert.equal(await found(), 'cpu');
  await withEnvironment({ DCGAN_CACHE: cache }, async () => complete());
  assert.deepEqual([await found(), await found('cpu'), await found('cuda')], ['cuda', 'cpu', 'cuda']);
  rmSync(cache, { recursive: true });
});
