import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { memory } from '@tensorflow/tfjs-core';
import { compileEagerly } from '../../../src/engines/eager.ts';
import type { HostValues, Program } from '../../../src/engines/engine.ts';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { functionNames, startingValues, trainingProgram } from '../../../src/training/program.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { tinyConfig } from '../../helpers/temporary-run.ts';
import { configOf } from '../../helpers/tiny-network.ts';

before(useCpuBackend);

const orders = ['discriminator-first', 'generator-first', 'simultaneous'];

/** A program with every kind of step, with batch norm and dropout in both networks, and its initial values. */
function build(order = 'discriminator-first') {
  const content = tinyConfig();
  content.generator.layers.splice(3, 0, { type: 'dropout', rate: 0.2 } as never);
  Object.assign(content.discriminator.layers[0]!, { norm: 'batchNorm' });
  Object.assign(content.training, { discriminatorSteps: 2, generatorSteps: 2, order });
  const config = configOf(content);
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [4], 1);
  return { program, start: startingValues(program, config, networks) };
}

/** Feeds of the right shape for any function. */
function feedsOf(program: Program, name: string) {
  const made = Object.entries(program.functions[name]!.feeds).map(([feed, { shape, dtype }]) => {
    const values = hashedValues(feed, elementCount(shape));
    if (dtype === 'uint8') return [feed, Uint8Array.from(values, (value) => 127 + 127 * value)];
    if (dtype === 'int32') return [feed, Int32Array.of(5)];
    return [feed, feed.endsWith('Rates') ? Float32Array.of(0.01, 1e-8) : values];
  });
  return Object.fromEntries(made);
}

/** The variables that one run of a function changes by any bit. */
async function moved(name: string, order?: string): Promise<Set<string>> {
  const { program, start } = build(order);
  const compiled = compileEagerly(program);
  await compiled.write(start);
  await compiled.run(name, feedsOf(program, name));
  const end: HostValues = await compiled.read();
  compiled.dispose();
  const changed = Object.keys(start).filter(
    (variable) => !Buffer.from(start[variable]!.buffer).equals(Buffer.from(end[variable]!.buffer)),
  );
  return new Set(changed);
}

const all = Object.keys(build().program.variables);
const isStatistic = (name: string) => name.includes('moving');
const owned = (network: string) =>
  all.filter((name) => (name.startsWith(network) || name.startsWith(`optimizer/${network}`)) && !isStatistic(name));
const statistics = (network: string) => all.filter((name) => name.startsWith(network) && isStatistic(name));

test('tests networks with weights, moments and statistics of both kinds', () => {
  assert.deepEqual([owned('generator').length, owned('discriminator').length], [15, 18]);
  assert.deepEqual([statistics('generator').length, statistics('discriminator').length], [2, 2]);
});

test('updates the generator alone, bit for bit, in a generator step', async () => {
  const changed = await moved(functionNames.generatorStep);
  assert.deepEqual(
    owned('discriminator').filter((name) => changed.has(name)),
    [],
  );
  assert.deepEqual(
    owned('generator').filter((name) => !changed.has(name)),
    [],
  );
  assert.ok(changed.has('means/generator') && !changed.has('means/discriminator'));
});

test('updates the discriminator alone, bit for bit, in a discriminator step', async () => {
  const changed = await moved(functionNames.discriminatorStep(4));
  assert.deepEqual(
    owned('generator').filter((name) => changed.has(name)),
    [],
  );
  assert.deepEqual(
    owned('discriminator').filter((name) => !changed.has(name)),
    [],
  );
  assert.ok(changed.has('means/discriminator') && !changed.has('means/generator'));
});

test('updates both networks in a joint step, in every order', async () => {
  for (const order of orders) {
    const changed = await moved(functionNames.step(4), order);
    assert.deepEqual(
      all.filter((name) => !changed.has(name)),
      [],
      order,
    );
  }
});

test("updates a network's statistics wherever it runs in training mode, also in the other's update", async () => {
  for (const name of [functionNames.generatorStep, functionNames.discriminatorStep(4)]) {
    const changed = await moved(name);
    for (const network of ['generator', 'discriminator'])
      assert.ok(
        statistics(network).every((statistic) => changed.has(statistic)),
        `${network} in ${name}`,
      );
  }
});

test('changes no weight when sampling or draining means', async () => {
  assert.deepEqual(await moved(functionNames.sample), new Set());
  const { program, start } = build();
  const compiled = compileEagerly(program);
  await compiled.write(start);
  for (const name of [functionNames.step(4), functionNames.discriminatorStep(4), functionNames.generatorStep])
    await compiled.run(name, feedsOf(program, name));
  const before = await compiled.read();
  const sums = await compiled.run(functionNames.drainMeans, {});
  assert.equal(sums['means/discriminator']![0], 2);
  assert.equal(sums['means/generator']![0], 2);
  const after = await compiled.read();
  for (const name of all.filter((variable) => !variable.startsWith('means/')))
    assert.deepEqual(after[name], before[name]);
  assert.deepEqual([...after['means/discriminator']!, ...after['means/generator']!], Array(8).fill(0));
  compiled.dispose();
});

test('leaks no tensor in any order', async () => {
  for (const order of orders) {
    const { program, start } = build(order);
    const compiled = compileEagerly(program);
    await compiled.write(start);
    const names = [
      functionNames.step(4),
      functionNames.discriminatorStep(4),
      functionNames.generatorStep,
      functionNames.sample,
    ];
    const counts: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (const name of names) await compiled.run(name, feedsOf(program, name));
      counts.push(memory().numTensors);
    }
    assert.deepEqual(counts, Array(4).fill(counts[0]), order);
    compiled.dispose();
  }
});
