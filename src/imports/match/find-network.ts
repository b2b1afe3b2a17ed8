// Finds the part of a file whose layers fit a network, whatever its name.
import { DcganError } from '../../errors.ts';
import { type Network, parametersOf } from '../../models/network.ts';
import type { Candidate } from './candidates.ts';
import { type Match, matchNetwork } from './match-network.ts';

export interface FoundNetwork {
  candidate: Candidate;
  match: Match;
}

const maxProblems = 5;

/**
 * Finds the one candidate that fits a network, only at `path` if that is given. `other` is the network that the user may have
 * confused it with.
 * @throws DcganError `checkpoint.mismatch` (what does not fit, with the key and both shapes), `checkpoint.ambiguous`
 */
export function findNetwork(
  network: Network,
  candidates: readonly Candidate[],
  { file, path, other }: { file: string; path?: string | undefined; other: Network },
): FoundNetwork {
  const named = path === undefined ? candidates : candidates.filter((candidate) => candidate.path === path);
  if (named.length === 0) throw nothingNamed(candidates, file, path);
  const fitting = fittingNetworks(network, named);
  if (fitting.length > 1) throw ambiguous(network, fitting, file);
  if (fitting[0]) return fitting[0];
  const closest = closestOf(network, matchAll(network, named));
  if (fittingNetworks(other, [closest.candidate]).length > 0) throw swapped(network, other, file);
  throw misfit(network, closest, file);
}

/** The candidates that fit a network in every key and shape. */
export function fittingNetworks(network: Network, candidates: readonly Candidate[]): FoundNetwork[] {
  return matchAll(network, candidates).filter(({ match }) => match.problems.length === 0);
}

function matchAll(network: Network, candidates: readonly Candidate[]): FoundNetwork[] {
  return candidates.map((candidate) => ({ candidate, match: matchNetwork(network, candidate) }));
}

/** Matching tensors as a share of all that are given or expected (Jaccard index), to find the candidate that was meant. */
function closenessOf(network: Network, { match, candidate }: FoundNetwork): number {
  const fitting = match.layers.reduce((sum, { parameters }) => sum + parameters.length, 0);
  const given = candidate.layers.reduce((sum, { parts }) => sum + parts.size, 0);
  return fitting / (given + parametersOf(network).length - fitting);
}

function closestOf(network: Network, attempts: readonly FoundNetwork[]): FoundNetwork {
  const closeness = (attempt: FoundNetwork) => closenessOf(network, attempt);
  return attempts.reduce((best, next) => (closeness(next) > closeness(best) ? next : best));
}

function misfit(network: Network, closest: FoundNetwork, file: string): DcganError {
  const { problems } = closest.match;
  const more = problems.length > maxProblems ? [`  and ${problems.length - maxProblems} more`] : [];
  const shown = [...problems.slice(0, maxProblems).map((problem) => `  ${problem}`), ...more];
  return new DcganError(
    'checkpoint.mismatch',
    {
      happened: `${nameOf(closest.candidate.path, file)} does not fit the ${network.name} of the config:\n${shown.join('\n')}`,
      expected: 'Expected the same layers in the same order.',
      fix: 'Name the config that describes these weights, or change it: --set generator.layers[1].filters=64',
    },
    { data: { file, network: network.name, problems } },
  );
}

/** The error for a generator's file named as the discriminator's, or vice versa. */
function swapped(network: Network, other: Network, file: string): DcganError {
  const fix =
    other.name === 'discriminator'
      ? `Name the generator's file first, and this one as the discriminator's: dcgan import GENERATOR --discriminator ${file}`
      : `Name it first, and the discriminator's file after --discriminator: dcgan import ${file} --discriminator DISCRIMINATOR`;
  return new DcganError(
    'checkpoint.mismatch',
    {
      happened: `${file} does not fit the ${network.name} of the config; it fits the ${other.name}.`,
      fix,
    },
    { data: { file, network: network.name, fits: other.name } },
  );
}

function nothingNamed(candidates: readonly Candidate[], file: string, path: string | undefined): DcganError {
  const there = candidates.map((candidate) => candidate.path).filter(Boolean);
  const happened = path === undefined ? `${file} holds no named tensors.` : `${file} holds no weights at ${path}.`;
  const expected = there.length > 0 ? `There are: ${there.join(', ')}.` : 'Expected a state_dict.';
  return new DcganError('checkpoint.mismatch', { happened, expected }, { data: { file, path } });
}

function ambiguous(network: Network, fitting: readonly FoundNetwork[], file: string): DcganError {
  const paths = fitting.map(({ candidate }) => candidate.path);
  return new DcganError(
    'checkpoint.ambiguous',
    {
      happened: `${file} holds ${paths.length} networks that fit the ${network.name}: ${paths.join(', ')}.`,
      fix: `--from ${paths[0]}`,
    },
    { data: { file, paths } },
  );
}

function nameOf(path: string, file: string): string {
  return path === '' ? file : `${path} in ${file}`;
}
