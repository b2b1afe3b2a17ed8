// Fakes of python3, pip, g++, npm and nvidia-smi: shell scripts in a temporary folder that becomes the whole PATH.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { bindingPackage, headersPackage } from '../../../../src/engines/tensorflow/install/packages.ts';

const tarballs = mkdtempSync(join(tmpdir(), 'dcgan-tarballs-'));
after(() => rmSync(tarballs, { recursive: true, force: true }));

const specifiers = [bindingPackage, headersPackage].map(({ name, version }) => `${name}@${version}`);
const packed = spawnSync('npm', ['pack', ...specifiers, '--prefer-offline', '--pack-destination', tarballs], {
  encoding: 'utf8',
});

/** Why installations cannot be tested here, or false. The two npm packages must be the real ones, as their content is pinned. */
export const withoutPackages =
  packed.status === 0 ? false : `the npm packages of the native engine cannot be had here: ${packed.stderr}`;

/** Each does what the installer uses of the real program. $FAKE_LOG gets a line per download and compilation. */
const scripts = {
  // Downloads a wheel of four bytes and "unpacks" libraries (empty ones, or those of $FAKE_COMPILED), or fails like pip.
  python3: `
case "$*" in
  --version) echo Python 3.11.2 ;;
  "-m pip --version") [ -z "$FAKE_NO_PIP" ] || { echo "/usr/bin/python3: No module named pip" >&2; exit 1; }; echo pip 23.0.1 ;;
  "-m pip download"*)
    echo download >> "$FAKE_LOG"
    echo "  Downloading tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl (273.8 MB)"
    [ -z "$FAKE_PIP_ERROR" ] || { cat "$FAKE_PIP_ERROR" >&2; exit 1; }
    echo half > "$TMPDIR/half.whl"; sleep "\${FAKE_DOWNLOAD_SECONDS:-0}"
    while [ "$1" != --dest ]; do shift; done
    echo whl > "$2/tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl" ;;
  -c*)
    sleep "\${FAKE_UNPACK_SECONDS:-0}"
    kill -0 "$PPID" || exit 1
    mkdir -p "$4/tensorflow"
    for name in libtensorflow_cc.so.2 libtensorflow_framework.so.2; do
      if [ -n "$FAKE_COMPILED" ]; then ln -sf "$FAKE_COMPILED/tensorflow/$name" "$4/tensorflow/$name"; else : > "$4/tensorflow/$name"; fi
    done ;;
esac`,
  // Accepts the probe; "compiles" what $FAKE_COMPILED contains, or fails like a compiler.
  'g++': `
case "$*" in *-fsyntax-only*) exit 0 ;; esac
echo compile >> "$FAKE_LOG"
[ -z "$FAKE_COMPILER_ERROR" ] || { cat "$FAKE_COMPILER_ERROR" >&2; exit 1; }
sleep "\${FAKE_COMPILE_SECONDS:-0}"
while [ "$1" != -o ]; do shift; done
[ -z "$FAKE_COMPILED" ] || { cp "$FAKE_COMPILED/\${2##*/}" "$2"; exit; }
echo "no library" > "$2"`,
  // Copies packages that the real npm fetched before.
  npm: `cp "$FAKE_TARBALLS/$(echo "$2" | sed 's/^@//; s,/,-,; s/@/-/').tgz" "$npm_config_pack_destination"`,
  'nvidia-smi': 'echo "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-0)"',
} as const;

export interface Fakes {
  /** The folder that is the PATH. */
  path: string;
  /** An empty cache. */
  cache: string;
  log: string;
  /** Environment of processes that should find only these tools. */
  environment: Record<string, string>;
}

export function makeFakes(tools: readonly (keyof typeof scripts)[]): Fakes {
  const folder = mkdtempSync(join(tmpdir(), 'dcgan-install-'));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [path, cache, log] = [join(folder, 'bin'), join(folder, 'cache'), join(folder, 'log')];
  mkdirSync(path);
  writeFileSync(log, '');
  for (const tool of tools) addTool(path, tool, scripts[tool]);
  return {
    path,
    cache,
    log,
    environment: { PATH: path, DCGAN_CACHE: cache, FAKE_LOG: log, FAKE_TARBALLS: tarballs, CXX: '' },
  };
}

export function addTool(path: string, name: string, script: string): void {
  writeFileSync(join(path, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(join(path, name), 0o755);
}

export function countInLog(fakes: Fakes, word: string): number {
  return readFileSync(fakes.log, 'utf8')
    .split('\n')
    .filter((line) => line === word).length;
}

const root = new URL('../../../../', import.meta.url);
const program = `
import { installTensorflow } from '${new URL('src/engines/tensorflow/install/install.ts', root)}';
const onProgress = (event) => console.log(JSON.stringify(event));
try {
  console.log(JSON.stringify({ result: await installTensorflow({ variant: 'cpu', onProgress }) }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ error: { code, message } }));
}`;

export interface Installer {
  process: ChildProcess;
  /** Resolves when it has printed `text`. */
  printed(text: string): Promise<void>;
  /** Resolves when it has ended. */
  ended: Promise<{
    signal: string | null;
    result?: { alreadyThere: boolean };
    error?: { code: string; message: string };
  }>;
}

/** Runs the CPU installation in a separate process. */
export function startInstaller(environment: Record<string, string>): Installer {
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...environment } });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.pipe(process.stderr);
  const ended = new Promise<Awaited<Installer['ended']>>((resolve) => {
    child.on('close', (_code, signal) => {
      const lastLine = output.trimEnd().split('\n').at(-1);
      resolve({ signal, ...(signal === null && lastLine ? JSON.parse(lastLine) : {}) });
    });
  });
  const printed = async (text: string) => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`the installer ended without printing ${text}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { process: child, printed, ended };
}

/** Runs `action` with some variables set and others removed (undefined), then restores them. */
export async function withEnvironment<T>(
  variables: Record<string, string | undefined>,
  action: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const assign = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) assign(name, value);
  try {
    return await action();
  } finally {
    for (const [name, value] of before) assign(name, value);
  }
}
