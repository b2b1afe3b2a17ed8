import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyOverrides } from '../../../src/config/load/overrides.ts';

const base = () => ({
  seed: 0,
  training: { epochs: 5, batchSize: 4 },
  generator: { layers: [{ type: 'dense', units: 3 }, { type: 'tanh' }] },
});

test('sets one key by its dotted path and keeps the others', () => {
  assert.deepEqual(applyOverrides(base(), ['training.batchSize=64']), {
    ...base(),
    training: { epochs: 5, batchSize: 64 },
  });
  assert.deepEqual(applyOverrides(base(), ['seed=3', 'seed=4', ' name = mine ']), { ...base(), seed: 4, name: 'mine' });
});

test('sets list items by index, in either notation', () => {
  const expected = [{ type: 'dense', units: 6272 }, { type: 'tanh' }];
  for (const path of ['generator.layers[0].units', 'generator.layers.0.units']) {
    assert.deepEqual(applyOverrides(base(), [`${path}=6272`]), { ...base(), generator: { layers: expected } });
  }
});

test('creates missing sections', () => {
  assert.deepEqual(applyOverrides({}, ['training.labels.flip=0.1', 'training.labels.real=[0.8, 1]']), {
    training: { labels: { flip: 0.1, real: [0.8, 1] } },
  });
});

test('parses values as YAML: numbers, words, booleans, lists, mappings, quoted text', () => {
  const values: [text: string, value: unknown][] = [
    ['1e-4', 1e-4],
    ['-0.5', -0.5],
    ['true', true],
    ['words with blanks', 'words with blanks'],
    ['"5"', '5'],
    ['[0.8, 1]', [0.8, 1]],
    ['{ epochs: 2 }', { epochs: 2 }],
    ['a=b', 'a=b'],
    ['', null],
    ['null', null],
    ['128>64', '128>64'],
  ];
  for (const [text, value] of values) assert.deepEqual(applyOverrides({}, [`key=${text}`]), { key: value }, text);
});

test('setting a duration replaces its other units', () => {
  assert.deepEqual(applyOverrides(base(), ['training.steps=7']), { ...base(), training: { batchSize: 4, steps: 7 } });
  assert.deepEqual(applyOverrides(base(), ['training.steps=7', 'training.images=9']), {
    ...base(),
    training: { batchSize: 4, images: 9 },
  });
  const cadence = { outputs: { samplesEvery: { epochs: 1 } } };
  assert.deepEqual(applyOverrides(cadence, ['outputs.samplesEvery.steps=2']), {
    outputs: { samplesEvery: { steps: 2 } },
  });
  assert.deepEqual(applyOverrides({ outputs: { samplesEvery: 'auto' } }, ['outputs.samplesEvery.steps=2']), {
    outputs: { samplesEvery: { steps: 2 } },
  });
});

test('does not modify the given config', () => {
  const given = base();
  applyOverrides(given, ['seed=9', 'generator.layers[1].type=sigmoid', 'training.steps=3']);
  assert.deepEqual(given, base());
});

test('rejects invalid paths and values with a usage error that repeats the argument', () => {
  const wrong: [override: string, reason: RegExp][] = [
    ['training.batchSize', /--set training\.batchSize: It has no "="/],
    ['=5', /It has no "="/],
    ['', /It has no "="/],
    ['training..steps=5', /'training\.\.steps' is not a path/],
    ['.seed=5', /is not a path/],
    ['seed.value=5', /'seed' holds 0, which has no keys/],
    ['seed=[1, 2', /--set seed=\[1, 2: Flow sequence/],
    ['seed=*gone', /Unresolved alias/],
  ];
  for (const [override, reason] of wrong) {
    assert.throws(() => applyOverrides(base(), [override]), {
      code: 'usage.invalid-set',
      exitCode: 2,
      message: reason,
    });
  }
});

test('an index is that of an item, or the next one', () => {
  const lists = { ...base(), seeds: [] };
  const { length } = base().generator.layers;
  for (const index of ['-1', 'foo', 'length', '1.5', '01', '4294967295', '99999999999', String(length + 1)]) {
    for (const path of [
      `generator.layers[${index}]`,
      `generator.layers.${index}`,
      `generator.layers[${index}].units`,
    ]) {
      if (index === '1.5') continue; // two keys
      assert.throws(() => applyOverrides(lists, [`${path}=0`]), {
        code: 'usage.invalid-set',
        message: new RegExp(`'${index}' is no index of a list with the indices 0 to ${length - 1}; ${length} appends`),
      });
    }
  }
  assert.throws(() => applyOverrides(lists, ['seeds[1]=0']), { message: /no index of an empty list; 0 appends/ });
  assert.throws(() => applyOverrides(lists, ['generator.layers[]=0']), { message: /is not a path/ });
  const appended = applyOverrides(lists, [`generator.layers[${length}]={ type: relu }`, 'metrics.names[0]=swd']);
  assert.deepEqual(appended, {
    ...lists,
    generator: { ...lists.generator, layers: [...lists.generator.layers, { type: 'relu' }] },
    metrics: { names: ['swd'] },
  });
});

test('rejects paths into prototypes', () => {
  for (const path of ['__proto__.polluted', 'constructor.prototype.polluted', 'training.__proto__.polluted']) {
    assert.throws(() => applyOverrides(base(), [`${path}=1`]), { code: 'usage.invalid-set', message: /is not a path/ });
  }
  applyOverrides(base(), ['training={ __proto__: { polluted: 1 } }']);
  for (const inherited of ['toString.polluted', 'training.valueOf.polluted']) {
    assert.throws(() => applyOverrides(base(), [`${inherited}=1`]), { code: 'usage.invalid-set' });
  }
  assert.equal(Reflect.get(Object.prototype, 'polluted'), undefined);
  assert.equal(Reflect.get(Object.prototype.toString, 'polluted'), undefined);
});
