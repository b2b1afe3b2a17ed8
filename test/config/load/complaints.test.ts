import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../../src/config/load/load.ts';
import { DcganError } from '../../../src/errors.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';

type Content = ReturnType<typeof minimalConfig>;

/** The complaints about a minimal config after a change, as `path: message`. */
function complaintsAbout(change: (content: Content) => unknown): string[] {
  const content = minimalConfig();
  change(content);
  try {
    resolveConfig(content, { source: 'test.yaml', name: 'test' });
  } catch (error) {
    assert.ok(error instanceof DcganError, String(error));
    assert.equal(error.code, 'config.invalid');
    assert.equal(error.exitCode, 2);
    const complaints = error.data['complaints'] as { path: string; message: string }[];
    const lines = complaints.map(({ path, message }) => `${path}: ${message}`);
    for (const { path, message } of complaints) assert.ok(error.message.includes(`  ${path || '(top)'}: ${message}`));
    return lines;
  }
  return [];
}

test('all complaints come at once, each with its path', () => {
  const complaints = complaintsAbout((content) => {
    content['sed'] = 3;
    content.data['size'] = -1;
    content.generator.layers[0]!['units'] = 'many';
    content.generator.layers[1] = { type: 'reshap', shape: [8, 8, 1] };
    content.discriminator.layers[1]!['units'] = 1.5;
    content.training['batchSize'] = 0;
    delete content.training['steps'];
    content['outputs'] = { samplesEvery: { steps: 1, epochs: 1 } };
  });
  assert.deepEqual(complaints.map((line) => line.slice(0, line.indexOf(':'))).sort(), [
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

test('an unknown key suggests the known one beside it', () => {
  const suggestions: [change: (content: Content) => unknown, complaint: string][] = [
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
  for (const [change, complaint] of suggestions) assert.deepEqual(complaintsAbout(change), [complaint]);
});

test("a layer's unknown key is compared with that layer's own keys", () => {
  const complaints = complaintsAbout(({ generator }) => generator.layers.push({ type: 'leakyRelu', slop: 0.1 }));
  assert.deepEqual(complaints, ['generator.layers[3].slop: unknown key (did you mean slope?)']);
  const elsewhere = complaintsAbout(({ generator }) => generator.layers.push({ type: 'tanh', slop: 0.1 }));
  assert.deepEqual(elsewhere, ['generator.layers[3].slop: unknown key']);
});

test('an unknown layer type lists the known ones', () => {
  const [complaint] = complaintsAbout(({ generator }) => generator.layers.push({ type: 'convTranpose', filters: 1 }));
  assert.equal(
    complaint,
    'generator.layers[3].type: unknown type "convTranpose" (did you mean convTranspose?); known: dense, conv, convTranspose, batchNorm, relu, leakyRelu, tanh, sigmoid, dropout, upsample, averagePool, minibatchStdDev, reshape, flatten, stack, residual',
  );
});

test('a wrong type or value says what was expected and what was there', () => {
  const wrong: [change: (content: Content) => unknown, complaint: RegExp][] = [
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
    const complaints = complaintsAbout(change);
    assert.equal(complaints.length, 1, complaints.join('\n'));
    assert.match(complaints[0]!, pattern);
  }
});

test('what is missing is called missing', () => {
  assert.deepEqual(
    complaintsAbout((content) => {
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

test('a value that is not a number is shown as what it is', () => {
  const complaints = complaintsAbout(({ generator }) =>
    Object.assign(generator, { optimizer: { learningRate: Number.NaN, beta2: Number.POSITIVE_INFINITY } }),
  );
  assert.equal(complaints.length, 2);
  assert.match(complaints[0]!, /^generator\.optimizer\.learningRate: .*NaN/);
  assert.match(complaints[1]!, /^generator\.optimizer\.beta2: .*Infinity/);
});

test('where a word or a mapping may stand, what is wrong in the mapping is said', () => {
  const within = (features: unknown) => complaintsAbout((content) => Object.assign(content, { metrics: { features } }));
  assert.deepEqual(within({ network: 'a.onnx', resizr: 'bicubic', resizer: 'lanczos' }), [
    'metrics.features.resizer: invalid option: expected one of "bilinear"|"bicubic"; got "lanczos"',
    'metrics.features.resizr: unknown key (did you mean resizer?)',
  ]);
  assert.deepEqual(within(3), ['metrics.features: expected a string, or a mapping; got 3']);
});

test('complaints about layers inside of others name the way to them', () => {
  const up = { type: 'convTranspose', filters: 1, kernel: 4, stride: 2, padding: 1, outputPadding: 2 };
  const complaints = complaintsAbout(({ generator, discriminator }) => {
    const dropout = { type: 'residual', layers: [{ type: 'dropout', rate: 0.5 }] };
    generator.layers.push({
      type: 'residual',
      layers: [{ type: 'relu' }, { type: 'residual', layers: [up, dropout] }],
    });
    const stack = { type: 'stack', filters: [2, 3], kernel: [3, 3, 3], upsample: 'nearest' };
    discriminator.layers.unshift({ type: 'residual', layers: [stack] });
  });
  assert.deepEqual(complaints, [
    'discriminator.layers[0].layers[0]: filters, kernel and stride list 2, 3, 1 stages; expected one number each or lists of one length',
    'generator.layers[3].layers[1].layers[0].outputPadding: must be below the stride 2; got 2',
    "discriminator.layers[0].layers[0].upsample: applies to generators only, since a discriminator's stack downsamples; got nearest",
  ]);
  const unknown = complaintsAbout(({ generator }) => {
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

test("dropout inside of others makes a grid in the batch's statistics noisy too", () => {
  const [complaint] = complaintsAbout((content) => {
    content.generator.layers.splice(2, 0, { type: 'residual', layers: [{ type: 'dropout', rate: 0.5 }] });
    content['outputs'] = { grid: { batchNorm: 'batch' } };
  });
  assert.match(complaint!, /^outputs\.grid\.batchNorm: /);
});

test('a generator cannot compare the images of its batch', () => {
  const [complaint] = complaintsAbout(({ generator }) =>
    generator.layers.splice(2, 0, { type: 'residual', layers: [{ type: 'minibatchStdDev' }] }),
  );
  assert.match(complaint!, /^generator\.layers\[2\]\.layers\[0\]\.type: minibatchStdDev is for discriminators/);
});

test('a spectral norm of nothing but zeros is refused', () => {
  const zeros = { initializer: { type: 'zeros' }, spectralNorm: true };
  const complaints = complaintsAbout(({ generator, discriminator }) => {
    Object.assign(generator.layers[0]!, zeros);
    discriminator.layers.unshift({ type: 'residual', layers: [{ type: 'relu' }], shortcut: zeros });
  });
  assert.deepEqual(
    complaints.map((line) => line.replace(/: .*/, '')),
    ['generator.layers[0].spectralNorm', 'discriminator.layers[0].shortcut.spectralNorm'],
  );
  const usual = complaintsAbout(({ generator }) =>
    Object.assign(generator.layers[0]!, { ...zeros, spectralNorm: false }),
  );
  assert.deepEqual(usual, []);
});

test('adaptive augmentation needs changes to make', () => {
  const complaints = complaintsAbout(({ training }) => Object.assign(training, { adaptiveAugment: {} }));
  assert.deepEqual(complaints, [
    'training.adaptiveAugment: has no effect: training.diffAugment lists no augmentations',
  ]);
  const withLoss = (loss: string) =>
    complaintsAbout(({ training }) => Object.assign(training, { loss, adaptiveAugment: {}, diffAugment: ['color'] }));
  for (const loss of ['bce', 'lsgan', 'hinge']) assert.deepEqual(withLoss(loss), []);
  for (const loss of ['wgan', 'relativistic']) {
    assert.match(withLoss(loss)[0]!, /^training\.adaptiveAugment: needs the sign of the discriminator's logits/);
  }
});
