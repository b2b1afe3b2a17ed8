// Follows the advice in error messages: the rejected config is then accepted.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { findConfig } from '../../src/config/load/find-config.ts';
import { resolveConfig } from '../../src/config/load/load.ts';
import { applyOverrides } from '../../src/config/load/overrides.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { packageDirectory } from '../../src/system/package-directory.ts';
import { tinyConfig } from '../helpers/temporary-run.ts';

interface Content {
  data: Record<string, unknown>;
  generator: { layers: object[] } & Record<string, unknown>;
  discriminator: { layers: object[] } & Record<string, unknown>;
  training: Record<string, unknown>;
}

const anime = () => parse(readFileSync(findConfig('anime', { root: '.', packageDirectory }), 'utf8')) as Content;
const tiny = () => tinyConfig() as unknown as Content;

type Change = readonly string[] | ((content: Content) => void);

/** A config, the fault in it, the printed advice, and the change that follows it; no value removes the key. */
const table: [from: () => Content, wrong: Change, printed: string, followed: Change][] = [
  [
    anime,
    ['training.loss=lsgan'],
    'ends in a sigmoid, but the loss is on logits; remove it, as lsgan takes',
    removeSigmoid,
  ],
  [
    anime,
    ['training.loss=bce'],
    'set training.loss: { type: bce, on: probabilities }',
    ['training.loss={ type: bce, on: probabilities }'],
  ],
  [anime, ['training.loss.on=logits'], 'set training.loss.on: probabilities', ['training.loss.on=probabilities']],
  [anime, ['training.loss.on=logits'], 'remove it or set', removeSigmoid],
  [
    anime,
    removeSigmoid,
    'training.loss.on: probabilities need a sigmoid as the last layer',
    (content) => content.discriminator.layers.push({ type: 'sigmoid' }),
  ],
  [
    tiny,
    ['training.loss={ type: lsgan, generator: minimax }'],
    'training.loss.generator: is an option of bce',
    without('training.loss.generator'),
  ],
  [
    tiny,
    ['training.loss=hinge', 'training.labels.flip=0.1'],
    'training.labels.flip: has no effect',
    without('training.labels.flip'),
  ],
  [
    tiny,
    ['training.order=simultaneous', 'training.freshLatents=true'],
    'use another order',
    ['training.order=discriminator-first'],
  ],
  [
    tiny,
    ['generator.layers[2]={ type: dropout, rate: 0.5 }', 'outputs.grid.batchNorm=batch'],
    'use moving',
    ['outputs.grid.batchNorm=moving'],
  ],
  [
    tiny,
    (content) => void delete content.training['steps'],
    'expected exactly one of epochs, steps, images; got none',
    ['training.epochs=1'],
  ],
  [tiny, ['data.range=[1, -1]'], 'expected the lower end first; got [1,-1]', ['data.range=[-1, 1]']],
  [
    tiny,
    ['generator.layers[4].outputPadding=1'],
    'needs numeric padding; padding is same',
    ['generator.layers[4].padding=1', 'generator.layers[4].outputPadding=0'],
  ],
  [
    tiny,
    ['generator.layers[4].outputPadding=2', 'generator.layers[4].padding=2'],
    'must be below the stride 2; got 2',
    ['generator.layers[4].outputPadding=1', 'generator.layers[4].kernel=5'],
  ],
  [
    tiny,
    ['discriminator.layers[0].upsample=nearest'],
    'applies to generators only',
    without('discriminator.layers.0.upsample'),
  ],
  [
    tiny,
    ['discriminator.layers[0].kernel=[3, 3]', 'discriminator.layers[0].filters=[3, 3, 3]'],
    'expected one number each or lists of one length',
    ['discriminator.layers[0].kernel=3'],
  ],
  [tiny, ['metrics.names=[fid]'], 'set metrics.features to mnist', ['metrics.features=mnist']],
  [
    tiny,
    ['metrics={ every: { steps: 1 }, best: fid }'],
    'expected one of the evaluated metrics: swd, ms-ssim; got fid',
    ['metrics.best=swd'],
  ],
  [tiny, ['metrics.best=swd'], 'metrics.every is not set', ['metrics.every={ epochs: 1 }']],
  [
    tiny,
    ['metrics.features={ network: mnist, size: 28 }'],
    'metrics.features.size: applies to ONNX files only',
    without('metrics.features.size'),
  ],
  [tiny, ['training.batchsize=4'], 'did you mean batchSize?', without('training.batchsize')],
  [tiny, ['generator.layers[2].type=rellu'], 'did you mean relu?', ['generator.layers[2].type=relu']],
  [tiny, ['data.channels=3'], 'or channels: 1 in data', ['data.channels=1']],
  [
    tiny,
    ['data.channels=3'],
    'Set filters: 3 in the last convolution of generator.layers',
    ['generator.layers[4].filters=3'],
  ],
  [tiny, ['generator.layers[4].stride=1'], 'or set size: [4, 4] in data', ['data.size=[4, 4]']],
  [
    tiny,
    (content) => void content.discriminator.layers.splice(1, 2),
    'End discriminator.layers with { type: flatten } and { type: dense, units: 1 }',
    (content) => void content.discriminator.layers.push({ type: 'flatten' }, { type: 'dense', units: 1 }),
  ],
];

function removeSigmoid({ discriminator }: Content): void {
  discriminator.layers.pop();
}

function without(key: string) {
  const path = key.split('.');
  return (content: Content) => {
    const owner = path.slice(0, -1).reduce<object>((value, part) => Reflect.get(value, part), content);
    assert.ok(Reflect.has(owner, path.at(-1)!), key);
    Reflect.deleteProperty(owner, path.at(-1)!);
  };
}

function changed(content: Content, change: Change): Content {
  if (typeof change !== 'function') return applyOverrides(content, change) as Content;
  change(content);
  return content;
}

const accept = (content: Content) =>
  buildNetworks(resolveConfig(structuredClone(content), { source: 'test', name: 'test' }));

for (const [from, wrong, printed, followed] of table) {
  test(`${printed}: following this makes the config valid`, () => {
    accept(from());
    const refused = changed(from(), wrong);
    assert.throws(
      () => accept(refused),
      (error: Error) => error.message.includes(printed) || assert.fail(error.message),
    );
    accept(changed(refused, followed));
  });
}
