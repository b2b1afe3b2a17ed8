// A checkpoint that training can resume or fork from: its progress, and the values of all variables.
import type { Decisions, HostValues, Program, Shape } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import type { NamedTensors } from '../../formats/safetensors.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { initialAverages } from '../../models/average.ts';
import type { Networks } from '../../models/networks.ts';
import { hasCheckpoint, type LoadedCheckpoint, loadCheckpoint } from '../../runs/checkpoint.ts';
import type { TrainingProgress } from '../loop.ts';
import { meansNames } from '../means.ts';
import { augmentState } from '../regularisation/adaptive-augment.ts';
import { parseRunState } from './run-state.ts';

export interface TrainingCheckpoint {
  path: string;
  tensors: NamedTensors;
  progress: TrainingProgress;
  /** The engine's choices of kernels, so that a resumed run computes the same bits. */
  decisions: Decisions;
  /** Damaged checkpoints that were skipped for it. */
  refused: { path: string; reason: string }[];
}

/** The latest checkpoint of a run, if there is one. @throws DcganError `checkpoint.damaged` */
export async function loadLatest(folder: string): Promise<TrainingCheckpoint | undefined> {
  return (await hasCheckpoint(folder)) ? asTrainingCheckpoint(await loadCheckpoint(folder, 'latest')) : undefined;
}

/** @throws DcganError `checkpoint.damaged`, `checkpoint.generator-only` */
export function asTrainingCheckpoint({ path, step, tensors, state, refused }: LoadedCheckpoint): TrainingCheckpoint {
  const { progress, decisions } = parseRunState(state, path);
  if (!progress) throw onlyAGenerator(path);
  if (progress.step !== step) {
    const happened = `${path} is damaged: its position is at step ${progress.step}, not ${step}.`;
    throw new DcganError('checkpoint.damaged', { happened }, { data: { path } });
  }
  return { path, tensors, progress, decisions, refused };
}

/**
 * Values of all variables for a run that resumes. Means that are missing in an old checkpoint start at zero.
 * @throws DcganError `checkpoint.mismatch`
 */
export function checkpointValues({ tensors: saved, path }: TrainingCheckpoint, program: Program): HostValues {
  const tensors = { ...zerosFor(program, meansNames), ...saved };
  for (const [name, shape] of Object.entries(program.variables)) checkTensor(name, shape, tensors[name]?.shape, path);
  return Object.fromEntries(Object.keys(program.variables).map((name) => [name, tensors[name]!.values]));
}

/**
 * Values of all variables for a fork: networks and optimizers of its source, fresh means, and the generator's averages, which
 * start from its weights if the source has none. @throws DcganError `checkpoint.mismatch`
 */
export function forkedValues(saved: TrainingCheckpoint, program: Program, { generator }: Networks): HostValues {
  const averages = initialAverages(generator, saved.tensors);
  const tensors = {
    ...averages,
    ...zerosFor(program, [augmentState]),
    ...saved.tensors,
    ...zerosFor(program, meansNames),
  };
  return checkpointValues({ ...saved, tensors }, program);
}

/** Zeros for those of the named variables that the program has. */
function zerosFor({ variables }: Program, names: readonly string[]): NamedTensors {
  return Object.fromEntries(
    names.flatMap((name) => {
      const shape = variables[name];
      return shape ? [[name, { shape, values: new Float32Array(elementCount(shape)) }]] : [];
    }),
  );
}

function onlyAGenerator(path: string): DcganError {
  return new DcganError('checkpoint.generator-only', {
    happened: `${path} holds only a generator: it can generate images, but training cannot resume from it.`,
    expected:
      'Training resumes from checkpoints written by dcgan train, which hold both networks and their optimizers.',
    fix: 'If it blocks a run, move it elsewhere, or start over with --fresh, which sets it aside.',
  });
}

function checkTensor(name: string, shape: Shape, found: Shape | undefined, path: string): void {
  if (found && elementCount(found) === elementCount(shape)) return;
  throw new DcganError('checkpoint.mismatch', {
    happened: `${path} has ${found ? `[${found.join(', ')}]` : 'nothing'} for ${name}.`,
    expected: `This config needs [${shape.join(', ')}].`,
    fix: 'Use layers of these sizes, or train from scratch without this checkpoint.',
  });
}
