// dcgan evaluate: a checkpoint's generator against real images -> metrics, a line in evaluations.jsonl, a picture of neighbours.
import { join, relative } from 'node:path';
import type { Config } from '../config/config.ts';
import { featureMetrics, featureUsers, type MetricName, metricNames } from '../config/schema/metrics.ts';
import { resolveStoredConfig } from '../config/to-config-file.ts';
import { datasetSpec, openImages } from '../data/dataset/open.ts';
import { type EngineChoice, openEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { describeEvaluation, type Evaluation } from '../evaluation/evaluation.ts';
import { checkSize, generateImages, imagesToCompare } from '../evaluation/evaluation-images.ts';
import { createEvaluator } from '../evaluation/evaluator.ts';
import { openFeatures } from '../evaluation/features/open-features.ts';
import { protocolSize, type Size } from '../evaluation/metrics/protocol-size.ts';
import { createWork } from '../evaluation/metrics/work.ts';
import { compareNeighbours, type NeighbourResult } from '../evaluation/neighbours.ts';
import type { CheckpointChoice } from '../runs/checkpoint.ts';
import { appendEvaluation } from '../runs/evaluations-log.ts';
import { openImageMaker } from '../sampling/image-maker.ts';
import { type OpenedGenerator, openGenerator } from '../sampling/open-generator.ts';
import { makeFolder } from '../system/write-file.ts';
import { findFolder } from '../training/start/prepare-run.ts';

export interface EvaluateOptions extends EngineChoice {
  checkpoint: string;
  /** Folder of real images; what the generator was trained on where it is left out. */
  data?: string;
  /** Names of metrics, or `nearest`; where it is left out all that can be: some need features. */
  metrics?: readonly string[];
  /** What fid, kid and precision-recall compare images by: `mnist` or the path of an ONNX file; the config's where it is left out. */
  features?: string;
  /** Keys of metrics.features, as `range=[-1,1]`. */
  featuresSet?: readonly string[];
  /** Generated images, and as many real ones; fewer where the folder holds fewer. */
  count: number;
  /** Size to compare at; the images' own, up to a multiple of 16, where it is left out. */
  size?: Size;
  seed: number;
  which?: CheckpointChoice;
  root: string;
}

export interface EvaluateResult extends Evaluation {
  /** What the checkpoint was called. */
  checkpoint: string;
  nearest?: NeighbourResult;
  /** Damaged checkpoints that were passed over. */
  refused: OpenedGenerator['refused'];
  /** Sentences about the folder of real images, if there are any. */
  notes?: readonly string[];
  files: string[];
}

type EvaluationName = MetricName | 'nearest';

const evaluationNames: readonly EvaluationName[] = [...metricNames, 'nearest'];

export type EvaluateEvent = {
  phase: 'list' | 'decode' | 'generate' | 'features' | EvaluationName;
  done: number;
  total: number;
};

/**
 * Measures, appends a line to results/<hash>/evaluations.jsonl and writes neighbours-<step>.png beside it. Not into metrics.jsonl:
 * that is the run's own record, one line per tick in order, of which a resumed run drops what it does again; an evaluation may
 * come at any time, of any step, as often as one likes, and stays.
 * @param signal ends the work, which rejects with its reason
 * @throws DcganError as openGenerator, openImages and openFeatures do, `usage.unknown-metric`, `usage.no-features`,
 * `usage.evaluation-size`, `usage.too-few-images`, `usage.too-many-images`, `data.too-few-images`
 */
export async function evaluate(
  options: EvaluateOptions,
  report: (event: EvaluateEvent) => void,
  signal?: AbortSignal,
): Promise<EvaluateResult> {
  const onEvent = (event: EvaluateEvent) => {
    signal?.throwIfAborted();
    report(event);
  };
  const { root, seed } = options;
  const opened = await openGenerator(options.checkpoint, options);
  const { generator, label, runHash, dataFingerprint, step, refused } = opened;
  const { data, metrics } = withFeatures(generator.config, options);
  const names = resolveNames(options.metrics, metrics.features !== undefined);
  const size = options.size ?? protocolSize(data);
  checkSize(size);
  const folder = options.data ?? data.folder;
  const { engine } = await openEngine(options.engine, options.device);
  const usesFeatures = names.some((name) => isMetric(name) && featureUsers.includes(name));
  const network =
    metrics.features && usesFeatures ? await openFeatures(metrics.features, { engine, root, size: data }) : undefined;
  const directory = findFolder(folder, root);
  const dataset = await openImages(datasetSpec(data, directory), onEvent, signal);
  const count = imagesToCompare(options.count, dataset, size);
  const results = join(root, 'results', runHash);
  await makeFolder(results);

  const maker = await openImageMaker(engine, generator, count, { signal });
  const fake = await generateImages(maker, generator, { count, seed }, (done, total) =>
    onEvent({ phase: 'generate', done, total }),
  );
  maker.dispose();
  const protocol = { names: names.filter(isMetric), count, seed, size, ...(network && { network }) };
  const measured = await createEvaluator(dataset, protocol).measure(fake, (phase, done, total) =>
    onEvent({ phase, done, total }),
  );
  await network?.dispose();
  const log = join(results, 'evaluations.jsonl');
  const files = [log];
  let nearest: NeighbourResult | undefined;
  if (names.includes('nearest')) {
    const picture = join(results, `neighbours-${String(step).padStart(6, '0')}.png`);
    const work = createWork((done, total) => onEvent({ phase: 'nearest', done, total }));
    nearest = await compareNeighbours(fake, dataset, { seed, picture }, work);
    files.push(picture);
  }
  dataset.close();

  const run = { runHash, step, dataFingerprint, folder };
  const evaluation = { ...describeEvaluation('evaluate', run, dataset, protocol, measured), checkpoint: label };
  const result = { ...evaluation, ...(nearest && { nearest }), refused };
  await appendEvaluation(log, { time: new Date().toISOString(), ...result });
  return {
    ...result,
    ...(dataset.notes.length > 0 && { notes: dataset.notes }),
    files: files.map((file) => relative(root, file)),
  };
}

/** The config with the features that the command line names, and checked as if they stood in it. */
function withFeatures(config: Config, { features, featuresSet = [] }: EvaluateOptions): Config {
  const named = features === undefined ? [] : [`metrics.features=${JSON.stringify({ network: features })}`];
  const overrides = [...named, ...featuresSet.map((set) => `metrics.features.${set}`)];
  return overrides.length === 0 ? config : resolveStoredConfig(config, 'the command line', overrides);
}

function isMetric(name: EvaluationName): name is MetricName {
  return name !== 'nearest';
}

function resolveNames(names: readonly string[] | undefined, hasFeatures: boolean): readonly EvaluationName[] {
  const needFeatures: readonly string[] = hasFeatures ? [] : featureMetrics;
  if (names === undefined) return evaluationNames.filter((name) => !needFeatures.includes(name));
  const unknown = names.find((name) => !evaluationNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new DcganError('usage.unknown-metric', {
      happened: `There is no metric called ${JSON.stringify(unknown)}.`,
      expected: `There are ${evaluationNames.join(', ')}.`,
      fix: '--metrics swd,ms-ssim',
    });
  }
  const lacking = names.find((name) => needFeatures.includes(name));
  if (lacking !== undefined) {
    throw new DcganError('usage.no-features', {
      happened: `${lacking} needs a feature network, but none was given.`,
      fix: 'Add --features mnist for digits, or --features FILE.onnx, for example Inception.',
    });
  }
  return evaluationNames.filter((name) => names.includes(name));
}
