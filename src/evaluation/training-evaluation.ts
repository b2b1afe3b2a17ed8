// Measuring in the middle of training: the generator as it is then, exactly as `dcgan evaluate` would measure its checkpoint.
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { featureUsers } from '../config/schema/metrics.ts';
import type { CompiledProgram } from '../engines/engine.ts';
import { averageVariables } from '../models/average.ts';
import { parametersOf } from '../models/network.ts';
import { type EvaluationCurves, readEvaluationCurves } from '../pictures/charts/evaluation-curves.ts';
import { writeEvaluationPlot } from '../pictures/charts/evaluation-plot.ts';
import { appendEvaluation } from '../runs/evaluations-log.ts';
import { type ImageMaker, openImageMaker } from '../sampling/image-maker.ts';
import { type TrainedGenerator, weightsOf } from '../sampling/trained-generator.ts';
import type { EvaluateImages, EvaluationResult } from '../training/evaluation.ts';
import { generatorPasses } from '../training/schedule.ts';
import type { PreparedRun } from '../training/start/prepare-run.ts';
import { describeEvaluation, type Evaluation } from './evaluation.ts';
import { generateImages, imagesToCompare } from './evaluation-images.ts';
import { createEvaluator, type Protocol } from './evaluator.ts';
import { openFeatures } from './features/open-features.ts';
import { protocolSize } from './metrics/protocol-size.ts';
import { metrics } from './metrics/table.ts';

export interface TrainingEvaluation {
  evaluate: EvaluateImages;
  dispose(): Promise<void>;
}

/**
 * Opens what the config's metrics need, so that what is missing is said before the first step; undefined where it asks for none.
 * The generator is measured by a program of its own, in float32: no variable and no function of the training is touched.
 * @throws DcganError as openFeatures and imagesToCompare do
 */
export async function openTrainingEvaluation(
  { config, networks, dataset, hash, opened }: PreparedRun,
  {
    root,
    results,
    program,
    confirm,
  }: { root: string; results: string; program: CompiledProgram; confirm: () => Promise<void> },
): Promise<TrainingEvaluation | undefined> {
  const { every, names, count: wanted, seed, features } = config.metrics;
  if (every === undefined) return undefined;
  const { engine } = opened;
  const size = protocolSize(config.data);
  const count = imagesToCompare(wanted, dataset, size);
  const usesFeatures = features && names.some((name) => featureUsers.includes(name));
  const network = usesFeatures ? await openFeatures(features, { engine, root, size: config.data }) : undefined;
  const protocol: Protocol = { names, count, seed, size, ...(network && { network }) };
  const evaluator = createEvaluator(dataset, protocol);
  const log = join(results, 'evaluations.jsonl');
  let maker: ImageMaker | undefined;
  let curves: EvaluationCurves | undefined;

  return {
    async evaluate(step, report) {
      const onProgress = overall(['generate', ...(network ? ['features'] : []), ...names], report);
      const began = performance.now();
      const generator = await generatorNow(config, networks.generator, program, step);
      if (maker) await maker.write(generator.weights, generator.passes);
      maker ??= await openImageMaker(engine, generator, count);
      const fake = await generateImages(maker, generator, { count, seed }, (done, total) =>
        onProgress('generate', done, total),
      );
      const measured = await evaluator.measure(fake, onProgress);
      const run = { runHash: hash, step, dataFingerprint: dataset.fingerprint, folder: config.data.folder };
      const evaluation = describeEvaluation('train', run, dataset, protocol, measured);
      const seconds = (performance.now() - began) / 1000;
      await confirm();
      await appendEvaluation(log, { time: new Date().toISOString(), seconds, ...evaluation });
      const isNext = curves !== undefined && curves.lastStep() < step; // not so after a rollback
      if (isNext) curves!.add(evaluation);
      else curves = await readEvaluationCurves(log);
      await writeEvaluationPlot(join(results, 'evaluations.png'), curves!, config.name);
      return { seconds, values: valuesOf(evaluation), ...scoreOf(config, evaluation) };
    },
    async dispose() {
      maker?.dispose();
      await network?.dispose();
    },
  };
}

/** How far each phase is, as how far all of them are. */
function overall(phases: readonly string[], report: Parameters<EvaluateImages>[1]): Parameters<EvaluateImages>[1] {
  return (phase, done, total) => report(phase, phases.indexOf(phase) + done / total, phases.length);
}

/** The generator of this moment, averaged where the config averages. */
async function generatorNow(
  config: Config,
  network: TrainedGenerator['network'],
  program: CompiledProgram,
  step: number,
): Promise<TrainedGenerator> {
  const names = parametersOf(network).map(({ name }) => name);
  const averages = config.training.ema ? Object.keys(averageVariables(network)) : [];
  const read = await program.read([...names, ...averages]); // waits for the engine
  const values = Object.fromEntries(Object.entries(read).map(([name, array]) => [name, { values: array }]));
  return { config, network, weights: weightsOf(network, values), passes: generatorPasses(config, step) };
}

/** Every number with the data's, by a name that says both metric and part. */
function valuesOf({ metrics: measured }: Evaluation): EvaluationResult['values'] {
  return Object.entries(measured).flatMap(([metric, { values, ofData }]) =>
    Object.entries(values).map(([part, value]) => ({
      name: Object.keys(values).length === 1 ? metric : `${metric} ${part}`,
      value,
      ...(ofData && { ofData: ofData[part]! }),
    })),
  );
}

/** What says which checkpoint is the best, and by what exactly: scores by anything else do not compare. */
function scoreOf({ metrics: { best } }: Config, evaluation: Evaluation): Pick<EvaluationResult, 'score'> {
  if (best === undefined) return {};
  const { count, seed, size, features } = evaluation;
  const by = [best, count, seed, `${size.width}x${size.height}`, features?.sha256 ?? ''].join(' ').trimEnd();
  return { score: { value: metrics[best].score(evaluation.metrics[best]!), by } };
}
