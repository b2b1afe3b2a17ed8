// Lists the layers of a config file, nested ones included, with their paths.
import type { LayerEntry } from '../schema/layers.ts';
import type { ConfigFile } from '../schema/schema.ts';

export type NetworkName = 'generator' | 'discriminator';

export interface LayerEntryAtPath {
  entry: LayerEntry;
  /** As in error messages: `generator.layers[2].layers[0]`. */
  path: string;
}

export function layerEntries(config: ConfigFile, network: NetworkName): LayerEntryAtPath[] {
  return entriesWithin(config[network].layers, network);
}

function entriesWithin(layers: readonly LayerEntry[], owner: string): LayerEntryAtPath[] {
  return layers.flatMap((entry, index) => {
    const path = `${owner}.layers[${index}]`;
    return [{ entry, path }, ...(entry.type === 'residual' ? entriesWithin(entry.layers, path) : [])];
  });
}
