import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../../src/config/load/load.ts';
import { DcganError } from '../../../src/errors.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';

type Content = ReturnType<typeof minimalConfig>;

/** The problems in a minimal config after a change, as `path: message`. */
function problemsIn(change: (content: Content) => unknown): string[] {
  const content = minimalConfig();
  change(content);
  try {
    resolveConfig(content, { source: 'test.yaml', name: 'test' });
  } catch (error) {
    assert.ok(error instanceof DcganError, String(error));
    assert.equal(error.code, 'config.invalid');
    assert.equal(error.exitCode, 2);
    const problems = error.data['problems'] as { path: string; message: string }[];
    const lines = problems.map(({ path, message }) => `${path}: ${message}`);
    for (const { path, message } of problems) assert.ok(error.message.includes(`  ${path || '(top)'}: ${message}`));
    return lines;
  }
  return [];
}

test('reports all problems at once, each with its path', () => {
  const problems = problemsIn((content) => {
    content['sed'] = 3;
    content.data['size'] = -1;
    content.generator.layers[0]!['units'] = 'many';
    content.generator.layers[1] = { type: 'reshap', shape: [8, 8, 1] };
    content.discriminator.layers[1]!['units'] = 1.5;
    content.training['batchSize'] = 0;
    delete content.training['steps'];
    content['outputs'] = { samplesEvery: { steps: 1, epochs: 1 } };
  });
  assert.deepEqual(problems.map((line) => line.slice(0, line.indexOf(':'))).sort(), [
    'data.size',
    'discriminator.layers[1].units',
    'generator.layers[0].units',
    'generator.layers[1].type',
    'outputs.samplesEvery',
    'sed',
    'training.batchSize',
  ]);
});

test('the message counts the problems and names the file', () => {
  const content = minimalConfig();
  content.training['batchSize'] = 0;
  assert.throws(
    () => resolveConfig(content, { source: 'a.yaml', name: 'a' }),
    /^DcganError: One problem in a\.yaml:\n/,
  );
  content.data['channels'] = 2;
  assert.throws(() => resolveConfig(content, { source: 'a.yaml', name: 'a' }), /2 problems in a\.yaml:/);
});

test('suggests the nearest known key for an unknown one', () => {
  const suggestions: [change: (content: Content) => unknown, problem: string][] = [
    [(content) => Object.assign(content, { Seed: 1 }), 'Seed: unknown key (did you mean seed?)'],
    [
      ({ training }) => Object.assign(training, { batchsize: 1 }),
      'training.batchsize: unknown key (did you mean batchSize?)',
    ],
    [
      ({ training }) => Object.assign(training, { labels: { flips: 0.1 } }),
      'training.labels.flips: unknown key (did you mean flip?)',
    ],
    [
      ({ generator }) => Object.assign(generator, { optimizer: { learningrat: 1 } }),
      'generator.optimizer.learningrat: unknown key (did you mean learningRate?)',
    ],
    [
      ({ generator }) => Object.assign(generator.layers[0]!, { unit: 1 }),
      'generator.layers[0].unit: unknown key (did you mean units?)',
    ],
    [({ data }) => Object.assign(data, { zzzzzz: 1 }), 'data.zzzzzz: unknown key'],
  ];
  for (const [change, problem] of suggestions) assert.deepEqual(problemsIn(change), [problem]);
});

test("suggests keys of the same layer for a layer's unknown key", () => {
  const problems = problemsIn(({ generator }) => generator.layers.push({ type: 'leakyRelu', slop: 0.1 }));
  assert.deepEqual(problems, ['generator.layers[3].slop: unknown key (did you mean slope?)']);
  const elsewhere = problemsIn(({ generator }) => generator.layers.push({ type: 'tanh', slop: 0.1 }));
  assert.deepEqual(elsewhere, ['generator.layers[3].slop: unknown key']);
});

test('lists the known layer types for an unknown one', () => {
  const [problem] = problemsIn(({ generator }) => generator.layers.push({ type: 'convTranpose', filters: 1 }));
  assert.equal(
    problem,
    'generator.layers[3].type: unknown type "convTranpose" (did you mean convTranspose?); known: dense, conv, convTranspose, batchNorm, relu, leakyRelu, tanh, sigmoid, dropout, upsample, averagePool, minibatchStdDev, reshape, flatten, stack, residual',
  );
});

