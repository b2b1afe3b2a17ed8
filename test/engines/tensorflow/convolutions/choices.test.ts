import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { choicesFile, createChoices, type Kind } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import { type Convolution, operationsOf } from '../../../../src/engines/tensorflow/convolutions/geometry.ts';
import { convolution } from './geometries.ts';

const temporary = mkdtempSync(join(tmpdir(), 'dcgan-choices-'));
after(() => rmSync(temporary, { recursive: true }));

let files = 0;

/** In a folder that is not there yet, as in a new user's cache. */
const newFile = () => join(temporary, String(files++), 'convolutions', 'choices.json');

const large = convolution([8, 32, 32, 16], [5, 5, 16, 32], [2, 2], 'same'); // 2 * 8 * 16 * 16 * 32 * 5 * 5 * 16 operations
const larger = convolution([8, 32, 32, 16], [3, 3, 16, 64], [1, 1], 'same');
const small = convolution([8, 16, 16, 16], [5, 5, 16, 28], [2, 2], 'same');

type Choices = ReturnType<typeof createChoices>;

/** The form's name that a convolution takes in a traced function, and what is left to measure. */
function traced(
  choices: Choices,
  kind: Kind,
  geometry: Convolution,
  precision: 'float32' | 'mixed_bfloat16' = 'float32',
) {
  let name = '';
  const unmeasured = choices.whileTracing(precision, () => {
    name = choices.formOf(kind, geometry).name;
  });
  return { name, unmeasured };
}

test('a convolution is large from 50 million operations on', () => {
  assert.equal(operationsOf(large), 52_428_800);
  assert.equal(operationsOf(small), 11_468_800);
});

test('a convolution that nobody has measured takes the standard form, and is reported once with the forms that fit', () => {
  const choices = createChoices(newFile());
  const unmeasured = choices.whileTracing('float32', () => {
    for (const kind of ['forward', 'inputGradient', 'forward'] as const)
      assert.equal(choices.formOf(kind, large).name, 'kernel');
    assert.equal(choices.formOf('forward', { ...large, output: [...large.output] }).name, 'kernel');
  });
  assert.deepEqual(
    unmeasured.map(({ kind, convolution: found, candidates }) => [kind, found, candidates.map(({ name }) => name)]),
    [
      ['forward', large, ['kernel', 'blocks', 'frequencies']],
      ['inputGradient', large, ['kernel', 'sub-pixel', 'phases', 'frequencies']],
    ],
  );
  assert.equal(new Set(unmeasured.map(({ key }) => key)).size, 2);
});

test('what is remembered is taken from then on, by another run too, and not reported again', () => {
  const file = newFile();
  const choices = createChoices(file);
  const { unmeasured } = traced(choices, 'inputGradient', large);
  choices.remember(new Map([[unmeasured[0]!.key, 'phases']]));
  for (const each of [choices, createChoices(file)])
    assert.deepEqual(traced(each, 'inputGradient', large), { name: 'phases', unmeasured: [] });
  assert.deepEqual(readdirSync(dirname(file)), ['choices.json'], 'nothing half-written stays');
});

test('a choice holds for its kind, sizes, stride, padding and precision only', () => {
  const choices = createChoices(newFile());
  choices.remember(new Map([[traced(choices, 'inputGradient', large).unmeasured[0]!.key, 'phases']]));
  const others: Convolution[] = [
    { ...large, input: [9, 32, 32, 16], output: [9, 16, 16, 32] },
    { ...large, input: [8, 31, 32, 16] },
    { ...large, filter: [5, 6, 16, 32] },
    { ...large, stride: [4, 4] },
    { ...large, pad: [[2, 1], [1, 2]] }, // biome-ignore format: sides
  ];
  for (const other of others) {
    const { name, unmeasured } = traced(choices, 'inputGradient', other);
    assert.deepEqual([name, unmeasured.length], ['kernel', 1], JSON.stringify(other));
  }
  assert.equal(traced(choices, 'forward', large).unmeasured.length, 1);
  assert.equal(traced(choices, 'inputGradient', large, 'mixed_bfloat16').unmeasured.length, 1);
});

