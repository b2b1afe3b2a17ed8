// A successful and a failing call of every command, in a folder with a run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { idx } from '../data/prepare/idx-file.ts';
import { makeFakes } from '../engines/tensorflow/install/install-fakes.ts';
import { runCli } from './run-cli.ts';
import { tinyConfig, writeJsonFile, writePictures } from './temporary-run.ts';

export interface Call {
  args: string[];
  exitCode: number;
  /** A PATH without tools, so that nothing is downloaded or installed. */
  isAlone?: boolean;
}

export interface CommandCalls {
  command: string;
  /** Undefined if it needs a network. */
  good?: Call;
  bad: Call;
}

/** Names used in the calls. */
export interface Names {
  pictures: string;
  config: string;
  title: string;
  /** Prefix of every file and folder a command writes. */
  out: string;
}

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const wasm = ['--engine', 'wasm'];

/** Fills a folder with pictures, one of them damaged, a sheet, a config and a run. @returns both calls of every command */
export async function everyCommand(cwd: string, { pictures, config, title, out }: Names): Promise<CommandCalls[]> {
  await writePictures(join(cwd, pictures), 40);
  writeFileSync(join(cwd, pictures, `${out}damaged.png`), 'no picture');
  const sheet = `${out}sheet.png`;
  await sharp({ create: { width: 32, height: 16, channels: 3, background: 'red' } }).toFile(join(cwd, sheet));
  const idxFiles = `${out}letters`;
  mkdirSync(join(cwd, idxFiles));
  writeFileSync(join(cwd, idxFiles, 'train-images-idx3-ubyte'), idx(0x803, [2, 2, 3], Array(12).fill(7)));
  mkdirSync(join(cwd, 'configs'), { recursive: true });
  writeJsonFile(join(cwd, config), { ...tinyConfig(), name: title, data: { folder: pictures, size: 8, channels: 1 } });
  const training = ['train', '--config', config, ...wasm];
  const first = await runCli([...training, '--json'], { cwd });
  const { runHash } = JSON.parse(first.stdout);
  const checkpoint = ['--checkpoint', runHash, ...wasm];

  const ok = (...args: string[]): Call => ({ args, exitCode: 0 });
  const refused = (exitCode: number, ...args: string[]): Call => ({ args, exitCode });
  const alone = (call: Call): Call => ({ ...call, isAlone: true });
  return [
    { command: 'train', good: ok(...training, '--seed', '2'), bad: refused(3, ...training, '--data', `${out}gone`) },
    {
      command: 'train',
      good: ok(...training, '--dry-run'),
      bad: refused(2, ...training, '--dry-run', '--set', `${out}key=1`),
    },
    {
      command: 'sample',
      good: ok('sample', ...checkpoint, '--count', '4', '--out', `${out}a.png`),
      bad: refused(4, 'sample', '--checkpoint', `${out}gone`),
    },
    {
      command: 'interpolate',
      good: ok('interpolate', ...checkpoint, '--from', '1', '--to', '2', '--out', `${out}b.png`),
      bad: refused(2, 'interpolate', ...checkpoint, '--from', '1', '--out', `${out}b.png`),
    },
    {
      command: 'explore',
      good: ok('explore', ...checkpoint, '--formula', 's1 - s2', '--out', `${out}c.png`),
      bad: refused(2, 'explore', ...checkpoint, '--formula', `s1 + ${out}`),
    },
    {
      command: 'export',
      good: ok('export', ...checkpoint, '--format', 'checkpoint', '--out', `${out}exported`),
      bad: refused(2, 'export', ...checkpoint, '--format', `${out}onnx`, '--out', `${out}x`),
    },
    {
      command: 'import',
      good: ok('import', fixture('whole.pt'), '--config', fixture('tiny.yaml'), '--name', 'imported'),
      bad: refused(2, 'import', fixture('whole.pt'), '--config', `${out}gone`, '--name', 'imported'),
    },
    {
      command: 'bench',
      good: ok('bench', '--config', config, ...wasm, '--seconds', '0.2'),
      bad: refused(2, 'bench', '--config', config, '--seconds', `${out}soon`),
    },
    {
      command: 'evaluate',
      good: ok('evaluate', ...checkpoint, '--count', '16', '--metrics', 'diversity,nearest', '--data', pictures),
      bad: refused(2, 'evaluate', ...checkpoint, '--metrics', `${out}ssim`),
    },
    { command: 'data prepare mnist', bad: alone(refused(3, 'data', 'prepare', 'mnist', '--root', `${out}root`)) },
    {
      command: 'data prepare fashion-mnist',
      bad: refused(3, 'data', 'prepare', 'fashion-mnist', '--from', `${out}gone`),
    },
    {
      command: 'data prepare idx',
      good: ok('data', 'prepare', 'idx', '--from', idxFiles, '--root', `${out}root`),
      bad: refused(3, 'data', 'prepare', 'idx', '--from', `${out}gone`),
    },
    { command: 'data prepare emoji', bad: refused(2, 'data', 'prepare', 'emoji', '--set', `${out}set`) },
    {
      command: 'data prepare avatars',
      good: ok('data', 'prepare', 'avatars', '--count', '2', '--root', `${out}root`),
      bad: refused(2, 'data', 'prepare', 'avatars', '--style', `${out}style`),
    },
    {
      command: 'data prepare sheet',
      good: ok('data', 'prepare', 'sheet', '--file', sheet, '--tile', '16', '--name', 'tiles'),
      bad: refused(3, 'data', 'prepare', 'sheet', '--file', `${out}gone.png`, '--tile', '16'),
    },
    {
      command: 'engine install',
      good: alone(ok('engine', 'install', '--cpu', '--if-possible')),
      bad: alone(refused(5, 'engine', 'install', '--cpu')),
    },
    {
      command: 'engine info',
      good: ok('engine', 'info', ...wasm),
      bad: refused(5, 'engine', 'info', ...wasm, '--device', `${out}device`),
    },
  ];
}

export function runCall({ args, isAlone }: Call, more: readonly string[], cwd: string) {
  const { environment } = makeFakes([]);
  return runCli([...args, ...more], { cwd, env: isAlone ? environment : {} });
}
