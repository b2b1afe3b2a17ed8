// The learning rates of a step, for the log.
import type { Config } from '../config/config.ts';
import { rampOf } from './ramp.ts';
import type { Schedule } from './schedule.ts';

interface LearningRates {
  generatorLearningRate: number;
  discriminatorLearningRate: number;
}

/** step (from 0) -> learning rates, without Adam's bias correction. */
export function learningRatesOf(
  { generator, discriminator }: Config,
  { toSteps }: Pick<Schedule, 'toSteps'>,
): (step: number) => LearningRates {
  const generatorRate = rampOf(generator.optimizer.learningRate, toSteps);
  const discriminatorRate = rampOf(discriminator.optimizer.learningRate, toSteps);
  return (step) => ({ generatorLearningRate: generatorRate(step), discriminatorLearningRate: discriminatorRate(step) });
}
