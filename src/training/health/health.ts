// How a training goes, from numbers alone: what the two networks' verdicts, losses and images say, and for how long they have.
import type { LossConfig } from '../../config/config.ts';
import type { Means } from '../means.ts';

/** What can be wrong, the worst first. */
const findings = ['diverged', 'collapsed', 'discriminator winning', 'generator winning'] as const;

type Finding = (typeof findings)[number];
export const healthStates = ['healthy', ...findings] as const;
export type HealthState = (typeof healthStates)[number];

/** What a run remembers of its health; plain data that goes into its checkpoints. */
export interface Health {
  state: HealthState;
  /** Step of the last look. */
  lookedAt: number;
  /** For what the last look found: the step from which on every look has found it. */
  since: Partial<Record<HealthState, number>>;
}

/** What a look measures besides the means of the tick. */
export interface Vitals {
  /** How far generated images are from each other, as a share of how far real ones are. */
  diversity: number;
  /** Norms of the mean gradients of the last updates, all weights of a network together. */
  generatorGradient: number;
  discriminatorGradient: number;
}

export const startingHealth: Health = { state: 'healthy', lookedAt: 0, since: {} };

/** Steps between two looks, at least: 16 images and the norms then cost less than 1 % of the smallest config's time. */
const lookEverySteps = 25;

/**
 * How long something must be found without a break before it is said. Trainings that end well begin badly: of the
 * shipped configs on their own data, the discriminator won for 190 steps (anime), the generator for 130 (emoji-9637353).
 */
export const patienceSteps = 250;

/**
 * Both accuracies from here on: the discriminator has won. A frozen generator (quick, rate 1e-12) gives 0.997 and 1 from
 * step 20 on; in 2,000 healthy steps of quick the lower of both stays below 0.83, in 300 of mnist-test2 it touches 0.99 once.
 */
const wonAccuracy = 0.98;

/** Fake accuracy up to here: the generator has won. A frozen discriminator gives 0 or 1; healthy runs leave it by step 130. */
const lostAccuracy = 0.05;

/**
 * Diversity up to here: collapsed. Healthy runs of quick have 0.6 to 1.2 from step 100 on and 0.23 at least before;
 * mnist-test2 and mnist-test4 dip to 0.03 and 0.06 for 30 steps at most. A learning rate 50 times too high gives 0.00 (ring).
 */
const collapsedDiversity = 0.15;

/** Losses beyond this have diverged: healthy ones stay below 40. */
const divergedLoss = 1000;

/**
 * The discriminator's bce above this many times chance has diverged. Clamped at 100 (`on: probabilities`), it cannot reach `divergedLoss`:
 * afg at 500 times its rates has 44 to 72 times chance (four seeds). Healthy runs of the ring, quick and afg stay below 1.1.
 */
const divergedTimesChance = 10;

/** The discriminator's bce at a probability of 0.5 for every image, whatever the labels. */
const chanceLoss = 2 * Math.LN2;

export function isLookDue({ lookedAt }: Health, step: number): boolean {
  return step - lookedAt >= lookEverySteps;
}

/** What a look adds to what was known: the state is the worst that has been found for `patienceSteps` in a row. */
export function judge(before: Health, look: Means & Vitals, step: number, loss: LossConfig): Health {
  const found = findings.filter((finding) => signs[finding](look, loss));
  const since = Object.fromEntries(found.map((finding) => [finding, before.since[finding] ?? step]));
  const state = found.find((finding) => step - since[finding]! >= patienceSteps) ?? 'healthy';
  return { state, lookedAt: step, since };
}

/** Whether a score says real or generated: those of wgan have no zero, and of relativistic ones only differences count. */
function isDecision({ type }: LossConfig): boolean {
  return type !== 'wgan' && type !== 'relativistic';
}

/** From the parts of the loss, which leave out a penalty. */
function isFarWorseThanChance(look: Means, { type, discriminatorScale }: LossConfig): boolean {
  const { discriminatorLossReal: real = 0, discriminatorLossFake: fake = 0 } = look;
  return type === 'bce' && real + fake > divergedTimesChance * discriminatorScale * chanceLoss;
}

/** What one look shows. Verdicts of wgan are no decisions, and its critic is meant to win; those of hinge are, by their sign. */
const signs: Record<Finding, (look: Means & Vitals, loss: LossConfig) => boolean> = {
  diverged: (look, loss) =>
    Math.max(Math.abs(look.discriminatorLoss), Math.abs(look.generatorLoss)) > divergedLoss ||
    isFarWorseThanChance(look, loss),
  collapsed: ({ diversity }) => diversity <= collapsedDiversity,
  'discriminator winning': ({ realAccuracy, fakeAccuracy }, loss) =>
    isDecision(loss) && Math.min(realAccuracy, fakeAccuracy) >= wonAccuracy,
  'generator winning': ({ fakeAccuracy }, loss) => isDecision(loss) && fakeAccuracy <= lostAccuracy,
};

/** Whether there was a look and it found nothing: what is saved now is worth going back to. */
export function isWell({ lookedAt, since }: Health): boolean {
  return lookedAt > 0 && Object.keys(since).length === 0;
}

/** Whether nothing good can come of going on. A network that wins may still lose again. */
export function isLost({ state }: Health): boolean {
  return state === 'collapsed' || state === 'diverged';
}

/** The generator's loss over the discriminator's, where both are of one kind; those of hinge and wgan have any sign. */
export function lossRatio(
  { generatorLoss, discriminatorLoss }: Means,
  { type, generator }: LossConfig,
): { lossRatio?: number } {
  const comparable = type === 'lsgan' || (type === 'bce' && generator === 'nonSaturating');
  return comparable && discriminatorLoss > 0 ? { lossRatio: generatorLoss / discriminatorLoss } : {};
}
