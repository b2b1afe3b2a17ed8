// npm run build: writes dist/, which the published package runs. Compiles TypeScript file by file, bundles packages that are not
// dependencies of package.json, and adds the fonts and the page of `dcgan export --format web`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from '../src/exports/web/bundle.ts';
import { packageDirectory } from '../src/system/package-directory.ts';
import { bundlePackages } from './bundle-packages.ts';
import { makeTensorsOpaque } from './opaque-tensors.ts';

const dist = join(packageDirectory, 'dist');

async function build(): Promise<void> {
  const compiler = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: packageDirectory, stdio: 'inherit' });
  rmSync(join(dist, 'exports/web/bundle.js')); // needed only in clones; the page is bundled below
  await bundlePackages(dist);
  makeTensorsOpaque(dist);

  const fonts = join(dist, 'pictures/charts/fonts');
  const fontPackage = dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/package.json')));
  mkdirSync(fonts);
  for (const name of ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf', 'LICENSE']) {
    copyFileSync(join(fontPackage, name), join(fonts, name.slice(name.indexOf('/') + 1)));
  }
  const page = join(dist, 'exports/web/page');
  mkdirSync(page);
  for (const { path, content } of await bundlePage()) writeFileSync(join(page, path), content);
}

rmSync(dist, { recursive: true, force: true });
try {
  await build();
} catch (error) {
  rmSync(dist, { recursive: true, force: true }); // bin/dcgan.cjs would run an incomplete dist/
  throw error;
}
