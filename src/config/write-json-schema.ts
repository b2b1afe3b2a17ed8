// npm run schema: writes configs/schema.json, with which editors complete and check configs, and later-options.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { defaultsOf, optionsSince } from './defaults.ts';
import { laterOptions } from './identity/later-options.ts';
import { versionOne } from './identity/version-one.ts';
import { configJsonSchema } from './load/problems.ts';

writeFileSync(
  new URL('../../configs/schema.json', import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);

const options = optionsSince(versionOne, laterOptions, defaultsOf(configJsonSchema()));
const lines = Object.entries(options).map(
  ([path, value]) => `  ${JSON.stringify(path)}: ${JSON.stringify(value) ?? 'undefined'},\n`,
);
const table = new URL('./identity/later-options.ts', import.meta.url);
const [head] = readFileSync(table, 'utf8').split('= {');
writeFileSync(table, `${head}= {\n${lines.join('')}};\n`);
