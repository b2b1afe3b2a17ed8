// The options of `npm run bench`.
import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.ts';
import type { Job } from './contestants.ts';

export interface Model {
  config: string;
  batch: number;
}

/** The models in the record. */
const models: readonly Model[] = [
  { config: 'mnist-test4', batch: 100 },
  { config: 'mnist-test4', batch: 256 },
  { config: 'emoji-15817e6', batch: 64 },
  { config: 'anime', batch: 128 },
  { config: 'afg', batch: 64 },
];

export interface BenchOptions {
  models: readonly Model[];
  rounds: number;
  /** Prefixes of contestants' names; empty for all. The reference always takes part. A subset is not recorded. */
  contestants: readonly string[];
  jobs: readonly Job[];
  /** One short round to check that everything works; not recorded. */
  quick: boolean;
}

const jobs: readonly Job[] = ['training', 'sampling'];

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      models: { type: 'string', default: '' },
      rounds: { type: 'string', default: '7' },
      contestants: { type: 'string', default: '' },
      job: { type: 'string', default: jobs.join() },
      quick: { type: 'boolean', default: false },
    },
  });
  return {
    models: list(values.models).length === 0 ? models : list(values.models).flatMap(modelsNamed),
    rounds: values.quick ? 1 : wholeNumber(values.rounds),
    contestants: list(values.contestants),
    jobs: list(values.job).map(jobNamed),
    quick: values.quick,
  };
}

function list(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}

/** `mnist-test4` or `mnist-test4@256`. */
function modelsNamed(name: string): Model[] {
  const found = models.filter(({ config, batch }) => name === config || name === `${config}@${batch}`);
  if (found.length > 0) return found;
  throw new BenchError({
    happened: `There is no model '${name}'.`,
    expected: `Expected some of: ${models.map(({ config, batch }) => `${config}@${batch}`).join(', ')}.`,
  });
}

function jobNamed(name: string): Job {
  const job = jobs.find((known) => known === name);
  if (job) return job;
  throw new BenchError({ happened: `There is no job '${name}'.`, expected: `Expected ${jobs.join(' or ')}.` });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new BenchError({ happened: `--rounds is '${text}'.`, expected: 'Expected a whole number above 0.' });
}
