// What every engine does. Each engine's test file runs this one suite; where an engine deviates, it says why.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Engine } from '../../src/engines/engine.ts';
import { adamTests } from './contract/adam.ts';
import type { ContractTest } from './contract/contract-test.ts';
import { crossEntropyTests } from './contract/cross-entropy.ts';
import { errorTests } from './contract/errors.ts';
import { layerTests } from './contract/layers.ts';
import { memoryTests } from './contract/memory.ts';
import { randomTests } from './contract/random.ts';
import { variablesTests } from './contract/variables.ts';

/** Tests that an engine does not pass, by name, with the reason. */
export interface Deviation {
  reason: string;
  tests: string[];
}

const groups: Record<string, ContractTest[]> = {
  variables: variablesTests,
  errors: errorTests,
  layers: layerTests,
  'random numbers': randomTests,
  'cross-entropy': crossEntropyTests,
  Adam: adamTests,
  memory: memoryTests,
};

export function engineContract(open: () => Promise<Engine>, skip: readonly Deviation[]): void {
  let engine: Engine;
  before(async () => {
    engine = await open();
  });

  test('every deviation names a test of the contract', () => {
    const names = Object.values(groups).flatMap((tests) => tests.map(({ name }) => name));
    assert.equal(new Set(names).size, names.length);
    for (const name of skip.flatMap(({ tests }) => tests)) assert.ok(names.includes(name), name);
  });

  test('opened twice, both compute', async () => {
    const again = await open();
    for (const each of [engine, again]) await variablesTests[0]!.run(each);
  });

  for (const [group, tests] of Object.entries(groups)) {
    describe(group, () => {
      for (const { name, run } of tests) {
        const deviation = skip.find((each) => each.tests.includes(name));
        test(name, { skip: deviation?.reason ?? false }, () => run(engine));
      }
    });
  }
}
