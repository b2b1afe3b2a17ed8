// The rules across keys of a config, each a function that returns the problems it finds.
import { type LayerEntryAtPath, layerEntries } from './load/layer-entries.ts';
import { maxLayers } from './schema/limits.ts';
import { type LossName, lossTraits } from './schema/losses.ts';
import { featureMetrics } from './schema/metric-names.ts';
import { namesOf } from './schema/metrics.ts';
import type { ConfigFile } from './schema/schema.ts';
import { layersPerStage, stageCount } from './stack.ts';

export interface ConfigProblem {
  path: string;
  message: string;
}

type Rule = (config: ConfigFile) => ConfigProblem[];

const exactlyOneLength: Rule = ({ training }) => {
  const given = (['epochs', 'steps', 'images'] as const).filter((key) => training[key] !== undefined);
  if (given.length === 1) return [];
  const message = `expected exactly one of epochs, steps, images; got ${given.join(' and ') || 'none'}`;
  return [{ path: 'training', message }];
};

const orderedRanges: Rule = ({ data, training }) => {
  const { real, fake } = training.labels;
  const ranges = {
    'data.range': data.range,
    ...ends('training.labels.real', real),
    ...ends('training.labels.fake', fake),
  };
  return Object.entries(ranges)
    .filter(([, range]) => Array.isArray(range) && range[0]! >= range[1]!)
    .map(([path, range]) => ({ path, message: `expected the lower end first; got [${String(range)}]` }));
};

/** A label's values by path: one, or the two ends of a ramp. */
function ends(path: string, label: ConfigFile['training']['labels']['real']): Record<string, unknown> {
  if (typeof label !== 'object' || Array.isArray(label)) return { [path]: label };
  return { [`${path}.from`]: label.from, [`${path}.to`]: label.to };
}

const sharedLatents: Rule = ({ training }) =>
  training.order === 'simultaneous' && training.freshLatents
    ? [{ path: 'training.freshLatents', message: 'simultaneous updates share their latents; use another order' }]
    : [];

const gridWithoutDropout: Rule = (config) =>
  config.outputs.grid.batchNorm === 'batch' &&
  layerEntries(config, 'generator').some(({ entry }) => entry.type === 'dropout')
    ? [
        {
          path: 'outputs.grid.batchNorm',
          message:
            'batch runs the generator in training mode, where its dropout would make the grids noisy; use moving',
        },
      ]
    : [];

function lossNameOf(loss: ConfigFile['training']['loss']): LossName {
  return typeof loss === 'string' ? loss : loss.type;
}

const lossOptions: Rule = ({ training }) => {
  const { loss } = training;
  if (typeof loss === 'string' || loss.type === 'bce') return [];
  const given = { on: loss.on === 'probabilities', generator: loss.generator === 'minimax' };
  return Object.entries(given)
    .filter(([, used]) => used)
    .map(([key]) => ({ path: `training.loss.${key}`, message: `is an option of bce; the loss is ${loss.type}` }));
};

const unusedLabels: Rule = ({ training: { loss, labels } }) => {
  const name = lossNameOf(loss);
  if (lossTraits[name].usesLabels) return [];
  const { real, fake, inverted, flip } = labels;
  const given = { real: real !== undefined, fake: fake !== undefined, inverted, flip: flip !== 0 };
  return Object.entries(given)
    .filter(([, used]) => used)
    .map(([key]) => ({
      path: `training.labels.${key}`,
      message: `has no effect: the loss is ${name}, which has no labels`,
    }));
};

const pairedBatches: Rule = ({ data, training: { loss, freshLatents, generatorSteps } }) => {
  const name = lossNameOf(loss);
  if (!lossTraits[name].pairs) return [];
  const pairs = `the ${name} loss pairs every generated image with a real one`;
  const needed = `${pairs} of the discriminator's batch; leave this out`;
  const given = [
    { path: 'data.lastBatch', used: data.lastBatch === 'full-noise', message: needed },
    { path: 'training.freshLatents', used: freshLatents, message: needed },
    { path: 'training.generatorSteps', used: generatorSteps > 1, message: needed },
  ];
  return given.filter(({ used }) => used).map(({ path, message }) => ({ path, message }));
};

const penaltyOption: Rule = ({ training: { gradientPenalty: penalty } }) =>
  penalty?.type === 'wgan-gp' && penalty.on !== 'real'
    ? [{ path: 'training.gradientPenalty.on', message: 'is an option of r1; wgan-gp penalises interpolations of both' }]
    : [];

const probabilities: Rule = ({ training: { loss }, discriminator }) => {
  const last = discriminator.layers.at(-1)!;
  const sigmoid = last.type === 'sigmoid' || (last.type === 'stack' && last.activation === 'sigmoid');
  const wanted = typeof loss === 'object' && loss.type === 'bce' && loss.on === 'probabilities';
  if (wanted === sigmoid) return [];
  const message = sigmoid
    ? `ends in a sigmoid, but the loss is on logits; ${sigmoidAdvice(loss)}`
    : 'probabilities need a sigmoid as the last layer of the discriminator';
  return [{ path: sigmoid ? 'discriminator.layers' : 'training.loss.on', message }];
};

/** How to fix a final sigmoid: only bce supports one. */
function sigmoidAdvice(loss: ConfigFile['training']['loss']): string {
  if (loss === 'bce') return 'remove it or set training.loss: { type: bce, on: probabilities }';
  if (typeof loss === 'object' && loss.type === 'bce') return 'remove it or set training.loss.on: probabilities';
  return `remove it, as ${lossNameOf(loss)} takes any number`;
}

