// Design warnings for hand-written networks, and those of the shipped configs, which follow publications.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { designWarnings } from '../../src/models/design-warnings.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { packageDirectory } from '../../src/system/package-directory.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

type Content = ReturnType<typeof minimalConfig>;

const warningsOf = (config: Config) => designWarnings(config, buildNetworks(config));
const summaryOf = (config: Config) =>
  warningsOf(config).map(({ code, network, layers }) => `${code} ${network} ${layers.join(' ')}`);

function summaryAfter(change: (content: Content) => unknown): string[] {
  const content = minimalConfig();
  change(content);
  return summaryOf(configOf(content));
}

const conv = { type: 'conv', filters: 3, kernel: 3 };
const norm = { type: 'batchNorm' };
const end = [{ type: 'flatten' }, { type: 'dense', units: 1 }];

test('gives no warnings for a sound config', () => {
  assert.deepEqual(
    summaryAfter(({ discriminator, generator, training }) => {
      generator.layers.splice(0, 0, { type: 'dense', units: 9 }, norm);
      discriminator.layers = [conv, conv, norm, ...end];
      Object.assign(training, { ema: {} });
    }),
    [],
  );
});

test("warns of batch norm after the generator's last kernel", () => {
  assert.deepEqual(
    summaryAfter(({ generator }) => generator.layers.splice(2, 0, norm)),
    ['config.norm-of-images generator 2'],
  );
});

test("warns of batch norm around the discriminator's first kernel, also inside residual layers", () => {
  const found = (layers: object[]) =>
    summaryAfter(({ discriminator }) => {
      discriminator.layers = [...layers, conv, norm, ...end] as Content['discriminator']['layers'];
    });
  assert.deepEqual(found([conv, { type: 'leakyRelu' }, norm]), ['config.norm-of-images discriminator 2']);
  assert.deepEqual(found([norm, conv]), ['config.norm-of-images discriminator 0']);
  const residual = { type: 'residual', layers: [norm, conv, norm, conv] };
  assert.deepEqual(found([residual]), ['config.norm-of-images discriminator 0/0 0/2']);
  assert.deepEqual(found([conv]), []);
});

test('warns of a gradient penalty on a discriminator with batch norm', () => {
  for (const type of ['r1', 'wgan-gp']) {
    const found = summaryAfter(({ discriminator, training }) => {
      discriminator.layers = [conv, conv, norm, conv, norm, ...end];
      training['gradientPenalty'] = { type };
    });
    assert.deepEqual(found, ['config.penalty-with-batch-norm discriminator 2 4']);
  }
});

test('warns once of transposed convolutions whose kernel is not a multiple of the stride', () => {
  const up = (kernel: unknown, stride: unknown) => ({ type: 'convTranspose', filters: 1, kernel, stride });
  const content = minimalConfig();
  content.data['size'] = [64, 32];
  content.generator.layers = [
    { type: 'dense', units: 4 },
    { type: 'reshape', shape: [2, 2, 1] },
    up(5, 2),
    up(4, 2),
    up([4, 3], 2),
    { type: 'residual', layers: [up(3, 1), up(5, 2)] },
    up([2, 3], [2, 1]),
  ];
  const [warning, ...more] = warningsOf(configOf(content));
  assert.deepEqual(more, []);
  assert.deepEqual(warning!.layers, ['2', '4', '5/1']);
  assert.match(
    warning!.message,
    /^generator, layers 2, 4, 5\/1 \(convTranspose\): kernel 5 with stride 2, kernel 4 x 3 with stride 2: the stride does not divide the kernel/,
  );
});

test('gives the known warnings for published designs', async () => {
  const folder = join(packageDirectory, 'configs');
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const found = await Promise.all(
    files.map(async (file) => [file, summaryOf(await loadConfig(join(folder, file)))] as const),
  );
  const normed = found.filter(([, warnings]) => warnings.includes('config.norm-of-images discriminator 1'));
  assert.deepEqual(
    normed.map(([file]) => file),
    ['anime.yaml', 'simpsons-gsurma.yaml', 'simpsons.yaml'],
  );
  const uneven = found.filter(([, warnings]) => warnings.some((warning) => warning.includes('checkerboard')));
  assert.ok(uneven.some(([file]) => file === 'celeba.yaml'));
  for (const file of ['afg.yaml', 'anime.yaml']) assert.ok(!uneven.some(([name]) => name === file), file);
});
