// Finds a config by path, or by name in the root's or the package's configs/, with or without its extension.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { DcganError } from '../../errors.ts';
import { suggest } from './problems.ts';

const endings = ['', '.json', '.yaml', '.yml'];

export function findConfig(name: string, places: { root: string; packageDirectory: string }): string {
  const folders = ['', join(places.root, 'configs'), join(places.packageDirectory, 'configs')];
  for (const folder of folders) {
    for (const ending of endings) {
      const path = folder ? join(folder, name + ending) : name + ending;
      if (existsSync(path) && statSync(path).isFile()) return path;
    }
  }
  const known = [...new Set(folders.slice(1).flatMap(configNames))].sort();
  throw new DcganError('config.unknown', {
    happened: `There is no config '${name}'${suggest(name.replace(/\.\w+$/, ''), known)}.`,
    expected: `Expected a path, or one of: ${known.join(', ') || '(no configs found)'}.`,
  });
}

function configNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => endings.slice(1).includes(extname(file)) && file !== 'schema.json')
    .map((file) => file.slice(0, -extname(file).length));
}
