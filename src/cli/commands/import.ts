// The import command: maps flags to options and prints the imported tensors as a table.
import { type ImportOptions, importWeights } from '../../commands/import.ts';
import { printable } from '../../errors.ts';
import type { ImportReport } from '../../imports/import-networks.ts';
import { formatCount, formatTable } from '../output/format.ts';
import type { Outcome } from '../output/outcome.ts';

export async function runImport(options: ImportOptions): Promise<Outcome> {
  const result = await importWeights(options);
  const { networks, checkpoint, name } = result;
  const generatorOnly = 'The file has no matching discriminator; only the generator was imported.';
  const paragraphs = [
    ...networks.map(describe),
    ...(networks.length === 1 ? [generatorOnly] : []),
    `${printable(checkpoint)}\nNext: dcgan sample --checkpoint ${printable(name)}`,
  ];
  return { result, text: paragraphs.join('\n\n') };
}

function describe({ network, file, format, path, parameters, layers }: ImportReport): string {
  const place = printable(path === '' ? file : `${path} in ${file}`);
  const rows = layers.flatMap(({ index, inside, type, tensors }) =>
    tensors.map(({ key, from, to }, i) => [
      i === 0 ? `  ${[index, inside].filter((part) => part !== undefined).join('/')}` : '',
      i === 0 ? type : '',
      printable(key),
      `[${from.join(', ')}]`,
      from.join() === to.join() ? '' : `-> [${to.join(', ')}]`,
    ]),
  );
  const title = `${network}: ${layers.length} layers, ${formatCount(parameters)} numbers from ${place}, ${format}`;
  return `${title}\n${formatTable(rows)}`;
}
