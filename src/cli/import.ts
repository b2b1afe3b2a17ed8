// The import command: flags to options, what was mapped as a table.
import { type ImportOptions, importWeights } from '../commands/import.ts';
import type { ImportReport } from '../imports/import-networks.ts';
import { formatCount, formatTable } from './format.ts';

export async function runImport({ json, ...options }: ImportOptions & { json?: boolean }): Promise<number> {
  const result = await importWeights(options);
  if (json) console.log(JSON.stringify(result));
  else {
    for (const network of result.networks) console.log(`${describe(network)}\n`);
    if (result.networks.length === 1) console.log('No discriminator that fits is in this file: the generator alone.\n');
    console.log(`${result.checkpoint}\nNext: dcgan sample --checkpoint ${result.name}`);
  }
  return 0;
}

function describe({ network, file, format, path, parameters, layers }: ImportReport): string {
  const place = path === '' ? file : `${path} in ${file}`;
  const rows = layers.flatMap(({ index, type, tensors }) =>
    tensors.map(({ key, from, to }, i) => [
      i === 0 ? `  ${index}` : '',
      i === 0 ? type : '',
      key,
      `[${from.join(', ')}]`,
      from.join() === to.join() ? '' : `-> [${to.join(', ')}]`,
    ]),
  );
  const title = `${network}: ${layers.length} layers, ${formatCount(parameters)} numbers from ${place}, ${format}`;
  return `${title}\n${formatTable(rows)}`;
}
