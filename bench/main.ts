// npm run bench: compares this program with others, model by model -> bench/record.json and the tables of bench/README.md.
import { fileURLToPath } from 'node:url';
import type { Config } from '../src/config/config.ts';
import { findConfig } from '../src/config/load/find-config.ts';
import { loadConfig } from '../src/config/load/load.ts';
import { DcganError } from '../src/errors.ts';
import { packageDirectory } from '../src/system/package-directory.ts';
import { BenchError } from './bench-error.ts';
import { buildWorkers } from './build.ts';
import { runContest } from './contest.ts';
import { type Contestant, type Job, samplers, trainers } from './contestants.ts';
import { type BenchOptions, type Model, parseOptions } from './options.ts';
import { requirePython } from './python.ts';
import { addToRecord, titleOf } from './record.ts';
import { renderRecord, writeReport } from './report.ts';
import type { Programs } from './worker.ts';

const recordPath = fileURLToPath(new URL('record.json', import.meta.url));
const readmePath = fileURLToPath(new URL('README.md', import.meta.url));
const sampledModel = 'mnist-test4';

async function main(options: BenchOptions): Promise<void> {
  const programs = { python: requirePython(), built: buildWorkers() };
  for (const model of options.models) {
    const config = await configOf(model);
    if (options.jobs.includes('training')) await holdContest(config, 'training', options, programs);
  }
  const sampled = options.models.find(({ config }) => config === sampledModel);
  if (sampled && options.jobs.includes('sampling'))
    await holdContest(await configOf(sampled), 'sampling', options, programs);
}

/** Runs one contest, prints its tables, and records it if it was complete. */
async function holdContest(config: Config, job: Job, options: BenchOptions, programs: Programs): Promise<void> {
  const title = titleOf({ model: config.name, batch: config.training.batchSize, job });
  const contest = await runContest({
    config,
    job,
    contestants: chosen(job === 'training' ? trainers : samplers, config.name, options.contestants),
    rounds: options.rounds,
    programs,
    images: options.quick ? 500 : 10_000,
    turnMs: options.quick ? 0 : 1000,
    log: (line) => process.stderr.write(`${title}: ${line}\n`),
  });
  process.stdout.write(`${renderRecord({ [title]: contest })}\n`);
  const isComplete = !options.quick && options.contestants.length === 0;
  if (isComplete) writeReport(readmePath, addToRecord(recordPath, contest));
}

/** The shipped config with the contest's batch size, and full batches only, as the peers support no others. */
function configOf({ config, batch }: Model): Promise<Config> {
  const path = findConfig(config, { root: packageDirectory, packageDirectory });
  return loadConfig(path, [`training.batchSize=${batch}`, 'data.lastBatch=drop']);
}

function chosen(all: readonly Contestant[], model: string, wanted: readonly string[]): Contestant[] {
  return all.filter(({ name, only }, index) => {
    if (only !== undefined && only !== model) return false;
    return index === 0 || wanted.length === 0 || wanted.some((start) => name.startsWith(start));
  });
}

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof BenchError || error instanceof DcganError)) throw error;
  process.stderr.write(`✖ ${error.message}\n`);
  process.exitCode = 1;
}
