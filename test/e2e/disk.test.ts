// A full or read-only disk, deleted folders, a clock that runs backwards: training stops with one message or continues, the last
// checkpoint is intact, and the same command later gives the same result as an undisturbed run.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { loadCheckpoint } from '../../src/runs/checkpoint.ts';
import { type CliRun, runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const base = temporaryFolder();
const disks = mkdtempSync(join(tmpdir(), 'dcgan-disks-'));
const mounted: string[] = [];
const steps = 120;

/** Renames the folder, then deletes it, while the run writes. */
function remove(folder: string): void {
  const aside = `${folder}-removed`;
  renameSync(folder, aside);
  rmSync(aside, { recursive: true });
}

/** Mounts an in-memory file system; throws if that is not allowed. */
function mountSmall(folder: string, kib: number): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder], { stdio: 'pipe' });
  mounted.push(folder);
}

const noMount = ((): string | false => {
  try {
    mountSmall(join(disks, 'trial'), 64);
    return false;
  } catch {
    return 'a file system in memory cannot be mounted here; root can';
  }
})();

after(() => {
  for (const folder of mounted) execFileSync('umount', ['-l', folder]);
  rmSync(disks, { recursive: true });
});

let args: string[] = [];
let expected: Awaited<ReturnType<typeof weightsOf>>;

before(async () => {
  const pictures = await writePictures(join(base, 'pictures'), 12);
  const tiny = tinyConfig();
  const every = { samplesEvery: { steps: 6 }, checkpointEvery: { steps: 3 }, lossesEvery: { steps: 1 } };
  const content = { ...tiny, training: { steps, batchSize: 4 }, outputs: { ...tiny.outputs, ...every } };
  const config = writeJsonFile(join(base, 'disk.json'), content);
  args = ['train', '--engine', 'wasm', '--config', config, '--data', pictures];
  mkdirSync(join(base, 'whole'));
  await runCli(args, { cwd: join(base, 'whole') });
  expected = await weightsOf(join(base, 'whole'));
});

const foldersOf = (cwd: string, kind: string) => {
  const [hash] = readdirSync(join(cwd, kind)).filter((name) => /^[0-9a-f]{7}$/.test(name));
  return join(cwd, kind, hash!);
};

/** Disk blocks used by the files and folders below a folder. */
function blocksOf(folder: string, blockBytes: number): number {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (name) => statSync(join(folder, name)).size,
  );
  return sizes.reduce((sum, size) => sum + Math.ceil(size / blockBytes), 0);
}

async function weightsOf(cwd: string) {
  const { step, tensors, refused } = await loadCheckpoint(foldersOf(cwd, 'checkpoints'), 'latest');
  return { step, tensors, refused };
}

/** Checks a run stopped by the disk: one message, no stack, exit 2, an intact checkpoint. */
async function assertStopped(cwd: string, run: CliRun, message: RegExp): Promise<void> {
  assert.equal(run.exitCode, 2, run.stderr);
  assert.match(run.stderr, message);
  assert.match(run.stderr, /usage\.cannot-write, exit 2/);
  assert.doesNotMatch(run.stderr, /^\s+at |This is a bug/m);
  const { step, refused } = await weightsOf(cwd);
  assert.ok(step >= 3 && step < steps, `step ${step}`);
  assert.deepEqual(refused, []);
}

async function assertGoesOn(cwd: string): Promise<void> {
  const run = await runCli(args, { cwd });
  assert.equal(run.exitCode, 0, run.stderr);
  assert.match(run.stderr, /resumed at step \d/);
  assert.deepEqual(await weightsOf(cwd), expected);
  const lines = readFileSync(join(foldersOf(cwd, 'results'), 'losses.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  assert.deepEqual(lines.map((line) => JSON.parse(line).step), Array.from({ length: steps }, (_, i) => i + 1)); // biome-ignore format: one thought
}

/** Starts training, waits for its first checkpoint, and manipulates its folders. */
function trainThen(cwd: string, action: () => void | Promise<void>): Promise<CliRun> {
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...args], { cwd });
  const run: CliRun = { exitCode: null, stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text;
  });
  const hasSaved = () =>
    existsSync(join(cwd, 'checkpoints')) &&
    readdirSync(join(cwd, 'checkpoints'), { recursive: true, encoding: 'utf8' }).some((name) =>
      name.endsWith('latest'),
    );
  const acting = (async () => {
    while (!hasSaved() && child.exitCode === null) await wait(1);
    await action();
  })();
  return new Promise((resolve, reject) => {
    acting.catch(reject);
    child.on('close', (exitCode) => resolve({ ...run, exitCode }));
  });
}

