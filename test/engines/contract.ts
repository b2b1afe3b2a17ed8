// The contract of all engines. Each engine's test file runs this suite and gives reasons for its deviations.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Engine } from '../../src/engines/engine.ts';
import { adamTests } from './contract/adam.ts';
import type { ContractTest } from './contract/contract-test.ts';
import { crossEntropyTests } from './contract/cross-entropy.ts';
import { errorTests } from './contract/errors.ts';
import { layerTests, nonFiniteTests } from './contract/layers.ts';
import { memoryTests } from './contract/memory.ts';
import { randomTests } from './contract/random.ts';
import { secondOrderTests } from './contract/second-order.ts';
import { spectralNormTests } from './contract/spectral-norm.ts';
import { variablesTests } from './contract/variables.ts';

/** Tests that an engine does not run, by name, with the reason. */
export interface Deviation {
  reason: string;
  tests: readonly string[] | 'all';
}

const groups: Record<string, ContractTest[]> = {
  variables: variablesTests,
  errors: errorTests,
  layers: [...layerTests, ...nonFiniteTests],
  'spectral normalisation': spectralNormTests,
  'gradients of gradients': secondOrderTests,
  'random numbers': randomTests,
  'cross-entropy': crossEntropyTests,
  Adam: adamTests,
  memory: memoryTests,
};

/** Opens the engine for the first test that runs. */
export function engineContract(open: () => Promise<Engine>, skip: readonly Deviation[]): void {
  let opened: Promise<Engine> | undefined;
  const reasonOf = (name: string) => skip.find(({ tests }) => tests === 'all' || tests.includes(name))?.reason ?? false;
  const contractTest = (name: string, run: ContractTest['run']) =>
    test(name, { skip: reasonOf(name) }, async () => {
      opened ??= open();
      await run(await opened);
    });

  test('every deviation names a test of the contract, and test names are unique', () => {
    const names = Object.values(groups).flatMap((tests) => tests.map(({ name }) => name));
    assert.equal(new Set(names).size, names.length);
    for (const name of skip.flatMap(({ tests }) => (tests === 'all' ? [] : tests)))
      assert.ok(names.includes(name), name);
  });

  contractTest('computes on both of two open engines', async (engine) => {
    const again = await open();
    for (const each of [engine, again]) await variablesTests[0]!.run(each);
  });

  for (const [group, tests] of Object.entries(groups)) {
    describe(group, () => {
      for (const { name, run } of tests) contractTest(name, run);
    });
  }
}
