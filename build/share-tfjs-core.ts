// esbuild plugin that bundles tfjs's gradients without the package @tensorflow/tfjs. They are modules of tfjs-core that its index
// does not export and Node cannot import. What they import from tfjs-core resolves to the installed copy where its index exports
// it, so that there is one engine, one environment and one Tensor class.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as core from '@tensorflow/tfjs-core';
import type { Plugin } from 'esbuild';

const modules = dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-core'))); // .../tfjs-core/dist
const original = 'original:';
const publicNames = new Set(Object.keys(core));

export const shareTfjsCore: Plugin = {
  name: 'share-tfjs-core',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({
      path: join(modules, 'register_all_gradients.js'),
      sideEffects: true,
    }));
    onResolve({ filter: /^\./ }, ({ path, importer }) => {
      if (!importer.startsWith(modules)) return undefined;
      const file = fileOf(resolve(dirname(importer), path));
      return { path: relative(modules, file), namespace: 'tfjs-core', sideEffects: false };
    });
    onResolve({ filter: new RegExp(`^${original}`) }, ({ path }) => ({
      path: path.slice(original.length),
      sideEffects: false,
    }));
    onLoad({ filter: /.*/, namespace: 'tfjs-core' }, ({ path }) => ({
      contents: facade(join(modules, path)),
      resolveDir: modules,
    }));
  },
};

function fileOf(path: string): string {
  return [`${path}.js`, join(path, 'index.js'), path].find((file) => existsSync(file))!;
}

/** A module with the same exports: from tfjs-core's index where it has them, otherwise from the file itself. */
function facade(file: string): string {
  const fromIndex = (names: Iterable<string>) => `export { ${[...names].join(', ')} } from '@tensorflow/tfjs-core';`;
  const imported = (name: string) => `import { ${name} } from '@tensorflow/tfjs-core';`;
  if (file === join(modules, 'base.js')) return fromIndex(publicNames);
  if (file === join(modules, 'util.js')) {
    return `${imported('util')}\nexport const { ${Object.keys(core.util).join(', ')} } = util;`;
  }
  if (file === join(modules, 'engine.js')) return `${imported('engine')}\nexport const ENGINE = engine();`;
  const names = exportedNames(readFileSync(file, 'utf8'));
  const shared = names.filter((name) => publicNames.has(name));
  const own = names.filter((name) => !publicNames.has(name));
  return [
    ...(shared.length > 0 ? [fromIndex(shared)] : []),
    ...(own.length > 0 ? [`export { ${own.join(', ')} } from ${JSON.stringify(original + file)};`] : []),
  ].join('\n');
}

/** @throws Error for a form of export that these files do not use at present */
function exportedNames(text: string): string[] {
  if (/^export (\*|default)/m.test(text)) throw new Error('tfjs-core has a module whose exports cannot be listed.');
  const declared = text.matchAll(/^export (?:async )?(?:const|let|var|function\*?|class) (\w+)/gm);
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(','));
  const names = listed.map(
    (entry) =>
      entry
        .trim()
        .split(/\s+as\s+/)
        .at(-1)!,
  );
  return [...new Set([...Array.from(declared, ([, name]) => name!), ...names.filter(Boolean)])];
}