test('two processes that measure different convolutions keep both', () => {
  const file = newFile();
  const [one, other] = [createChoices(file), createChoices(file)];
  one.remember(new Map([[traced(one, 'forward', large).unmeasured[0]!.key, 'blocks']]));
  other.remember(new Map([[traced(other, 'inputGradient', large).unmeasured[0]!.key, 'sub-pixel']]));
  const next = createChoices(file);
  assert.equal(traced(next, 'forward', large).name, 'blocks');
  assert.equal(traced(next, 'inputGradient', large).name, 'sub-pixel');
});

test('a damaged file is measured again and written anew', () => {
  const damages = ['', '{', 'null', '[]', '7', '"text"', '{"other": 3}'];
  for (const damage of damages) {
    const file = newFile();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, damage);
    const choices = createChoices(file);
    const { name, unmeasured } = traced(choices, 'forward', large);
    assert.deepEqual([name, unmeasured.length], ['kernel', 1], damage);
    choices.remember(new Map([[unmeasured[0]!.key, 'blocks']]));
    assert.deepEqual(traced(createChoices(file), 'forward', large), { name: 'blocks', unmeasured: [] }, damage);
  }
});

test('a name that no form of today has, or none that fits, is the standard form and not measured again', () => {
  const file = newFile();
  const choices = createChoices(file);
  const { key } = traced(choices, 'forward', large).unmeasured[0]!;
  for (const name of ['of-yesterday', 'pixel-blocks']) {
    choices.remember(new Map([[key, name]]));
    assert.deepEqual(traced(createChoices(file), 'forward', large), { name: 'kernel', unmeasured: [] });
  }
});

test('small convolutions, and those of one form only, are never measured', () => {
  const choices = createChoices(newFile());
  for (const kind of ['forward', 'inputGradient', 'filterGradient'] as const)
    assert.deepEqual(traced(choices, kind, small), { name: 'kernel', unmeasured: [] });
  assert.deepEqual(traced(choices, 'forward', larger), { name: 'kernel', unmeasured: [] });
  assert.equal(traced(choices, 'inputGradient', larger).unmeasured.length, 1);
});

test('outside of a trace every convolution takes the standard form', () => {
  const choices = createChoices(newFile());
  choices.remember(new Map([[traced(choices, 'forward', large).unmeasured[0]!.key, 'blocks']]));
  assert.equal(choices.formOf('forward', large).name, 'kernel');
  const failing = () => {
    throw new Error('the traced function fails');
  };
  assert.throws(() => choices.whileTracing('float32', failing), /fails/);
  assert.equal(choices.formOf('forward', large).name, 'kernel');
});

test('without a file nothing is reported, and nothing written', () => {
  const choices = createChoices(undefined);
  const before = readdirSync(temporary);
  choices.remember(new Map([['key', 'blocks']]));
  assert.deepEqual(readdirSync(temporary), before);
  assert.deepEqual(traced(choices, 'forward', large), { name: 'kernel', unmeasured: [] });
});

test('a cache that has become a file in the middle of a run costs nothing but the memory of it', () => {
  const cache = mkdtempSync(join(tmpdir(), 'dcgan-choices-'));
  const choices = createChoices(join(cache, 'convolutions', 'choices.json'));
  rmSync(cache, { recursive: true });
  writeFileSync(cache, '');
  choices.remember(new Map([['key', 'blocks']]));
  rmSync(cache);
});

test('a file that cannot be written costs nothing but the memory of it', () => {
  const file = newFile();
  mkdirSync(dirname(dirname(file)), { recursive: true });
  writeFileSync(dirname(file), 'a file where the folder should be');
  const choices = createChoices(file);
  choices.remember(new Map([[traced(choices, 'forward', large).unmeasured[0]!.key, 'blocks']]));
  assert.equal(traced(choices, 'forward', large).name, 'blocks');
  assert.ok(!existsSync(file));
});

test('the file is one of this library and number of threads', () => {
  const names = [choicesFile('2.21.0', 2), choicesFile('2.21.0', 4), choicesFile('2.22.0', 2)];
  assert.equal(new Set(names).size, 3);
  assert.equal(choicesFile('2.21.0', 2), names[0]);
});
