// The evaluate command: maps flags to options and prints the result as a table.
import { type EvaluateEvent, type EvaluateOptions, type EvaluateResult, evaluate } from '../../commands/evaluate.ts';
import { featureUsers, listInWords, type MetricName, metricNames } from '../../config/schema/metric-names.ts';
import { printable } from '../../errors.ts';
import { type Measured, metrics } from '../../evaluation/metrics/metric-registry.ts';
import { chooseCheckpoint } from '../choose-checkpoint.ts';
import { whichCheckpoint } from '../flags.ts';
import { formatCount, formatTable } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import { typedDataFolder, typedPath } from '../typed-path.ts';

interface EvaluateFlags extends Omit<EvaluateOptions, 'checkpoint'> {
  checkpoint?: string;
  step?: number;
  best?: boolean;
}

const titles: Readonly<Record<string, string>> = {
  decode: 'Decoding',
  generate: 'Generating',
  features: 'Computing features',
  nearest: 'Searching nearest images',
};

export async function runEvaluate({ step, best, ...flags }: EvaluateFlags, { progress, stop }: Cli): Promise<Outcome> {
  const { signal } = stop;
  const { checkpoint, chosen } = await chooseCheckpoint({ ...flags, step, best }, progress);
  const options = {
    ...flags,
    ...typedPaths(flags),
    checkpoint,
    which: whichCheckpoint({ step, best }),
  };
  const onEvent = ({ phase, done, total }: EvaluateEvent) => {
    if (phase === 'list') progress.update('Listing', 0, 0, `${formatCount(done)} images`);
    else progress.update(titles[phase] ?? `Computing ${phase}`, done, total);
  };
  const result = await evaluate(options, onEvent, signal);
  for (const note of result.notes ?? []) progress.line(printable(note));
  for (const { path, reason } of result.refused) progress.line(`Skipped ${printable(path)}: ${printable(reason)}`);
  return { result: { ...result, ...chosen }, text: describe(result) };
}

/** Paths relative to the current folder, rewritten relative to the root as in a config. */
function typedPaths({ data, features, root }: EvaluateFlags): Pick<EvaluateOptions, 'data' | 'features'> {
  return {
    ...(data !== undefined && { data: typedDataFolder(data, root) }),
    ...(features !== undefined && { features: features === 'mnist' ? features : typedPath(features, root) }),
  };
}

function describe(result: EvaluateResult): string {
  const { checkpoint, step, count, seed, size, resizer, colours, data, features } = result;
  const head = [
    ['generated', `${formatCount(count)} images of ${printable(checkpoint)}, step ${formatCount(step)}, seed ${seed}`],
    ['real', `as many of the ${formatCount(data.images)} images in ${printable(data.folder)} (${data.split})`],
    ['compared at', `${size.width} x ${size.height} pixels, ${colours}, resized: ${resizer}`],
  ];
  if (features) {
    const { network, sha256, size: values, input } = features;
    const overFeatures = featureUsers.filter((name) => name in result.metrics).join(', ');
    head.push([
      overFeatures,
      `over ${values} values of ${printable(network)} (sha256 ${sha256.slice(0, 12)}), fed ${input}`,
    ]);
  }
  const ofSameImages = metricNames.filter((name) => metrics[name].baseline === 'real');
  const foot = `Column real: the same number of other real images in place of generated ones; ${listInWords([...ofSameImages, 'nearest'])} use the real images themselves.`;
  return [
    formatTable(head),
    [formatTable(rowsOf(result), [1, 2]), foot].join('\n'),
    result.files.map(printable).join('\n'),
  ].join('\n\n');
}

function rowsOf({ metrics: measured, nearest }: EvaluateResult): string[][] {
  const rows = Object.entries(measured).flatMap(([name, metric]) =>
    partsOf(metric).map(([part, generated, real], i) => [
      part === undefined ? name : name === 'precision-recall' ? part : `${name} ${part}`,
      generated,
      real,
      i === 0 ? metrics[name as MetricName].meaning : '',
    ]),
  );
  if (nearest) {
    const { distance, distanceOfData } = nearest;
    rows.push([
      'nearest',
      formatValue(distance),
      formatValue(distanceOfData),
      'far below real: the generator memorised images',
    ]);
  }
  return [['metric', 'generated', 'real', ''], ...rows];
}

/** Name, generated and real value of each part; a single part has no name, and a deviation follows its mean. */
function partsOf({ values, ofData }: Measured): [string | undefined, string, string][] {
  const { deviation, ...parts } = values;
  const spread = (of: number | undefined) => (of === undefined ? '' : ` ± ${formatValue(of)}`);
  const isOne = Object.keys(parts).length === 1;
  return Object.entries(parts).map(([part, value]) => [
    isOne ? undefined : part,
    formatValue(value) + spread(deviation),
    ofData ? formatValue(ofData[part]!) + spread(ofData['deviation']) : '',
  ]);
}

/** Four significant digits without an exponent. */
function formatValue(value: number): string {
  return Math.abs(value) < 0.001 ? value.toFixed(5) : value.toPrecision(4);
}
