// Export format web: a folder with a page that runs the generator in the browser, from any static server, even offline.
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../system/write-file.ts';
import type { ExportFormat } from '../format.ts';
import { writeGenerator } from '../tfjs/format.ts';
import type { BuiltFile } from './bundle.ts';
import { pageHtml } from './html.ts';
import type { PageData } from './page-data.ts';
import { pageFiles } from './page-files.ts';

const sliders = 8;

export const exportWeb: ExportFormat = async (source, folder) => {
  const { config } = source.generator;
  const { height, width, channels, range } = config.data;
  const data: PageData = {
    name: source.name,
    latent: config.generator.latent,
    image: { height, width, channels },
    range,
    dimensions: (await source.visibleDimensions()).slice(0, sliders),
  };
  const files: BuiltFile[] = [
    { path: 'index.html', content: Buffer.from(pageHtml(source, data)) },
    ...(await pageFiles()),
  ];
  await makeFolder(join(folder, 'wasm'));
  for (const { path, content } of files) await writeFileAtomic(join(folder, path), content);
  return [...files.map(({ path }) => path), ...(await writeGenerator(source, folder, { float16: true }))];
};
