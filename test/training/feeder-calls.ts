// The calls and feeds of a run on ten numbered images.
import type { Config } from '../../src/config/config.ts';
import { checkFeeds } from '../../src/engines/check-program.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { type Call, createFeeder } from '../../src/training/feeds.ts';
import { trainingProgram } from '../../src/training/program.ts';
import { batchSizes, planSchedule } from '../../src/training/schedule.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { numberedPictures } from '../helpers/numbered-pictures.ts';
import { configOf } from '../helpers/tiny-network.ts';

/** The calls of the first `steps` steps of a run on ten images in batches of 4, 4 and 2. */
export function callsOf(
  training: Record<string, unknown>,
  steps: number,
  change: (content: Record<string, unknown>) => void = () => {},
  dataset = numberedPictures(10),
) {
  const content = minimalConfig();
  content.training = { steps: 100, batchSize: 4, ...training };
  change(content);
  const config: Config = configOf(content);
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, batchSizes(config, 10), 4);
  const feedStep = createFeeder(config, dataset, program, planSchedule(config, 10));
  const calls = Array.from({ length: steps }, (_, step) => feedStep(step));
  for (const { name, feeds } of calls.flat()) checkFeeds(name, program.functions[name]!.feeds, feeds);
  return { calls, feedStep, config };
}

/** The name of the function of each call of each step. */
export const names = (calls: Call[][]) => calls.map((step) => step.map(({ name }) => name));

/** The numbers of the images of a call. */
export const pictures = ({ feeds }: Call) => Array.from(feeds['images']!).filter((_, index) => index % 64 === 0);
