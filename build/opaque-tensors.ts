// Replaces the tensor types in dist/'s declarations with opaque types. tfjs-core's declarations need packages that it does not
// install, so they do not compile in every project; dcgan's API exposes no tensors.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const sideEffects = /^import '@tensorflow\/[\w-]+';\n/gm;
const imports = /import (?:type )?\{([^}]*)\} from '@tensorflow\/[\w-]+';/g;

/** Rewrites TensorFlow.js imports in all declarations of `dist`. */
export function makeTensorsOpaque(dist: string): void {
  const target = join(dist, 'packages/tensors.js');
  const names = new Set<string>();
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue;
    const file = join(dist, path);
    const text = readFileSync(file, 'utf8');
    const changed = text.replaceAll(sideEffects, '').replaceAll(imports, (_, list: string) => {
      const imported = list.split(',').map((entry) => entry.trim().replace(/^type /, ''));
      for (const name of imported) names.add(name.split(' as ')[0]!);
      const target = relative(dirname(file), join(dist, 'packages/tensors.js'));
      return `import type { ${imported.join(', ')} } from '${target.startsWith('.') ? target : `./${target}`}';`;
    });
    if (changed !== text) writeFileSync(file, changed);
  }
  const declarations = [...names].sort().map((name) => `export type ${name} = object;`);
  writeFileSync(target.replace(/\.js$/, '.d.ts'), `${declarations.join('\n')}\n`);
}
