// Flags that several commands share, and how their values are read.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { engineNames } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import type { CheckpointChoice } from '../runs/checkpoint.ts';
import { easings, interpolations } from '../sampling/interpolation.ts';

export const rootFlag = () =>
  new Option(
    '--root <folder>',
    'folder that holds configs, data, results and checkpoints, and that paths in a config are relative to',
  ).default('.', 'the current folder');

export const engineFlag = () =>
  new Option('--engine <name>', 'compute engine').choices(['auto', ...engineNames]).default('auto');

export const deviceFlag = () =>
  new Option('--device <name>', 'GPU of the webgpu engine: its name or part of it, as listed by `dcgan engine info`');

/** A command that computes: on what, with which folders, and how it answers; in its help after what is its own. */
export function withEngine(command: Command): Command {
  for (const flag of [engineFlag(), deviceFlag(), rootFlag(), jsonFlag()]) {
    command.addOption(flag.helpGroup('Engine, folders and output:'));
  }
  return command;
}

/** A command that builds networks from a config: its name, which config, and what is changed in it. */
export const withConfig = (command: Command, { required = true } = {}) =>
  command
    .addOption(
      new Option('--config <file or name>', 'config file, or the name of one in configs/').makeOptionMandatory(
        required,
      ),
    )
    .option('--set <key=value>', 'override one key of the config, e.g. training.batchSize=32; repeatable', collect, []);

/** An option that cannot be combined with those of these names. */
export function excluding(names: string[], flags: string, description: string, parse?: (text: string) => unknown) {
  const option = new Option(flags, description).conflicts(names);
  return parse ? option.argParser(parse) : option;
}

/** A command that works on a trained generator: its name, and which of the run's checkpoints. */
export const withCheckpoint = (command: Command) =>
  command
    .option('--checkpoint <name>', 'run hash or its start, shipped name, or path (default: the newest run)')
    .addOption(
      new Option('--step <number>', 'use the checkpoint of this step')
        .argParser(wholeNumber)
        .conflicts(['best', 'latest']),
    )
    .addOption(new Option('--best', 'use the checkpoint marked as best').conflicts('latest'))
    .option('--latest', 'use the newest intact checkpoint (default)');

export interface CheckpointFlags {
  checkpoint?: string;
  step?: number | undefined;
  best?: boolean | undefined;
  latest?: boolean | undefined;
}

export function whichCheckpoint({ step, best }: CheckpointFlags): CheckpointChoice {
  return step ?? (best ? 'best' : 'latest');
}

export const forceFlag = () => new Option('--force', 'overwrite a file that dcgan has not drawn');

export const fileFormatFlag = () =>
  new Option('--format <name>', 'file format of --separate (default: png)').choices(['png', 'webp', 'jpg']);

export const interpolationFlag = () =>
  new Option('--method <name>', 'straight line or great circle (default: linear)').choices(Object.keys(interpolations));

export const easingFlag = () =>
  new Option('--easing <name>', 'acceleration between two seeds (default: linear)').choices(Object.keys(easings));

export const precisionFlag = () =>
  new Option('--precision <name>', 'auto, float32, tensorfloat32, mixed_bfloat16 or mixed_float16');

export const jsonFlag = () => new Option('--json', 'print one JSON document, errors included');

export const previewFlag = () =>
  new Option('--preview [how]', 'show pictures in the terminal, by the best method it supports')
    .choices(['auto', 'half-blocks', 'kitty', 'iterm', 'sixel'])
    .preset('auto');

/** An unset variable of a shell leaves an option empty: `--data "$PICTURES"` would be the current folder. */
export function refuseEmptyValues(command: Command): void {
  const empty = command.options.find((option) => command.getOptionValue(option.attributeName()) === '');
  if (!empty) return;
  throw new DcganError('usage.empty-value', {
    happened: `${empty.long} was given an empty value.`,
    expected: `Expected ${empty.flags}: ${empty.description}.`,
    fix: `Give it a value, or leave ${empty.long} out.`,
  });
}

/** Whether arguments ask for JSON, also where they are refused before they are understood. */
export function isJsonAsked(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}

export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

export function commaSeparated(text: string): string[] {
  return text.split(',');
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(`Expected a whole number above 0, not '${text}'.`);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`Expected a whole number, 0 or more, not '${text}'.`);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`Expected a number above 0, not '${text}'.`);
}

export function seedNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new InvalidArgumentError(`Expected a whole number from 0 to 4294967295, not '${text}'.`);
}

/** WIDTHxHEIGHT in pixels, or one number for both. */
export function imageSize(text: string): { width: number; height: number } {
  const [, width, height = width] = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text) ?? [];
  if (width !== undefined) return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError(`Expected a size in pixels such as 64 or 48x64 (width x height), not '${text}'.`);
}

/** COLUMNSxROWS of a grid of images. */
export function gridShape(text: string): { columns: number; rows: number } {
  const [, columns, rows] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  if (rows !== undefined) return { columns: Number(columns), rows: Number(rows) };
  throw new InvalidArgumentError(`Expected images per row and rows, such as 8x8, not '${text}'.`);
}
