// Loads a trained generator from a checkpoint: config, network and weights, not yet on an engine.
import { runNames } from '../config/identity/run-hash.ts';
import { buildNetworks } from '../models/networks.ts';
import { type CheckpointChoice, loadCheckpoint } from '../runs/checkpoint.ts';
import { resolveCheckpoint } from '../runs/find-checkpoint.ts';
import { packageDirectory } from '../system/package-directory.ts';
import { generatorPasses } from '../training/schedule.ts';
import { parseRunState } from '../training/start/run-state.ts';
import { storedRun } from '../training/start/stored-run.ts';
import { type TrainedGenerator, weightsOf } from './trained-generator.ts';

export interface OpenedGenerator {
  generator: TrainedGenerator;
  /** Its name in messages and file names. */
  label: string;
  runHash: string;
  dataFingerprint: string;
  step: number;
  /** The folder that was loaded. */
  path: string;
  /** Damaged checkpoints that were skipped. */
  refused: { path: string; reason: string }[];
}

/**
 * Opens a checkpoint by its name, a run hash or its first digits, or a path.
 * @throws DcganError `checkpoint.unknown`, `checkpoint.ambiguous`, `checkpoint.missing`, `checkpoint.damaged`, `checkpoint.mismatch`
 */
export async function openGenerator(
  name: string,
  { root, which = 'latest' }: { root: string; which?: CheckpointChoice },
): Promise<OpenedGenerator> {
  const { directory, label, run } = await resolveCheckpoint(name, { root, packageDirectory });
  const { tensors, state, step, path, refused } = await loadCheckpoint(directory, which);
  const { config, identity, identityHash } = storedRun(state, path);
  const { generator: network } = buildNetworks(config);
  const passes = parseRunState(state, path).generatorPasses ?? generatorPasses(config, step);
  const generator = { config, network, weights: weightsOf(network, tensors), passes };
  const runHash = run ?? runNames(identityHash)[0]!;
  return { generator, label, runHash, dataFingerprint: identity.dataFingerprint, step, path, refused };
}