describe('disk faults', { concurrency: 1 }, () => {
  test('a disk filled by the run itself', { skip: noMount }, async () => {
    const cwd = join(disks, 'full');
    mountSmall(cwd, 2048);
    const filler = join(cwd, 'filler');
    const { bavail, bsize } = statfsSync(cwd);
    writeFileSync(filler, Buffer.alloc((bavail - Math.floor(0.6 * blocksOf(join(base, 'whole'), bsize))) * bsize));
    await assertStopped(cwd, await runCli(args, { cwd }), /cannot be written: the disk is full \(ENOSPC\)/);
    rmSync(filler);
    await assertGoesOn(cwd);
  });

  test('a disk without space for another checkpoint', { skip: noMount }, async () => {
    const cwd = join(disks, 'tight');
    mountSmall(cwd, 2048);
    const filler = join(cwd, 'filler');
    const run = await trainThen(cwd, () => {
      const { bavail, bsize } = statfsSync(cwd);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - 1) * bsize));
    });
    await assertStopped(cwd, run, /cannot be written: the disk is full \(ENOSPC\)/);
    rmSync(filler);
    await assertGoesOn(cwd);
  });

  test('a disk that becomes read-only', { skip: noMount }, async () => {
    const cwd = join(disks, 'read-only');
    mountSmall(cwd, 4096);
    const run = await trainThen(cwd, async () => {
      for (let tries = 0; tries < 200; tries++) {
        try {
          execFileSync('mount', ['-o', 'remount,ro', cwd], { stdio: 'pipe' });
          return;
        } catch {
          await wait(1); // a file is being written
        }
      }
    });
    await assertStopped(cwd, run, /cannot be written: the file system is read-only \(EROFS\)/);
    execFileSync('mount', ['-o', 'remount,rw', cwd]);
    await assertGoesOn(cwd);
  });

  test('deleting the results during a run stops it with intact checkpoints', async () => {
    const cwd = join(base, 'no-results');
    mkdirSync(cwd);
    const run = await trainThen(cwd, () => remove(join(cwd, 'results')));
    await assertStopped(cwd, run, /results.*cannot be written: its folder does not exist \(ENOENT\)/);
    const rest = await runCli(args, { cwd });
    assert.equal(rest.exitCode, 0, rest.stderr);
    assert.deepEqual(await weightsOf(cwd), expected);
  });

  test('checkpoints deleted during a run are written again by the next save', async () => {
    const cwd = join(base, 'no-checkpoints');
    mkdirSync(cwd);
    const run = await trainThen(cwd, () => remove(join(cwd, 'checkpoints')));
    assert.equal(run.exitCode, 0, run.stderr);
    assert.deepEqual(await weightsOf(cwd), expected);
  });

  test('a clock running backwards, or set back before a resume, changes nothing', async () => {
    const cwd = join(base, 'clock');
    mkdirSync(cwd);
    const clock = (hoursBack: number, name: string) => {
      const path = join(base, name);
      const code = `const now = Date.now(); let calls = 0; Date.now = () => now - ${hoursBack} * 3.6e6 - 1000 * calls++;`;
      writeFileSync(path, code);
      return { NODE_OPTIONS: `--import=${path}` };
    };
    const stopped = await runCli(args, { cwd, env: clock(0, 'backwards.mjs'), interruptAt: /^Training \d/m });
    assert.ok(stopped.exitCode === 130 || stopped.exitCode === 0, stopped.stderr);
    const rest = await runCli(args, { cwd, env: clock(48, 'yesterday.mjs') });
    assert.equal(rest.exitCode, 0, rest.stderr);
    assert.deepEqual(await weightsOf(cwd), expected);
  });
});
