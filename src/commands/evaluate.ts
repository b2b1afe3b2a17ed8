// dcgan evaluate: a checkpoint's generator and real images -> metrics, a line in metrics.jsonl, a picture of nearest neighbours.
import { join, relative } from 'node:path';
import type { Config } from '../config/config.ts';
import { featureMetrics, featureUsers, type MetricName, metricNames } from '../config/schema/metric-names.ts';
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
import { appendEvaluation } from '../runs/metrics-log.ts';
import { renameOldLogs } from '../runs/old-log-names.ts';
import { openImageMaker } from '../sampling/image-maker.ts';
import { type OpenedGenerator, openGenerator } from '../sampling/open-generator.ts';
import { makeFolder } from '../system/write-file.ts';
import { findFolder } from '../training/start/prepare-run.ts';

export interface EvaluateOptions extends EngineChoice {
  checkpoint: string;
  /** Folder of real images; defaults to the training data. */
  data?: string;
  /** Names of metrics, or `nearest`; defaults to all that are possible without features, or with them if given. */
  metrics?: readonly string[];
  /** Feature network for the metrics that use one: `mnist` or the path of an ONNX file; defaults to the config's. */
  features?: string;
  /** Settings of metrics.features, e.g. `range=[-1,1]`. */
  featuresSet?: readonly string[];
  /** Number of generated images, and of real ones; fewer if the folder holds fewer. */
  count: number;
  /** Size at which images are compared; defaults to their own, rounded up to a multiple of 16. */
  size?: Size;
  seed: number;
  which?: CheckpointChoice;
  root: string;
}

export interface EvaluateResult extends Evaluation {
  /** The checkpoint's name. */
  checkpoint: string;
  nearest?: NeighbourResult;
  /** Damaged checkpoints that were skipped. */
  refused: OpenedGenerator['refused'];
  /** Notes about the folder of real images, in sentences. */
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
 * Evaluates a generator, appends a line to results/<hash>/metrics.jsonl and writes neighbours-<step>.png beside it. It does
 * not write to losses.jsonl, whose lines a resumed run truncates; evaluations may be made at any time and are kept.
 * @param signal aborts the work; the promise rejects with its reason
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
  const log = join(results, 'metrics.jsonl');
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
  await renameOldLogs(results);
  await appendEvaluation(log, { time: new Date().toISOString(), ...result });
  return {
    ...result,
    ...(dataset.notes.length > 0 && { notes: dataset.notes }),
    files: files.map((file) => relative(root, file)),
  };
}

/** The config with the features given on the command line, checked again. */
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
      expected: `The metrics are ${evaluationNames.join(', ')}.`,
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
