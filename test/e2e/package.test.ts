// Packs the package as npm publishes it, installs it into an empty folder, and uses it there.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engineInstall } from '../../src/commands/engine-install.ts';
import { makeFakes, withoutPackages } from '../engines/tensorflow/install/install-fakes.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'dcgan-package-'));
after(() => rmSync(temporary, { recursive: true, force: true }));

const project = join(temporary, 'a project'); // with a space, to test quoting in commands and URLs
const installed = join(project, 'node_modules/dcgan');
const cache = join(temporary, 'cache');

const registry = spawnSync('npm', ['view', 'zod@4.6.7', 'version', '--fetch-retries=1'], { encoding: 'utf8' });
const options = { skip: registry.status === 0 ? false : `the npm registry cannot be reached: ${registry.stderr}` };

const real = await engineInstall({ variant: 'cpu', ifPossible: true });
const native = {
  skip: options.skip || (real.installed ? withoutPackages : `the native engine cannot be set up here: ${real.missing}`),
};

let tarball = '';

before(
  () => {
    if (options.skip) return;
    const packed = run('npm', ['run', 'package', '--', '--pack-destination', temporary], copyOfRepository());
    assert.equal(packed.status, 0, packed.stderr);
    tarball = join(temporary, readdirSync(temporary).find((name) => name.endsWith('.tgz'))!);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
    const added = run('npm', ['install', tarball, '--prefer-offline', '--no-audit', '--no-fund'], project);
    assert.equal(added.status, 0, added.stderr);
  },
  { timeout: 600_000 },
);

/** Files copied for the build, as other tests run from the repository at the same time. */
function copyOfRepository(): string {
  const copy = join(temporary, 'clone');
  const { files } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { files: string[] };
  const sources = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE', 'src', 'build'];
  for (const path of [...sources, ...files.filter((name) => name !== 'dist')]) {
    cpSync(join(repository, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'), 'junction');
  return copy;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
): SpawnSyncReturns<string> {
  const env = { ...process.env, DCGAN_CACHE: cache, ...environment };
  return spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** Runs the installed command and returns what it printed. */
function dcgan(args: string, environment: Record<string, string> = {}): string {
  const program = join(project, 'node_modules/.bin/dcgan');
  const { status, stdout, stderr } = run(process.execPath, [program, ...args.split(' ')], project, environment);
  assert.equal(status, 0, `dcgan ${args}\n${stdout}\n${stderr}`);
  return stdout;
}

function measure(folder: string): { packages: number; bytes: number } {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sizes = paths.map((path) => lstatSync(join(folder, path))).map((entry) => (entry.isFile() ? entry.size : 0));
  const lock = JSON.parse(readFileSync(join(folder, '.package-lock.json'), 'utf8')) as { packages: object };
  return { packages: Object.keys(lock.packages).length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

test('installs at most 120 packages and 200 MB', options, () => {
  const { packages, bytes } = measure(join(project, 'node_modules'));
  assert.ok(packages <= 120 && bytes <= 200e6, `${packages} packages, ${Math.round(bytes / 1e6)} MB`);
});

test('contains the files it needs, and no paths of the build machine', options, () => {
  for (const path of [
    'dist/main.js',
    'src/engines/tensorflow/install/native/stderr_capture.cc',
    'configs/quick.yaml',
  ]) {
    assert.ok(existsSync(join(installed, path)), path);
  }
  assert.ok(!existsSync(join(installed, 'src/main.ts')));
  for (const path of readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const file = join(installed, 'dist', path);
    const text = /\.(js|ts)$/.test(path) ? readFileSync(file, 'utf8') : '';
    for (const folder of [repository, temporary]) assert.ok(!text.includes(folder), `${path} names ${folder}`);
  }
});

test('publint and Are the types wrong? report nothing', options, () => {
  const bin = (name: string) => join(repository, 'node_modules/.bin', name);
  for (const [name, ...flags] of [
    ['publint', '--strict'],
    ['attw', '--profile', 'esm-only'],
  ] as const) {
    const { status, stdout, stderr } = run(process.execPath, [bin(name), tarball, ...flags], project);
    assert.equal(status, 0, `${name}\n${stdout}${stderr}`);
  }
});

test('trains on WASM without the native engine, draws curves and samples', options, () => {
  const trained = JSON.parse(dcgan('train --config quick --set training.steps=20 --json')) as {
    engine: { name: string };
  };
  const info = JSON.parse(dcgan('engine info --json')) as { name: string };
  assert.equal(info.name, 'wasm', JSON.stringify(trained));
  const [hash] = readdirSync(join(project, 'results'));
  assert.ok(existsSync(join(project, 'results', hash!, 'loss.png')));
  dcgan(`sample --checkpoint ${hash} --out samples.png`);
  assert.ok(existsSync(join(project, 'samples.png')));
});

test('the bundled page, avatars and WebGPU backend work', options, () => {
  dcgan('export --checkpoint mnist --format web --out page');
  assert.ok(existsSync(join(project, 'page/app.js')) && existsSync(join(project, 'page/style.css')));
  dcgan('data prepare avatars --count 2 --size 16');
  assert.equal(readdirSync(join(project, 'data/avatars')).filter((name) => name.endsWith('.png')).length, 2);
  const backend = `import(${JSON.stringify(new URL(`file://${join(installed, 'dist/engines/webgpu/engine.js')}`).href)})`;
  const { status, stderr } = run(process.execPath, ['-e', backend], project);
  assert.equal(status, 0, stderr);
});

test('installs the native engine, with a substitute wheel and compiler, and trains', native, () => {
  const { environment } = makeFakes(['python3', 'g++', 'npm']);
  const tools = { ...environment, DCGAN_CACHE: cache, FAKE_COMPILED: real.directory! };
  const result = JSON.parse(dcgan('engine install --cpu --json', tools)) as {
    installed: boolean;
    alreadyThere: boolean;
  };
  assert.deepEqual([result.installed, result.alreadyThere], [true, false]);
  assert.equal((JSON.parse(dcgan('engine info --engine tensorflow --json')) as { name: string }).name, 'tensorflow');
  dcgan('train --config quick --set training.steps=20 --set seed=2 --engine tensorflow');
});

test('its types compile in a strict project without skipLibCheck, and its functions run', options, () => {
  const types = join(project, 'node_modules/@types');
  mkdirSync(types, { recursive: true });
  symlinkSync(join(repository, 'node_modules/@types/node'), join(types, 'node'), 'junction');
  const settings = { module: 'nodenext', strict: true, skipLibCheck: false, outDir: 'out', types: ['node'] };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...settings, target: 'es2022' }, include: ['use.ts'] }),
  );
  writeFileSync(
    join(project, 'use.ts'),
    `import { DcganError, type LoadedGenerator, openCheckpoint } from 'dcgan';
const generator: LoadedGenerator = await openCheckpoint('mnist', { engine: 'wasm' });
const { shape } = await generator.generate({ seeds: [0, 1] });
console.log(shape[0], await openCheckpoint('nothing').catch((error: unknown) => error instanceof DcganError && error.code));
`,
  );
  const compiler = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));
  const compiled = run(process.execPath, [compiler, '-p', project], project);
  assert.equal(compiled.status, 0, compiled.stdout);
  const { stdout, stderr } = run(process.execPath, [join(project, 'out/use.js')], project);
  assert.equal(stdout, '2 checkpoint.unknown\n', stderr);
});
