// Every layer that a config file lists, those inside of others too, with its path.
import type { LayerEntry } from '../schema/layers.ts';
import type { ConfigFile } from '../schema/schema.ts';

export type NetworkName = 'generator' | 'discriminator';

export interface PlacedEntry {
  entry: LayerEntry;
  /** As complaints name it: `generator.layers[2].layers[0]`. */
  path: string;
}

export function entriesOf(config: ConfigFile, network: NetworkName): PlacedEntry[] {
  return entriesWithin(config[network].layers, network);
}

function entriesWithin(layers: readonly LayerEntry[], owner: string): PlacedEntry[] {
  return layers.flatMap((entry, index) => {
    const path = `${owner}.layers[${index}]`;
    return [{ entry, path }, ...(entry.type === 'residual' ? entriesWithin(entry.layers, path) : [])];
  });
}
