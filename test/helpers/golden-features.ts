// Reference results of other programs for small feature networks and resizing, from test/fixtures/features/make.py.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/features/${name}`, import.meta.url));

export const goldenFeatures = JSON.parse(readFileSync(fixture('golden.json'), 'utf8'));
