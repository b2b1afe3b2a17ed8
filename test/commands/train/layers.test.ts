// Runs with nested layers and batch statistics resume bit for bit, and report design notes.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeInspection } from '../../../src/cli/output/describe-inspection.ts';
import { inspect } from '../../../src/commands/inspect.ts';
import { metricsOf, newRun } from '../tiny-runs.ts';

type Content = Parameters<NonNullable<Parameters<typeof newRun>[0]>>[0];

const norm = [{ type: 'batchNorm' }, { type: 'relu' }];
const conv = (filters: number, more: object = {}) => ({ type: 'conv', filters, kernel: 3, ...more });

/** Residual blocks in both networks, with batch norm in G and spectral norms and dropout in D; the last batch has 2 images. */
function residualNetworks(content: Content): void {
  const generator = [
    { type: 'dense', units: 32 },
    { type: 'reshape', shape: [4, 4, 2] },
    { type: 'residual', layers: [...norm, { type: 'upsample' }, conv(3, { bias: false }), ...norm, conv(3)] },
    ...norm,
    conv(1),
    { type: 'tanh' },
  ];
  const inside = [conv(3, { spectralNorm: true }), { type: 'dropout', rate: 0.2 }, { type: 'averagePool' }];
  const discriminator = [
    { type: 'residual', layers: inside, shortcut: { spectralNorm: true } },
    { type: 'residual', layers: [{ type: 'relu' }, conv(3, { initializer: { type: 'zeros' } })] },
    { type: 'minibatchStdDev' },
    { type: 'flatten' },
    { type: 'dense', units: 1 },
  ];
  Object.assign(content.generator, { layers: generator });
  Object.assign(content.discriminator, { layers: discriminator });
  Object.assign(content.training, { gradientPenalty: { type: 'r1', weight: 1 }, ema: {} });
}

test('a run with residual layers and minibatchStdDev resumes bit for bit', async () => {
  const whole = await newRun(residualNetworks).train();
  const stopped = newRun(residualNetworks);
  const first = await stopped.train([], { stopAfter: 5 });
  assert.deepEqual([first.step, first.interrupted], [5, true]);
  const second = await stopped.train();
  assert.equal(second.runHash, whole.runHash);
  assert.deepEqual(second.latest.tensors, whole.latest.tensors);
  assert.deepEqual(metricsOf(second.results), metricsOf(whole.results));
  const names = Object.keys(whole.latest.tensors);
  for (const name of ['generator/2/shortcut/kernel', 'discriminator/0/0/u', 'optimizer/discriminator/1/1/kernel/m'])
    assert.ok(names.includes(name), name);
  const zero = whole.latest.tensors['discriminator/1/1/kernel']!.values;
  assert.ok(
    zero.every((value) => value !== 0 && Number.isFinite(value)),
    'a kernel of zeros learns',
  );
  assert.deepEqual([whole.warnings, existsSync(join(whole.results, 'warnings.json'))], [[], false]);
});

test('training, a dry run and the run folder report design notes', async () => {
  const run = newRun((content) => {
    content.discriminator.layers.splice(1, 0, { type: 'batchNorm' } as never);
    content.training.steps = 1;
  });
  const { warnings, events, results, files } = await run.train();
  assert.deepEqual(
    warnings.map(({ code, layers }) => [code, layers]),
    [['config.norm-of-images', ['3']]],
  );
  const reported = events.filter((event) => event.type === 'warning');
  assert.deepEqual(reported, [{ type: 'warning', ...warnings[0] }]);
  assert.deepEqual(JSON.parse(readFileSync(join(results, 'warnings.json'), 'utf8')), warnings);
  assert.ok(files.some((file) => file.endsWith('warnings.json')));
  const options = { config: join(run.own, 'tiny.json'), set: [], engine: 'wasm', root: run.own } as const;
  const inspection = await inspect(options, () => {});
  assert.deepEqual(inspection.warnings, warnings);
  assert.ok(describeInspection(inspection).includes(`\n\nDesign note: ${warnings[0]!.message}\n\n`));
});
