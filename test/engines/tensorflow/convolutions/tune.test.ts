// Tests which form tuning selects, on a fake clock that only the forms advance.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CompiledProgram, HostValues, Program } from '../../../../src/engines/engine.ts';
import type { Kind } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import { fastestForm, shareTransforms } from '../../../../src/engines/tensorflow/convolutions/tune.ts';
import { convolution } from './geometries.ts';

const geometry = convolution([2, 8, 6, 3], [5, 5, 3, 4], [2, 2], 'same');

/** Milliseconds of each run of each form; the last value is repeated. The standard form comes first. */
type Durations = Record<string, readonly number[]>;

interface Contest {
  winner: string;
  runs: Record<string, number>;
  program: Program;
  written: HostValues;
  disposed: boolean;
}

async function contest(t: TestContext, durations: Durations, kind: Kind = 'forward'): Promise<Contest> {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const runs = Object.fromEntries(Object.keys(durations).map((name) => [name, 0]));
  const found = { program: { variables: {}, functions: {} } as Program, written: {}, disposed: false };
  const compile = (program: Program): CompiledProgram => {
    found.program = program;
    return {
      async run(name) {
        now += durations[name]![runs[name]!] ?? durations[name]!.at(-1)!;
        runs[name]!++;
        return {};
      },
      read: () => assert.fail('nothing is read'),
      async write(values) {
        found.written = values;
      },
      dispose() {
        found.disposed = true;
      },
    };
  };
  const candidates = Object.keys(durations).map((name) => ({
    name,
    fits: () => true,
    compute: () => assert.fail('the contest is only compiled'),
  }));
  const winner = await fastestForm({ key: 'key', kind, convolution: geometry, candidates }, compile);
  return { ...found, winner, runs };
}

test('selects the form with the shortest run, ignoring first and slow runs', async (t) => {
  const { winner, disposed } = await contest(t, {
    kernel: [10, 10],
    first: [1, 7, 9],
    second: [99, 12, 12, 6, 12],
  });
  assert.equal(winner, 'second');
  assert.ok(disposed);
});

test('selects a form only if it is 5 % faster than the standard one', async (t) => {
  assert.equal((await contest(t, { kernel: [100], other: [96] })).winner, 'kernel');
  t.mock.restoreAll();
  assert.equal((await contest(t, { kernel: [100], other: [94] })).winner, 'other');
  t.mock.restoreAll();
  assert.equal((await contest(t, { kernel: [100], other: [150] })).winner, 'kernel');
});

test('times a form only once if it takes more than 1.8 times the best time', async (t) => {
  const { runs } = await contest(t, { kernel: [10], slow: [19], fair: [17] });
  assert.deepEqual(runs, { kernel: 6, slow: 2, fair: 6 }); // the first is not counted
});

test('operands are the tensors of the kind, with varied values of moderate size', async (t) => {
  const shapes: Record<Kind, [number[], number[]]> = {
    forward: [[2, 8, 6, 3], [5, 5, 3, 4]], // biome-ignore format: a table of shapes
    inputGradient: [[2, 4, 3, 4], [5, 5, 3, 4]], // biome-ignore format: a table of shapes
    filterGradient: [[2, 8, 6, 3], [2, 4, 3, 4]], // biome-ignore format: a table of shapes
  };
  for (const kind of ['forward', 'inputGradient', 'filterGradient'] as const) {
    const { program, written } = await contest(t, { kernel: [1], other: [1] }, kind);
    t.mock.restoreAll();
    const [first, second] = shapes[kind];
    assert.deepEqual(Object.values(program.variables), [first, second]);
    assert.deepEqual(Object.keys(program.functions), ['kernel', 'other']);
    for (const [name, shape] of Object.entries(program.variables)) {
      const values = written[name]!;
      assert.equal(
        values.length,
        shape.reduce((product, side) => product * side, 1),
      );
      assert.ok(new Set(values).size > 10);
      assert.ok(values.every((value) => Math.abs(value) <= 0.5 && Math.abs(value) > 1e-3));
    }
  }
});

/** The selected forms if all kinds of a convolution, in one function, take `alone` or `shared` milliseconds. */
async function together(t: TestContext, names: Record<Kind, string>, [alone, shared]: [number, number]) {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  let contests = 0;
  const compile = (program: Program): CompiledProgram => {
    contests++;
    assert.deepEqual(Object.keys(program.functions), ['alone', 'shared']);
    assert.deepEqual(Object.keys(program.variables).sort(), ['dy', 'w', 'x']);
    return {
      async run(name) {
        now += name === 'alone' ? alone : shared;
        return {};
      },
      read: () => assert.fail('nothing is read'),
      write: async () => {},
      dispose() {},
    };
  };
  const form = (name: string, shares?: true) => ({
    name,
    ...(shares && { shares }),
    fits: () => true,
    compute: () => assert.fail('the contest is only compiled'),
  });
  const candidates = [form('kernel'), form('blocks'), form('sharing', true)];
  const kinds = Object.keys(names) as Kind[];
  const other = convolution([2, 8, 6, 3], [3, 3, 3, 4], [2, 2], 'same');
  const untuned = kinds.map((kind) => ({ key: kind, kind, convolution: geometry, candidates }));
  const found = new Map([...Object.entries(names), ['other sizes', 'kernel']]);
  const lonely = { key: 'other sizes', kind: 'forward' as const, convolution: other, candidates };
  await shareTransforms([...untuned, lonely], found, compile);
  return { names: Object.fromEntries(found), contests };
}

test('selects sharing forms for all kinds of a convolution if they are faster together', async (t) => {
  const names = { forward: 'kernel', inputGradient: 'blocks', filterGradient: 'sharing' };
  const shared = { forward: 'sharing', inputGradient: 'sharing', filterGradient: 'sharing' };
  assert.deepEqual(await together(t, names, [100, 90]), { names: { ...shared, 'other sizes': 'kernel' }, contests: 1 });
  t.mock.restoreAll();
  assert.deepEqual(await together(t, names, [100, 99]), { names: { ...names, 'other sizes': 'kernel' }, contests: 1 });
});

test('times nothing together if no sharing form was fastest alone, or all were', async (t) => {
  for (const name of ['kernel', 'sharing']) {
    const names = { forward: name, inputGradient: name, filterGradient: name };
    assert.equal((await together(t, names, [100, 1])).contests, 0);
    t.mock.restoreAll();
  }
});

test('an abort ends tuning after the current run, disposes of the program and rejects with the reason', async () => {
  const controller = new AbortController();
  let [runs, disposed] = [0, false];
  const compile = (): CompiledProgram => ({
    async run() {
      if (++runs === 3) controller.abort(new RangeError('asked to stop'));
      return {};
    },
    read: () => assert.fail('nothing is read'),
    async write() {},
    dispose() {
      disposed = true;
    },
  });
  const candidates = ['kernel', 'other'].map((name) => ({
    name,
    fits: () => true,
    compute: () => assert.fail('the contest is only compiled'),
  }));
  const untuned = { key: 'key', kind: 'forward' as const, convolution: geometry, candidates };
  await assert.rejects(fastestForm(untuned, compile, controller.signal), /RangeError: asked to stop/);
  assert.deepEqual([runs, disposed], [3, true]);
});
