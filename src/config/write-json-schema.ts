// Writes configs/schema.json, which editors use to complete and check a config: npm run schema.
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from './complaints.ts';

writeFileSync(
  new URL('../../configs/schema.json', import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
