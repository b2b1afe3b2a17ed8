// The evaluate command: flags to options, the result to a table.
import { type EvaluateOptions, type EvaluateResult, evaluate } from '../commands/evaluate.ts';
import type { MetricName } from '../config/metrics.ts';
import { metrics } from '../metrics/table.ts';
import { formatCount, formatTable } from './format.ts';
import { createProgress } from './progress.ts';

interface EvaluateFlags extends EvaluateOptions {
  step?: number;
  best?: boolean;
  json?: boolean;
}

const titles: Readonly<Record<string, string>> = {
  decode: 'Decoding',
  generate: 'Generating',
  features: 'Computing features',
  nearest: 'Looking for nearest images',
};

export async function runEvaluate({ json, step, best, ...options }: EvaluateFlags): Promise<number> {
  const progress = createProgress();
  const which = step ?? (best ? 'best' : 'latest');
  try {
    const result = await evaluate({ ...options, which }, ({ phase, done, total }) => {
      if (phase === 'list') progress.update('Listing', 0, 0, `${formatCount(done)} images`);
      else progress.update(titles[phase] ?? `Measuring ${phase}`, done, total, '');
    });
    progress.end();
    for (const { path, reason } of result.refused) progress.line(`Passed over ${path}: ${reason}`);
    console.log(json ? JSON.stringify(result) : describe(result));
    return 0;
  } finally {
    progress.end();
  }
}

function describe(result: EvaluateResult): string {
  const { checkpoint, step, count, seed, size, resizer, colours, data, features } = result;
  const head = [
    `${checkpoint}, step ${step}: ${formatCount(count)} generated images against as many of the ${formatCount(data.images)} in ${data.folder}`,
    `(${data.split}); seed ${seed}; at ${size.width} x ${size.height} pixels, ${colours}, resized: ${resizer}.`,
  ];
  if (features) {
    const { network, sha256, size: values, input } = features;
    head.push(`Features: ${values} of ${network} (sha256 ${sha256.slice(0, 12)}); its input: ${input}.`);
  }
  return [...head, '', formatTable(rowsOf(result), [1, 2]), '', ...result.files].join('\n');
}

function rowsOf({ metrics: measured, nearest }: EvaluateResult): string[][] {
  const number = (value: number | undefined) => (value === undefined ? '' : value.toPrecision(4));
  const rows = Object.entries(measured).flatMap(([name, { values, ofData }]) =>
    Object.entries(values).map(([part, value], i) => [
      `${name} ${part}`,
      number(value),
      number(ofData?.[part]),
      i === 0 ? metrics[name as MetricName].meaning : '',
    ]),
  );
  if (nearest) {
    const { distance, distanceOfData } = nearest;
    rows.push(['nearest distance', number(distance), number(distanceOfData), 'far below the data: learned by heart']);
  }
  return [['metric', 'generated', 'data', ''], ...rows];
}
