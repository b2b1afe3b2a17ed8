// Rules across keys, each a function that returns its complaints as path and message.
import type { ConfigFile } from './schema.ts';
import { stageCount } from './stack.ts';

export interface Complaint {
  path: string;
  message: string;
}

type Rule = (config: ConfigFile) => Complaint[];

const oneLength: Rule = ({ training }) => {
  const given = (['epochs', 'steps', 'images'] as const).filter((key) => training[key] !== undefined);
  if (given.length === 1) return [];
  const message = `expected exactly one of epochs, steps, images; got ${given.join(' and ') || 'none'}`;
  return [{ path: 'training', message }];
};

const risingRanges: Rule = ({ data, training }) => {
  const ranges = {
    'data.range': data.range,
    'training.labels.real': training.labels.real,
    'training.labels.fake': training.labels.fake,
  };
  return Object.entries(ranges)
    .filter(([, range]) => Array.isArray(range) && range[0]! >= range[1]!)
    .map(([path, range]) => ({ path, message: `expected the lower end first; got [${String(range)}]` }));
};

const stageLists: Rule = (config) =>
  (['generator', 'discriminator'] as const).flatMap((network) =>
    config[network].layers.flatMap((layer, index) => {
      if (layer.type !== 'stack' || stageCount(layer) !== undefined) return [];
      const lengths = [layer.filters, layer.kernel, layer.stride].map((list) =>
        Array.isArray(list) ? list.length : 1,
      );
      const message = `filters, kernel and stride list ${lengths.join(', ')} stages; expected one number each or lists of one length`;
      return [{ path: `${network}.layers[${index}]`, message }];
    }),
  );

const outputPadding: Rule = (config) =>
  (['generator', 'discriminator'] as const).flatMap((network) =>
    config[network].layers.flatMap((layer, index) => {
      if (layer.type !== 'convTranspose' || layer.outputPadding === 0) return [];
      const path = `${network}.layers[${index}].outputPadding`;
      const smallest = Math.min(...[layer.stride].flat());
      if (typeof layer.padding === 'string')
        return [{ path, message: `needs numeric padding; padding is ${layer.padding}` }];
      if (layer.outputPadding >= smallest)
        return [{ path, message: `must be below the stride ${smallest}; got ${layer.outputPadding}` }];
      return [];
    }),
  );

const rules: Rule[] = [oneLength, risingRanges, stageLists, outputPadding];

export function checkRules(config: ConfigFile): Complaint[] {
  return rules.flatMap((rule) => rule(config));
}
