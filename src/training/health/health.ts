// The health of a run, from its losses, scores and image diversity: what is wrong, and for how many steps it has been.
import type { LossConfig } from '../../config/config.ts';
import { lossTraits } from '../../config/schema/losses.ts';
import type { Means } from '../means.ts';

/** What can be wrong, worst first. */
const findings = ['diverged', 'collapsed', 'discriminator winning', 'generator winning'] as const;

type Finding = (typeof findings)[number];
export const healthStates = ['healthy', ...findings] as const;
export type HealthState = (typeof healthStates)[number];

/** A run's health, as its checkpoints hold it. */
export interface Health {
  state: HealthState;
  /** Step of the last probe. */
  lookedAt: number;
  /** For each finding of the last probe: the step since which every probe has found it. */
  since: Partial<Record<HealthState, number>>;
}

/** What a health probe measures. */
export interface HealthMeasurements {
  /** Spread of generated images relative to that of real ones; see relative-diversity.ts. */
  diversity: number;
  /** L2 norm of Adam's mean gradient, over all weights of the network. */
  generatorGradient: number;
  discriminatorGradient: number;
}

export const initialHealth: Health = { state: 'healthy', lookedAt: 0, since: {} };

/** Minimum number of steps between two probes; a probe then takes less than 1 % of the time even with the smallest config. */
const probeEverySteps = 25;

/**
 * How long a finding must persist before it is reported. Runs that end well often start badly: of the shipped configs on
 * their own data, the discriminator won for up to 190 steps (anime), the generator for up to 130 (emoji-9637353).
 */
export const patienceSteps = 250;

/**
 * The discriminator wins if both accuracies are at least this. A frozen generator (quick, learning rate 1e-12) gives 0.997 and 1
 * from step 20; in 2,000 healthy steps of quick the lower one stays below 0.83, in 300 of mnist-test2 it reaches 0.99 once.
 */
const wonAccuracy = 0.98;

/** The generator wins if the fake accuracy is at most this. A frozen discriminator gives 0 or 1; healthy runs exceed it by step 130. */
const lostAccuracy = 0.05;

/**
 * Collapsed if the diversity is at most this. Healthy runs of quick have 0.6 to 1.2 from step 100 and at least 0.23 before;
 * mnist-test2 and mnist-test4 dip to 0.03 and 0.06 for at most 30 steps. A learning rate 50 times too high gives 0.00 (ring).
 */
const collapsedDiversity = 0.15;

/** Losses above this have diverged: healthy ones stay below 40. */
const divergedLoss = 1000;

/**
 * The discriminator's bce above this many times chance has diverged. Clamped at 100 (`on: probabilities`), it cannot reach
 * `divergedLoss`: afg at 500 times its rates has 44 to 72 times chance (four seeds). Healthy runs of the ring, quick and afg stay
 * below 1.1.
 */
const divergedTimesChance = 10;

/** The discriminator's bce if it gives every image a probability of 0.5, whatever the labels. */
const chanceLoss = 2 * Math.LN2;

export function isProbeDue({ lookedAt }: Health, step: number): boolean {
  return step - lookedAt >= probeEverySteps;
}

/** Updates the health by one probe: the state is the worst finding of at least `patienceSteps`. */
export function assessHealth(
  before: Health,
  probe: Means & HealthMeasurements,
  step: number,
  loss: LossConfig,
): Health {
  const found = findings.filter((finding) => isPresent[finding](probe, loss));
  const since = Object.fromEntries(found.map((finding) => [finding, before.since[finding] ?? step]));
  const state = found.find((finding) => step - since[finding]! >= patienceSteps) ?? 'healthy';
  return { state, lookedAt: step, since };
}

/** By the parts of the loss, which exclude a penalty. */
function isFarWorseThanChance(means: Means, { type, discriminatorScale }: LossConfig): boolean {
  const { discriminatorLossReal: real = 0, discriminatorLossFake: fake = 0 } = means;
  return type === 'bce' && real + fake > divergedTimesChance * discriminatorScale * chanceLoss;
}

/** Accuracies have no meaning for losses whose single scores do not classify. */
const isPresent: Record<Finding, (probe: Means & HealthMeasurements, loss: LossConfig) => boolean> = {
  diverged: (probe, loss) =>
    Math.max(Math.abs(probe.discriminatorLoss), Math.abs(probe.generatorLoss)) > divergedLoss ||
    isFarWorseThanChance(probe, loss),
  collapsed: ({ diversity }) => diversity <= collapsedDiversity,
  'discriminator winning': ({ realAccuracy, fakeAccuracy }, loss) =>
    lossTraits[loss.type].classifies && Math.min(realAccuracy, fakeAccuracy) >= wonAccuracy,
  'generator winning': ({ fakeAccuracy }, loss) => lossTraits[loss.type].classifies && fakeAccuracy <= lostAccuracy,
};

/** Whether there was a probe and it found nothing: a checkpoint saved now is worth rolling back to. */
export function passedLastProbe({ lookedAt, since }: Health): boolean {
  return lookedAt > 0 && Object.keys(since).length === 0;
}

/** Whether further training is pointless. A winning network may still lose its advantage. */
export function hasFailed({ state }: Health): boolean {
  return state === 'collapsed' || state === 'diverged';
}