const networks = ['generator', 'discriminator'] as const;

/** A rule for every layer of both networks. */
function layerRule(findProblems: (placed: LayerEntryAtPath) => ConfigProblem[]): Rule {
  return (config) => networks.flatMap((network) => layerEntries(config, network).flatMap(findProblems));
}

const stageLists = layerRule(({ entry, path }) => {
  if (entry.type !== 'stack' || stageCount(entry) !== undefined) return [];
  const lengths = [entry.filters, entry.kernel, entry.stride].map((list) => (Array.isArray(list) ? list.length : 1));
  const message = `filters, kernel and stride list ${lengths.join(', ')} stages; expected one number each or lists of one length`;
  return [{ path, message }];
});

const layerCount: Rule = (config) =>
  networks.flatMap((network) => {
    const counts: number[] = layerEntries(config, network).map(({ entry }) =>
      entry.type === 'stack' ? layersPerStage * (stageCount(entry) ?? 0) : 1,
    );
    const count = counts.reduce((sum, layers) => sum + layers, 0);
    if (count <= maxLayers) return [];
    const [found, most] = [count, maxLayers].map((number) => number.toLocaleString('en'));
    return [
      { path: `${network}.layers`, message: `up to ${found} layers with stacks written out; expected at most ${most}` },
    ];
  });

const outputPadding = layerRule(({ entry, path: owner }) => {
  if (entry.type !== 'convTranspose' || entry.outputPadding === 0) return [];
  const path = `${owner}.outputPadding`;
  const smallest = Math.min(...[entry.stride].flat());
  if (typeof entry.padding === 'string')
    return [{ path, message: `needs numeric padding; padding is ${entry.padding}` }];
  if (entry.outputPadding >= smallest)
    return [{ path, message: `must be below the stride ${smallest}; got ${entry.outputPadding}` }];
  return [];
});

const upsampledStacks: Rule = (config) =>
  layerEntries(config, 'discriminator').flatMap(({ entry, path }) => {
    if (entry.type !== 'stack' || entry.upsample === 'none') return [];
    const message = `applies to generators only, since a discriminator's stack downsamples; got ${entry.upsample}`;
    return [{ path: `${path}.upsample`, message }];
  });

const spectralNormOfZeros: Rule = (config) =>
  networks.flatMap((network) =>
    layerEntries(config, network).flatMap(({ entry, path }) => {
      const [weights, owner] = entry.type === 'residual' ? [entry.shortcut, `${path}.shortcut`] : [entry, path];
      if (!('spectralNorm' in weights) || !weights.spectralNorm) return [];
      const { type } = weights.initializer ?? config[network].initializer;
      if (type !== 'zeros') return [];
      const message = 'divides by the largest singular value, which is 0 if all weights are 0; use another initializer';
      return [{ path: `${owner}.spectralNorm`, message }];
    }),
  );

const adaptiveAugment: Rule = ({ training: { adaptiveAugment, diffAugment, loss } }) => {
  if (!adaptiveAugment) return [];
  const path = 'training.adaptiveAugment';
  const name = lossNameOf(loss);
  if (diffAugment.length === 0) {
    return [{ path, message: 'has no effect: training.diffAugment lists no augmentations' }];
  }
  if (lossTraits[name].classifies) return [];
  return [
    { path, message: `needs the sign of the discriminator's logits, which is meaningless with the loss ${name}` },
  ];
};

const minibatchStdDevInGenerator: Rule = (config) =>
  layerEntries(config, 'generator')
    .filter(({ entry }) => entry.type === 'minibatchStdDev')
    .map(({ path }) => ({
      path: `${path}.type`,
      message:
        'minibatchStdDev is for discriminators only; in a generator an image would depend on the rest of its batch',
    }));

const featuresForDistances: Rule = ({ metrics: { names, features } }) => {
  const lacking = features === undefined ? names?.find((name) => featureMetrics.includes(name)) : undefined;
  if (lacking === undefined) return [];
  const message = `${lacking} needs a feature network; set metrics.features to mnist or the path of an ONNX file`;
  return [{ path: 'metrics.names', message }];
};

const bestIsEvaluated: Rule = ({ metrics }) => {
  const { best, every } = metrics;
  if (best === undefined) return [];
  const message = every
    ? `expected one of the evaluated metrics: ${namesOf(metrics).join(', ')}; got ${best}`
    : 'has no effect: metrics.every is not set';
  return every && namesOf(metrics).includes(best) ? [] : [{ path: 'metrics.best', message }];
};

const bundledFeatures: Rule = ({ metrics: { features } }) => {
  if (typeof features !== 'object' || features.network !== 'mnist') return [];
  return Object.keys(features)
    .filter((key) => key !== 'network' && key !== 'resizer')
    .map((key) => ({
      path: `metrics.features.${key}`,
      message: 'applies to ONNX files only; the input of mnist is fixed',
    }));
};

const rules: Rule[] = [
  exactlyOneLength,
  orderedRanges,
  sharedLatents,
  gridWithoutDropout,
  lossOptions,
  unusedLabels,
  pairedBatches,
  penaltyOption,
  probabilities,
  stageLists,
  layerCount,
  outputPadding,
  upsampledStacks,
  spectralNormOfZeros,
  adaptiveAugment,
  minibatchStdDevInGenerator,
  featuresForDistances,
  bestIsEvaluated,
  bundledFeatures,
];

export function checkRules(config: ConfigFile): ConfigProblem[] {
  return rules.flatMap((rule) => rule(config));
}
