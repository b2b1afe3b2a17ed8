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

/** In a folder that does not exist yet, as in a new user's cache. */
const newFile = () => join(temporary, String(files++), 'convolutions', 'choices.json');

const large = convolution([8, 32, 32, 16], [5, 5, 16, 32], [2, 2], 'same'); // 2 * 8 * 16 * 16 * 32 * 5 * 5 * 16 operations
const larger = convolution([8, 32, 32, 16], [3, 3, 16, 64], [1, 1], 'same');
const small = convolution([8, 16, 16, 16], [5, 5, 16, 28], [2, 2], 'same');

type Choices = ReturnType<typeof createChoices>;

/** The form chosen for a convolution in a traced function, and what is left to tune. */
function traced(
  choices: Choices,
  kind: Kind,
  geometry: Convolution,
  precision: 'float32' | 'mixed_bfloat16' = 'float32',
) {
  let name = '';
  const untuned = choices.whileTracing(precision, () => {
    name = choices.formOf(kind, geometry).name;
  });
  return { name, untuned };
}

test('convolutions are tuned from 50 million operations', () => {
  assert.equal(operationsOf(large), 52_428_800);
  assert.equal(operationsOf(small), 11_468_800);
});

test('an untuned convolution takes the standard form and is reported once, with the forms that fit', () => {
  const choices = createChoices(newFile());
  const untuned = choices.whileTracing('float32', () => {
    for (const kind of ['forward', 'inputGradient', 'forward'] as const)
      assert.equal(choices.formOf(kind, large).name, 'kernel');
    assert.equal(choices.formOf('forward', { ...large, output: [...large.output] }).name, 'kernel');
  });
  assert.deepEqual(
    untuned.map(({ kind, convolution: found, candidates }) => [kind, found, candidates.map(({ name }) => name)]),
    [
      ['forward', large, ['kernel', 'blocks', 'frequencies']],
      ['inputGradient', large, ['kernel', 'sub-pixel', 'phases', 'frequencies']],
    ],
  );
  assert.equal(new Set(untuned.map(({ key }) => key)).size, 2);
});

test('a remembered form is used from then on, also by another run, and not reported again', () => {
  const file = newFile();
  const choices = createChoices(file);
  const { untuned } = traced(choices, 'inputGradient', large);
  choices.remember(new Map([[untuned[0]!.key, 'phases']]));
  for (const each of [choices, createChoices(file)])
    assert.deepEqual(traced(each, 'inputGradient', large), { name: 'phases', untuned: [] });
  assert.deepEqual(readdirSync(dirname(file)), ['choices.json'], 'no partial file remains');
});

test('a choice applies to its kind, sizes, stride, padding and precision only', () => {
  const choices = createChoices(newFile());
  choices.remember(new Map([[traced(choices, 'inputGradient', large).untuned[0]!.key, 'phases']]));
  const others: Convolution[] = [
    { ...large, input: [9, 32, 32, 16], output: [9, 16, 16, 32] },
    { ...large, input: [8, 31, 32, 16] },
    { ...large, filter: [5, 6, 16, 32] },
    { ...large, stride: [4, 4] },
    { ...large, pad: [[2, 1], [1, 2]] }, // biome-ignore format: sides
  ];
  for (const other of others) {
    const { name, untuned } = traced(choices, 'inputGradient', other);
    assert.deepEqual([name, untuned.length], ['kernel', 1], JSON.stringify(other));
  }
  assert.equal(traced(choices, 'forward', large).untuned.length, 1);
  assert.equal(traced(choices, 'inputGradient', large, 'mixed_bfloat16').untuned.length, 1);
});

test('two processes that tune different convolutions keep both results', () => {
  const file = newFile();
  const [one, other] = [createChoices(file), createChoices(file)];
  one.remember(new Map([[traced(one, 'forward', large).untuned[0]!.key, 'blocks']]));
  other.remember(new Map([[traced(other, 'inputGradient', large).untuned[0]!.key, 'sub-pixel']]));
  const next = createChoices(file);
  assert.equal(traced(next, 'forward', large).name, 'blocks');
  assert.equal(traced(next, 'inputGradient', large).name, 'sub-pixel');
});

test('a damaged file is tuned again and rewritten', () => {
  const damages = ['', '{', 'null', '[]', '7', '"text"', '{"other": 3}'];
  for (const damage of damages) {
    const file = newFile();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, damage);
    const choices = createChoices(file);
    const { name, untuned } = traced(choices, 'forward', large);
    assert.deepEqual([name, untuned.length], ['kernel', 1], damage);
    choices.remember(new Map([[untuned[0]!.key, 'blocks']]));
    assert.deepEqual(traced(createChoices(file), 'forward', large), { name: 'blocks', untuned: [] }, damage);
  }
});

test('an unknown or unfitting name means the standard form, without tuning again', () => {
  const file = newFile();
  const choices = createChoices(file);
  const { key } = traced(choices, 'forward', large).untuned[0]!;
  for (const name of ['of-yesterday', 'pixel-blocks']) {
    choices.remember(new Map([[key, name]]));
    assert.deepEqual(traced(createChoices(file), 'forward', large), { name: 'kernel', untuned: [] });
  }
});

test('small convolutions, and those with a single form, are never tuned', () => {
  const choices = createChoices(newFile());
  for (const kind of ['forward', 'inputGradient', 'filterGradient'] as const)
    assert.deepEqual(traced(choices, kind, small), { name: 'kernel', untuned: [] });
  assert.deepEqual(traced(choices, 'forward', larger), { name: 'kernel', untuned: [] });
  assert.equal(traced(choices, 'inputGradient', larger).untuned.length, 1);
});

test('outside a trace every convolution takes the standard form', () => {
  const choices = createChoices(newFile());
  choices.remember(new Map([[traced(choices, 'forward', large).untuned[0]!.key, 'blocks']]));
  assert.equal(choices.formOf('forward', large).name, 'kernel');
  const failing = () => {
    throw new Error('the traced function fails');
  };
  assert.throws(() => choices.whileTracing('float32', failing), /fails/);
  assert.equal(choices.formOf('forward', large).name, 'kernel');
});

test('without a file nothing is reported or written', () => {
  const choices = createChoices(undefined);
  const before = readdirSync(temporary);
  choices.remember(new Map([['key', 'blocks']]));
  assert.deepEqual(readdirSync(temporary), before);
  assert.deepEqual(traced(choices, 'forward', large), { name: 'kernel', untuned: [] });
});

test('a cache replaced by a file during a run only loses the choices', () => {
  const cache = mkdtempSync(join(tmpdir(), 'dcgan-choices-'));
  const choices = createChoices(join(cache, 'convolutions', 'choices.json'));
  rmSync(cache, { recursive: true });
  writeFileSync(cache, '');
  choices.remember(new Map([['key', 'blocks']]));
  rmSync(cache);
});

test('a file that cannot be written only loses the choices', () => {
  const file = newFile();
  mkdirSync(dirname(dirname(file)), { recursive: true });
  writeFileSync(dirname(file), 'a file where the folder should be');
  const choices = createChoices(file);
  choices.remember(new Map([[traced(choices, 'forward', large).untuned[0]!.key, 'blocks']]));
  assert.equal(traced(choices, 'forward', large).name, 'blocks');
  assert.ok(!existsSync(file));
});

test('the file depends on the library and the number of threads', () => {
  const names = [choicesFile('2.21.0', 2), choicesFile('2.21.0', 4), choicesFile('2.22.0', 2)];
  assert.equal(new Set(names).size, 3);
  assert.equal(choicesFile('2.21.0', 2), names[0]);
});
