import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../helpers/run-cli.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/import/${name}`, import.meta.url));
const importing = (file: string, name: string) => [
  'import',
  fixture(file),
  '--config',
  fixture('tiny.yaml'),
  '--name',
  name,
];

test('prints every imported tensor and the next command', async () => {
  const { exitCode, stdout, stderr } = await runCli(importing('generator.pt', 'tiny'), { cwd });
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^generator: 7 layers, 958 numbers from .*generator\.pt, PyTorch \(zip\)\n/);
  assert.match(stdout, /\n {2}8 +convTranspose +blocks\.4\.weight +\[5, 4, 4, 4\] +-> \[4, 4, 4, 5\]\n/);
  assert.match(
    stdout,
    /only the generator was imported\.\n\ncheckpoints\/tiny\/000000\nNext: dcgan sample --checkpoint tiny\n$/,
  );
});

test('--json prints the same as one object', async () => {
  const { exitCode, stdout, stderr } = await runCli([...importing('whole.pt', 'json'), '--json'], { cwd });
  assert.equal(exitCode, 0, stderr);
  const { name, checkpoint, networks } = JSON.parse(stdout);
  assert.deepEqual([name, checkpoint, networks.length], ['json', join('checkpoints', 'json', '000000'), 2]);
  assert.deepEqual(networks[1].layers.at(-1).tensors[0], { key: 'adv_layer.2.weight', from: [1, 3], to: [3, 1] });
});

test('an imported checkpoint can be sampled by name', async () => {
  await runCli(importing('generator.pt', 'sampled'), { cwd });
  const sampling = ['sample', '--checkpoint', 'sampled', '--count', '4', '--engine', 'wasm', '--json'];
  const { exitCode, stdout, stderr } = await runCli(sampling, { cwd });
  assert.equal(exitCode, 0, stderr);
  assert.equal(JSON.parse(stdout).images, 4);
});

test('reports weights that do not fit as one message with exit code 4', async () => {
  const { exitCode, stdout, stderr } = await runCli(importing('discriminator.pt', 'none'), { cwd });
  assert.deepEqual([exitCode, stdout], [4, '']);
  assert.match(stderr, /discriminator\.pt does not fit the generator of the config; it fits the discriminator\.\n/);
  assert.doesNotMatch(stderr, /\n {4}at /);
});