test('reports the expected and the received value', () => {
  const wrong: [change: (content: Content) => unknown, problem: RegExp][] = [
    [(content) => Object.assign(content, { seed: '1' }), /^seed: .*expected number.*; got "1"$/],
    [(content) => Object.assign(content, { seed: -1 }), /^seed: .*>=0; got -1$/],
    [(content) => Object.assign(content, { seed: 2 ** 32 }), /^seed: .*<=4294967295; got 4294967296$/],
    [(content) => Object.assign(content, { training: 5 }), /^training: .*expected object.*; got 5$/],
    [({ data }) => Object.assign(data, { channels: 2 }), /^data\.channels: expected .*1.*3.*4.*; got 2$/],
    [({ data }) => Object.assign(data, { size: '28' }), /^data\.size: expected .*; got "28"$/],
    [({ data }) => Object.assign(data, { fit: 'crop' }), /^data\.fit: .*"cover"\|"contain"\|"fill"; got "crop"$/],
    [({ training }) => Object.assign(training, { batchSize: 4.5 }), /^training\.batchSize: .*int.*; got 4\.5$/],
    [({ training }) => Object.assign(training, { batchSize: 1e9 }), /^training\.batchSize: .*<=65536; got 1000000000$/],
    [({ training }) => Object.assign(training, { labels: { flip: 1.5 } }), /^training\.labels\.flip: .*<=1; got 1\.5$/],
    [({ training }) => Object.assign(training, { labels: { real: [1] } }), /^training\.labels\.real: .*; got \[1\]$/],
    [({ generator }) => Object.assign(generator, { layers: [] }), /^generator\.layers: .*>=1 items; got \[\]$/],
    [
      ({ generator }) => Object.assign(generator, { optimizer: { beta1: 1 } }),
      /^generator\.optimizer\.beta1: .*<1; got 1$/,
    ],
    [
      ({ generator }) => generator.layers.push({ type: 'conv', filters: 1, kernel: 3, padding: 'sane' }),
      /^generator\.layers\[3\]\.padding: expected same or valid, or .*; got "sane"$/,
    ],
    [
      ({ generator }) => generator.layers.push({ type: 'conv', filters: 1, kernel: [3] }),
      /^generator\.layers\[3\]\.kernel: expected .*; got \[3\]$/,
    ],
  ];
  for (const [change, pattern] of wrong) {
    const problems = problemsIn(change);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0]!, pattern);
  }
});

test('reports a missing key as missing', () => {
  assert.deepEqual(
    problemsIn((content) => {
      delete content.training['batchSize'];
      Reflect.deleteProperty(content, 'discriminator');
      content.generator.layers.push({ type: 'dropout' }, {});
    }).map((line) => line.replace(/;.*/, '')),
    [
      'generator.layers[3].rate: missing',
      'generator.layers[4].type: missing',
      'discriminator: missing',
      'training.batchSize: missing',
    ],
  );
});

test('shows NaN and Infinity as they are', () => {
  const problems = problemsIn(({ generator }) =>
    Object.assign(generator, { optimizer: { learningRate: Number.NaN, beta2: Number.POSITIVE_INFINITY } }),
  );
  assert.equal(problems.length, 2);
  assert.match(problems[0]!, /^generator\.optimizer\.learningRate: .*NaN/);
  assert.match(problems[1]!, /^generator\.optimizer\.beta2: .*Infinity/);
});

test('reports the problem inside a mapping where a word is allowed too', () => {
  const within = (features: unknown) => problemsIn((content) => Object.assign(content, { metrics: { features } }));
  assert.deepEqual(within({ network: 'a.onnx', resizr: 'bicubic', resizer: 'lanczos' }), [
    'metrics.features.resizer: invalid option: expected one of "bilinear"|"bicubic"; got "lanczos"',
    'metrics.features.resizr: unknown key (did you mean resizer?)',
  ]);
  assert.deepEqual(within(3), ['metrics.features: expected a string, or a mapping; got 3']);
});

