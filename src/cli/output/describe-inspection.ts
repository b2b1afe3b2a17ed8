// Prints what a dry run found: networks layer by layer, data, number of steps, engine and memory.
import type { Inspection, LayerSummary, NetworkSummary } from '../../commands/inspect.ts';
import { printable } from '../../errors.ts';
import { formatEngine } from './describe-engine.ts';
import { formatCount, formatTable } from './format.ts';

export function describeInspection({
  config,
  runHash,
  generator,
  discriminator,
  data,
  training,
  engine,
  memory,
  warnings,
}: Inspection): string {
  return [
    printable([config.name, config.description].filter(Boolean).join(': ')),
    networkTable('Generator', generator),
    networkTable('Discriminator', discriminator),
    `Data: ${formatCount(data.images)} images in ${printable(data.folder)}, read as [${data.height}, ${data.width}, ${data.channels}]${data.skipped > 0 ? `, ${data.skipped} skipped` : ''}.`,
    ...data.notes.map(printable),
    `Length: ${formatCount(training.steps)} steps, ${formatCount(training.epochs)} epochs of ${formatCount(training.stepsPerEpoch)} steps, batch size ${config.training.batchSize}.`,
    `${formatEngine(engine)}.`,
    ...engine.notChosen.map(({ name, reason }) => `  not ${name}: ${printable(reason)}`),
    ...warnings.map(({ message }) => `Design note: ${message}`),
    ...(memory
      ? [`Memory: about ${formatCount(memory.expectedMiB)} MiB, of ${formatCount(memory.freeMiB)} MiB free.`]
      : []),
    `Run ${runHash}. Nothing was written. --json prints the resolved config.`,
  ].join('\n\n');
}

function networkTable(title: string, { layers, parameters, trainable, input }: NetworkSummary): string {
  const rows = layers.flatMap((layer) => layerRows(layer, String(layer.index)));
  const table = formatTable(
    [['', 'layer', 'output', 'parameters'], ['', 'input', `[${input.join(', ')}]`, ''], ...rows],
    [0, 3],
  );
  return `${title}: ${formatCount(parameters)} parameters, ${formatCount(trainable)} trainable\n${table}`;
}

/** A layer and, indented below it, the layers inside it, which list their own parameters. */
function layerRows({ type, output, parameters, layers, shortcut = [] }: LayerSummary, place: string): string[][] {
  const depth = place.split('/').length - 1;
  const cells = [`[${output.join(', ')}]`, layers ? '' : formatCount(parameters)];
  return [
    depth === 0 ? [place, type, ...cells] : ['', `${'  '.repeat(depth)}${place} ${type}`, ...cells],
    ...(layers ?? []).flatMap((layer) => layerRows(layer, `${place}/${layer.index}`)),
    ...shortcut.flatMap((layer) => layerRows(layer, `${place}/shortcut`)),
  ];
}
