// The learning rates in force, as the log has them.
import type { Config } from '../config/config.ts';
import { valueAt } from './ramp.ts';
import type { Schedule } from './schedule.ts';

interface LearningRates {
  generatorLearningRate: number;
  discriminatorLearningRate: number;
}

/** Of a step (from 0), without Adam's bias correction. */
export function learningRatesOf(
  { generator, discriminator }: Config,
  { toSteps }: Pick<Schedule, 'toSteps'>,
): (step: number) => LearningRates {
  const generatorRate = valueAt(generator.optimizer.learningRate, toSteps);
  const discriminatorRate = valueAt(discriminator.optimizer.learningRate, toSteps);
  return (step) => ({ generatorLearningRate: generatorRate(step), discriminatorLearningRate: discriminatorRate(step) });
}