test('reports nested layers with their full path', () => {
  const up = { type: 'convTranspose', filters: 1, kernel: 4, stride: 2, padding: 1, outputPadding: 2 };
  const problems = problemsIn(({ generator, discriminator }) => {
    const dropout = { type: 'residual', layers: [{ type: 'dropout', rate: 0.5 }] };
    generator.layers.push({
      type: 'residual',
      layers: [{ type: 'relu' }, { type: 'residual', layers: [up, dropout] }],
    });
    const stack = { type: 'stack', filters: [2, 3], kernel: [3, 3, 3], upsample: 'nearest' };
    discriminator.layers.unshift({ type: 'residual', layers: [stack] });
  });
  assert.deepEqual(problems, [
    'discriminator.layers[0].layers[0]: filters, kernel and stride list 2, 3, 1 stages; expected one number each or lists of one length',
    'generator.layers[3].layers[1].layers[0].outputPadding: must be below the stride 2; got 2',
    "discriminator.layers[0].layers[0].upsample: applies to generators only, since a discriminator's stack downsamples; got nearest",
  ]);
  const unknown = problemsIn(({ generator }) => {
    generator.layers.push({
      type: 'residual',
      layers: [{ type: 'conv', filters: 1, kernal: 3, kernel: 3 }, { type: 'rellu' }],
    });
    generator.layers.push({ type: 'residual', layers: [] });
  });
  assert.equal(unknown[0], 'generator.layers[3].layers[0].kernal: unknown key (did you mean kernel?)');
  assert.match(unknown[1]!, /^generator\.layers\[3\]\.layers\[1\]\.type: unknown type "rellu" \(did you mean relu\?\)/);
  assert.match(unknown[2]!, /^generator\.layers\[4\]\.layers: /);
});

test('rejects nested dropout with outputs.grid.batchNorm: batch', () => {
  const [problem] = problemsIn((content) => {
    content.generator.layers.splice(2, 0, { type: 'residual', layers: [{ type: 'dropout', rate: 0.5 }] });
    content['outputs'] = { grid: { batchNorm: 'batch' } };
  });
  assert.match(problem!, /^outputs\.grid\.batchNorm: /);
});

test('rejects minibatchStdDev in a generator', () => {
  const [problem] = problemsIn(({ generator }) =>
    generator.layers.splice(2, 0, { type: 'residual', layers: [{ type: 'minibatchStdDev' }] }),
  );
  assert.match(problem!, /^generator\.layers\[2\]\.layers\[0\]\.type: minibatchStdDev is for discriminators/);
});

test('rejects spectralNorm with zero initial weights', () => {
  const zeros = { initializer: { type: 'zeros' }, spectralNorm: true };
  const problems = problemsIn(({ generator, discriminator }) => {
    Object.assign(generator.layers[0]!, zeros);
    discriminator.layers.unshift({ type: 'residual', layers: [{ type: 'relu' }], shortcut: zeros });
  });
  assert.deepEqual(
    problems.map((line) => line.replace(/: .*/, '')),
    ['generator.layers[0].spectralNorm', 'discriminator.layers[0].shortcut.spectralNorm'],
  );
  const usual = problemsIn(({ generator }) => Object.assign(generator.layers[0]!, { ...zeros, spectralNorm: false }));
  assert.deepEqual(usual, []);
});

test('adaptiveAugment needs diffAugment', () => {
  const problems = problemsIn(({ training }) => Object.assign(training, { adaptiveAugment: {} }));
  assert.deepEqual(problems, ['training.adaptiveAugment: has no effect: training.diffAugment lists no augmentations']);
  const withLoss = (loss: string) =>
    problemsIn(({ training }) => Object.assign(training, { loss, adaptiveAugment: {}, diffAugment: ['color'] }));
  for (const loss of ['bce', 'lsgan', 'hinge']) assert.deepEqual(withLoss(loss), []);
  for (const loss of ['wgan', 'relativistic']) {
    assert.match(withLoss(loss)[0]!, /^training\.adaptiveAugment: needs the sign of the discriminator's logits/);
  }
});
