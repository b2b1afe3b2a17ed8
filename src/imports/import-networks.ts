// Imports the networks of a weights file: matches its tensors to variables, converts them, and reports what was imported.

import type { NamedTensors } from '../formats/safetensors.ts';
import type { Network } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { convertNetwork } from './convert.ts';
import { describing, openWeights } from './files/open-weights.ts';
import { type Candidate, candidatesOf } from './match/candidates.ts';
import { type FoundNetwork, findNetwork, fittingNetworks } from './match/find-network.ts';

interface ImportedLayer {
  index: number;
  /** Its path inside layer `index`, if that is a residual block: `0`, `shortcut`. */
  inside?: string;
  type: string;
  tensors: { key: string; from: readonly number[]; to: readonly number[] }[];
}

export interface ImportReport {
  network: Network['name'];
  file: string;
  format: string;
  /** Path of keys in the file; '' is the whole file. */
  path: string;
  /** Number of values in its variables, including batch-norm statistics. */
  parameters: number;
  layers: ImportedLayer[];
}

export interface ImportedNetwork {
  report: ImportReport;
  tensors: NamedTensors;
}

/**
 * Imports the generator of a file, and its discriminator if it has one that fits.
 * @throws DcganError `checkpoint.mismatch`, `checkpoint.ambiguous`, `config.not-importable`, and those of `openWeights`
 */
export function importNetworks(file: string, networks: Networks, from: string | undefined): Promise<ImportedNetwork[]> {
  return withCandidates(file, async (candidates, format) => {
    const { generator, discriminator } = networks;
    const found = findNetwork(generator, candidates, { file, path: from, other: discriminator });
    const imported = [await importFound(generator, found, { file, format })];
    const others = fittingNetworks(discriminator, candidates);
    if (others.length === 1) imported.push(await importFound(discriminator, others[0]!, { file, format }));
    return imported;
  });
}

/** Imports the discriminator of a file. @throws DcganError as `importNetworks` does */
export function importDiscriminator(file: string, { generator, discriminator }: Networks): Promise<ImportedNetwork> {
  return withCandidates(file, (candidates, format) =>
    importFound(discriminator, findNetwork(discriminator, candidates, { file, other: generator }), { file, format }),
  );
}

async function withCandidates<Value>(
  file: string,
  action: (candidates: Candidate[], format: string) => Promise<Value>,
): Promise<Value> {
  const weights = await openWeights(file);
  try {
    return await describing(file, () => action(candidatesOf(weights), weights.format));
  } finally {
    await weights.close();
  }
}

async function importFound(
  network: Network,
  { candidate: { path, convention }, match }: FoundNetwork,
  source: { file: string; format: string },
): Promise<ImportedNetwork> {
  convention.check(network);
  const tensors = await convertNetwork(network, match, convention);
  const parameters = Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0);
  const layers = match.layers.map(({ place, type, parameters: matched }) => ({
    ...splitPlace(place),
    type,
    tensors: matched.map(({ shape, tensor }) => ({ key: tensor.key, from: tensor.shape, to: shape })),
  }));
  return { report: { network: network.name, ...source, path, parameters, layers }, tensors };
}

/** `3/0` is layer 0 inside layer 3. */
function splitPlace(place: string): Pick<ImportedLayer, 'index' | 'inside'> {
  const [index, ...inside] = place.split('/');
  return { index: Number(index), ...(inside.length > 0 && { inside: inside.join('/') }) };
}
