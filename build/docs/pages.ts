// The generated pages of docs/, by file name.
import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';

export const pages: Readonly<Record<string, () => string>> = { 'cli.md': cliPage, 'config.md': configPage };
