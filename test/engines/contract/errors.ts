// Wrong feeds, variables and names are rejected before anything runs, with the received and the expected values.
import assert from 'node:assert/strict';
import { reshape } from '@tensorflow/tfjs-core';
import type { CompiledProgram, Feeds, Program } from '../../../src/engines/engine.ts';
import { DcganError } from '../../../src/errors.ts';
import { type ContractTest, withProgram } from './contract-test.ts';

const program: Program = {
  variables: { weight: [2, 2], bias: [2] },
  functions: {
    step: {
      feeds: { images: { shape: [2, 3], dtype: 'uint8' }, labels: { shape: [2], dtype: 'float32' } },
      body: ({ bias }, { labels }) => ({ outputs: {}, updates: { bias: labels ?? bias! } }),
    },
  },
};
const values = { weight: Float32Array.of(1, 2, 3, 4), bias: Float32Array.of(5, 6) };
const feeds = { images: new Uint8Array(6), labels: new Float32Array(2) };

/** Asserts a rejection with this code and all the words in its message, and unchanged variables. */
function refusal(
  name: string,
  code: string,
  words: string[],
  attempt: (compiled: CompiledProgram) => Promise<unknown>,
): ContractTest {
  return {
    name: `rejects ${name}`,
    run: (engine) =>
      withProgram(engine, program, values, async (compiled) => {
        await assert.rejects(attempt(compiled), (error) => isRefusal(error, code, words));
        assert.deepEqual(await compiled.read(), values);
      }),
  };
}

function isRefusal(error: unknown, code: string, words: readonly string[]): boolean {
  assert.ok(error instanceof DcganError, String(error));
  assert.equal(error.code, code);
  for (const word of words) assert.ok(error.message.includes(word), `'${word}' is not in: ${error.message}`);
  return true;
}

const step = (given: Feeds) => (compiled: CompiledProgram) => compiled.run('step', given);

const refusals: ContractTest[] = [
  refusal('an unknown function', 'engine.unknown-function', ["'stepp'", 'step'], (compiled) =>
    compiled.run('stepp', {}),
  ),
  refusal('a missing feed', 'engine.wrong-feed', ["'step'", "'labels'", 'nothing'], step({ images: feeds.images })),
  refusal(
    'a feed too many',
    'engine.wrong-feed',
    ["'step'", 'latents'],
    step({ ...feeds, latents: new Float32Array(2) }),
  ),
  refusal(
    'a feed of another length',
    'engine.wrong-feed',
    ["'images'", '7 values', 'uint8 [2, 3]'],
    step({ ...feeds, images: new Uint8Array(7) }),
  ),
  refusal(
    'a feed of another type',
    'engine.wrong-feed',
    ["'labels'", 'Int32Array', 'float32 [2]'],
    step({ ...feeds, labels: new Int32Array(2) }),
  ),
  refusal('an unknown variable to write', 'engine.wrong-variable', ["'biass'"], (compiled) =>
    compiled.write({ biass: new Float32Array(2) }),
  ),
  refusal(
    'values of another length, and then writes nothing',
    'engine.wrong-variable',
    ["'weight'", '5 values', '[2, 2]'],
    (compiled) => compiled.write({ bias: new Float32Array(2), weight: new Float32Array(5) }),
  ),
  refusal('an unknown variable to read', 'engine.unknown-variable', ['biass'], (compiled) => compiled.read(['biass'])),
];

const unwritten: ContractTest = {
  name: 'rejects running or reading before every variable is written',
  async run(engine) {
    const compiled = await engine.compile(program, { precision: 'float32' });
    const refused = (error: unknown) => isRefusal(error, 'engine.unwritten-variable', ['bias']);
    await compiled.write({ weight: values.weight });
    await assert.rejects(compiled.run('step', feeds), refused);
    await assert.rejects(compiled.read(), refused);
    compiled.dispose();
  },
};

/** A function that sets `name` to bias as [1, 2]. The engine may notice when it compiles or when it runs. */
function wrongUpdate(what: string, name: string, words: string[]): ContractTest {
  const wrong: Program = {
    variables: program.variables,
    functions: {
      step: { feeds: {}, body: ({ bias }) => ({ outputs: {}, updates: { [name]: reshape(bias!, [1, 2]) } }) },
    },
  };
  return {
    name: `rejects an update ${what}`,
    run: (engine) =>
      assert.rejects(
        withProgram(engine, wrong, values, (compiled) => compiled.run('step', {})),
        (error) => isRefusal(error, 'engine.wrong-update', ["'step'", ...words]),
      ),
  };
}

export const errorTests: ContractTest[] = [
  ...refusals,
  unwritten,
  wrongUpdate('of another shape', 'bias', ["'bias'", '[1, 2]', '[2]']),
  wrongUpdate('of an unknown variable', 'biass', ["'biass'"]),
];
