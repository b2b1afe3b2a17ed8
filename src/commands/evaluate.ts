// dcgan evaluate: a checkpoint's generator against real images -> metrics, a line in evaluations.jsonl, a picture of neighbours.
import { join, relative } from 'node:path';
import { openImages } from '../data/open.ts';
import type { EngineChoice } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { protocolSize, type Size } from '../metrics/protocol-size.ts';
import { type Measured, type MetricName, metricNames, metrics } from '../metrics/table.ts';
import { createWork } from '../metrics/work.ts';
import { appendJsonLine } from '../outputs/metrics-log.ts';
import { makeFolder } from '../outputs/write-file.ts';
import { checkSize, compareWith, countImages, generateImages } from './evaluation-images.ts';
import { compareNeighbours, type NeighbourResult } from './neighbours.ts';
import { type OpenedGenerator, openGenerator } from './open-generator.ts';
import { findFolder } from './prepare-run.ts';

export interface EvaluateOptions extends EngineChoice {
  checkpoint: string;
  /** Folder of real images; what the generator was trained on where it is left out. */
  data?: string;
  /** Names of metrics, or `nearest`; all where it is left out. */
  metrics?: readonly string[];
  /** Generated images, and as many real ones; fewer where the folder holds fewer. */
  count: number;
  /** Size to compare at; the images' own, up to a multiple of 16, where it is left out. */
  size?: Size;
  seed: number;
  which?: 'latest' | 'best' | number;
  root: string;
}

/** Everything that is needed to read the numbers, and to get them again. */
export interface Evaluation {
  runHash: string;
  checkpoint: string;
  step: number;
  data: { folder: string; images: number; fingerprint: string; split: 'training data' | 'other data' };
  /** Generated images, and as many real ones. */
  count: number;
  seed: number;
  size: Size;
  resizer: string;
  colours: 'gray' | 'RGB' | 'RGBA on white';
  metrics: Partial<Record<MetricName, Measured & { protocol: string }>>;
  nearest?: NeighbourResult;
  /** Damaged checkpoints that were passed over. */
  refused: OpenedGenerator['refused'];
}

type EvaluationName = MetricName | 'nearest';

const evaluationNames: readonly EvaluationName[] = [...metricNames, 'nearest'];

export type EvaluateEvent = {
  phase: 'list' | 'decode' | 'generate' | EvaluationName;
  done: number;
  total: number;
};

/**
 * Measures, appends a line to results/<hash>/evaluations.jsonl and writes neighbours-<step>.png beside it. Not into metrics.jsonl:
 * that is the run's own record, one line per tick in order, of which a resumed run drops what it does again; an evaluation may
 * come at any time, of any step, as often as one likes, and stays.
 * @throws DcganError as openGenerator and openImages do, `usage.unknown-metric`, `usage.evaluation-size`, `usage.too-few-images`,
 * `usage.too-many-images`, `data.too-few-images`
 */
export async function evaluate(
  options: EvaluateOptions,
  onEvent: (event: EvaluateEvent) => void,
): Promise<Evaluation & { files: string[] }> {
  const names = resolveNames(options.metrics);
  const {
    generator,
    label,
    runHash: hash,
    dataFingerprint,
    step,
    refused,
  } = await openGenerator(options.checkpoint, options);
  const { config } = generator;
  const { height, width, channels, background, fit } = config.data;
  const size = options.size ?? protocolSize(config.data);
  checkSize(size);
  const folder = options.data ?? config.data.folder;
  const directory = findFolder(folder, options.root);
  const dataset = await openImages({ directory, height, width, channels, background, fit }, onEvent);
  const count = countImages(options.count, dataset, size);
  const results = join(options.root, 'results', hash);
  await makeFolder(results);

  const fake = await generateImages(generator, { ...options, count }, (done, total) =>
    onEvent({ phase: 'generate', done, total }),
  );
  const comparison = compareWith(dataset, fake, { count, size, seed: options.seed });
  const measured: Evaluation['metrics'] = {};
  let nearest: NeighbourResult | undefined;
  const log = join(results, 'evaluations.jsonl');
  const files = [log];
  for (const name of names) {
    const work = createWork((done, total) => onEvent({ phase: name, done, total }));
    if (name === 'nearest') {
      const picture = join(results, `neighbours-${String(step).padStart(6, '0')}.png`);
      files.push(picture);
      nearest = await compareNeighbours(fake, dataset, { seed: options.seed, picture }, work);
    } else {
      const { protocol, measure } = metrics[name];
      measured[name] = { protocol, ...(await measure(comparison, work)) };
    }
  }
  dataset.close();

  const isTrainingData = dataset.fingerprint === dataFingerprint;
  const evaluation: Evaluation = {
    runHash: hash,
    checkpoint: label,
    step,
    data: {
      folder,
      images: dataset.count,
      fingerprint: dataset.fingerprint,
      split: isTrainingData ? 'training data' : 'other data',
    },
    count,
    seed: options.seed,
    size,
    resizer: describeResizer(config.data, size),
    colours: ({ 1: 'gray', 3: 'RGB', 4: 'RGBA on white' } as const)[channels],
    metrics: measured,
    ...(nearest && { nearest }),
    refused,
  };
  await appendJsonLine(log, { time: new Date().toISOString(), ...evaluation });
  return { ...evaluation, files: files.map((file) => relative(options.root, file)) };
}

function resolveNames(names: readonly string[] = evaluationNames): readonly EvaluationName[] {
  const unknown = names.find((name) => !evaluationNames.some((known) => known === name));
  if (unknown === undefined) return evaluationNames.filter((name) => names.includes(name));
  throw new DcganError('usage.unknown-metric', {
    happened: `There is no metric called ${JSON.stringify(unknown)}.`,
    expected: `There are ${evaluationNames.join(', ')}.`,
    fix: '--metrics swd,ms-ssim',
  });
}

function describeResizer(from: Size, to: Size): string {
  if (from.height === to.height && from.width === to.width) return 'none';
  return `bilinear, ${from.width} x ${from.height} to ${to.width} x ${to.height}`;
}
