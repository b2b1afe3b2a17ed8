import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../src/config/load/load.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';

type Content = ReturnType<typeof minimalConfig>;

function resolve(change: (content: Content) => unknown) {
  const content = minimalConfig();
  change(content);
  return resolveConfig(content, { source: 'test', name: 'test' });
}

function refused(change: (content: Content) => unknown, problems: { path: string; message: string }[]): void {
  assert.throws(() => resolve(change), { code: 'config.invalid', data: { problems } });
}

test('a run has exactly one length', () => {
  refused(
    ({ training }) => delete training['steps'],
    [{ path: 'training', message: 'expected exactly one of epochs, steps, images; got none' }],
  );
  refused(
    ({ training }) => Object.assign(training, { epochs: 2 }),
    [{ path: 'training', message: 'expected exactly one of epochs, steps, images; got epochs and steps' }],
  );
  for (const length of [{ steps: 3 }, { epochs: 0.5 }, { images: 100 }]) {
    const { training } = resolve((content) => {
      content.training = { batchSize: 4, ...length };
    });
    assert.deepEqual(training.length, length);
  }
});

test('ranges give the lower end first', () => {
  refused(
    ({ data, training }) => {
      data['range'] = [1, -1];
      training['labels'] = { real: [0.9, 0.9], fake: [0.1, 0] };
    },
    [
      { path: 'data.range', message: 'expected the lower end first; got [1,-1]' },
      { path: 'training.labels.real', message: 'expected the lower end first; got [0.9,0.9]' },
      { path: 'training.labels.fake', message: 'expected the lower end first; got [0.1,0]' },
    ],
  );
  resolve(({ training }) => Object.assign(training, { labels: { real: [0.7, 1.2], fake: 0 } }));
});

test('output padding needs numeric padding and stays below the stride', () => {
  const add =
    (options: Record<string, unknown>) =>
    ({ generator }: Content) =>
      generator.layers.push({ type: 'convTranspose', filters: 1, kernel: 5, stride: 2, ...options });
  const path = 'generator.layers[3].outputPadding';
  refused(add({ outputPadding: 1 }), [{ path, message: 'needs numeric padding; padding is same' }]);
  refused(add({ outputPadding: 2, padding: 2 }), [{ path, message: 'must be below the stride 2; got 2' }]);
  refused(add({ outputPadding: 1, padding: 2, stride: [2, 1] }), [
    { path, message: 'must be below the stride 1; got 1' },
  ]);
  resolve(add({ outputPadding: 1, padding: 2 }));
});

test('an interval has exactly one unit and is above zero', () => {
  for (const every of [{}, { steps: 1, images: 2 }, { steps: 0 }, { epochs: -1 }, { hours: 1 }, 5]) {
    assert.throws(() => resolve((content) => Object.assign(content, { outputs: { samplesEvery: every } })), {
      code: 'config.invalid',
      message: /outputs\.samplesEvery/,
    });
  }
  for (const every of [{ steps: 1 }, { images: 1000 }, { epochs: 0.25 }]) {
    const { outputs } = resolve((content) => Object.assign(content, { outputs: { keepCheckpointsEvery: every } }));
    assert.deepEqual(outputs.keepCheckpointsEvery, every);
  }
});

test('rejects label options with losses without labels', () => {
  const labels = { real: 0.9, fake: [0, 0.1], inverted: true, flip: { from: 0.1, to: 0, over: { steps: 10 } } };
  const unused = (key: string, loss: string) => ({
    path: `training.labels.${key}`,
    message: `has no effect: the loss is ${loss}, which has no labels`,
  });
  refused(
    ({ training }) => Object.assign(training, { loss: 'hinge', labels }),
    Object.keys(labels).map((key) => unused(key, 'hinge')),
  );
  refused(
    ({ training }) => Object.assign(training, { loss: { type: 'wgan' }, labels: { flip: 0.05 } }),
    [unused('flip', 'wgan')],
  );
  for (const loss of ['bce', 'lsgan', { type: 'bce', generator: 'minimax' }]) {
    assert.ok(resolve(({ training }) => Object.assign(training, { loss, labels })));
  }
});

test('rejects options of bce with another loss', () => {
  refused(
    ({ training }) => Object.assign(training, { loss: { type: 'lsgan', generator: 'minimax' } }),
    [{ path: 'training.loss.generator', message: 'is an option of bce; the loss is lsgan' }],
  );
  for (const loss of ['hinge', { type: 'wgan' }, { type: 'bce', generator: 'minimax' }]) {
    assert.ok(resolve(({ training }) => Object.assign(training, { loss })));
  }
});

test('fid and kid need features, and best must be an evaluated metric', () => {
  const metrics = (value: object) => (content: Content) => Object.assign(content, { metrics: value });
  const problem = (path: string, message: string) => [{ path, message }];
  refused(
    metrics({ names: ['swd', 'kid'] }),
    problem('metrics.names', 'kid needs a feature network; set metrics.features to mnist or the path of an ONNX file'),
  );
  refused(
    metrics({ every: { steps: 5 }, best: 'fid' }),
    problem('metrics.best', 'expected one of the evaluated metrics: swd, ms-ssim; got fid'),
  );
  refused(metrics({ best: 'swd' }), problem('metrics.best', 'has no effect: metrics.every is not set'));
  refused(
    metrics({ features: { network: 'mnist', range: [0, 1] } }),
    problem('metrics.features.range', 'applies to ONNX files only; the input of mnist is fixed'),
  );
  const { metrics: resolved } = resolve(metrics({ every: { steps: 5 }, features: 'mnist', best: 'kid' }));
  assert.deepEqual(resolved.names, ['swd', 'ms-ssim', 'fid', 'kid']);
  assert.deepEqual(resolved.features, { network: 'mnist', resizer: 'bilinear' });
});
