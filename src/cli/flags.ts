// Flags that several commands share.
import { type Command, Option } from 'commander';
import { engineNames } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import type { CheckpointChoice } from '../runs/checkpoint.ts';
import { easings, interpolations } from '../sampling/interpolation.ts';
import { collect, wholeNumber } from './flag-values.ts';

export const rootFlag = () =>
  new Option(
    '--root <folder>',
    'folder with configs, data, results and checkpoints; paths in a config are relative to it',
  ).default('.', 'the current folder');

export const engineFlag = () =>
  new Option('--engine <name>', 'compute engine').choices(['auto', ...engineNames]).default('auto');

export const deviceFlag = () =>
  new Option('--device <name>', 'GPU for the webgpu engine: all or part of a name that `dcgan engine info` lists');

/** Adds the flags of commands that compute, in a help group after the command's own. */
export function withEngine(command: Command): Command {
  for (const flag of [engineFlag(), deviceFlag(), rootFlag(), jsonFlag()]) {
    command.addOption(flag.helpGroup('Engine, folders and output:'));
  }
  return command;
}

/** Adds the flags of commands that build networks from a config. */
export const withConfig = (command: Command, { required = true } = {}) =>
  command
    .addOption(
      new Option(
        '--config <file or name>',
        `config file, or the name of one in configs/${required ? '' : '; may be omitted with --resume or --fork'}`,
      ).makeOptionMandatory(required),
    )
    .option('--set <key=value>', 'override a key of the config, e.g. training.batchSize=32; repeatable', collect, []);

/** An option that conflicts with the options of these names. */
export function excluding(names: string[], flags: string, description: string, parse?: (text: string) => unknown) {
  const option = new Option(flags, description).conflicts(names);
  return parse ? option.argParser(parse) : option;
}

/** Adds the flags that select a checkpoint. */
export const withCheckpoint = (command: Command) =>
  command
    .option(
      '--checkpoint <name>',
      'run hash or its first characters, name of a bundled checkpoint, or path (default: the newest run)',
    )
    .addOption(
      new Option('--step <number>', 'use the checkpoint saved at this step')
        .argParser(wholeNumber)
        .conflicts(['best', 'latest']),
    )
    .addOption(new Option('--best', 'use the checkpoint marked as best').conflicts('latest'))
    .option('--latest', 'use the newest intact checkpoint (the default)');

export interface CheckpointFlags {
  checkpoint?: string;
  step?: number | undefined;
  best?: boolean | undefined;
  latest?: boolean | undefined;
}

export function whichCheckpoint({ step, best }: CheckpointFlags): CheckpointChoice {
  return step ?? (best ? 'best' : 'latest');
}

export const forceFlag = () => new Option('--force', 'overwrite an existing file even if dcgan did not draw it');

export const fileFormatFlag = () =>
  new Option('--format <name>', 'file format of --separate').choices(['png', 'webp', 'jpg']).default(undefined, 'png');

export const interpolationFlag = () =>
  new Option('--method <name>', 'path between latent vectors, straight line or great circle')
    .choices(Object.keys(interpolations))
    .default(undefined, 'linear');

export const easingFlag = () =>
  new Option('--easing <name>', 'speed curve between two seeds')
    .choices(Object.keys(easings))
    .default(undefined, 'linear');

export const precisionFlag = () =>
  new Option(
    '--precision <name>',
    'arithmetic precision: auto, float32, tensorfloat32, mixed_bfloat16 or mixed_float16; sets training.precision',
  );

export const jsonFlag = () => new Option('--json', 'print the result, or the error, as one JSON document');

export const previewFlag = () =>
  new Option('--preview [how]', 'show pictures in the terminal by this method, or the best it supports')
    .choices(['auto', 'half-blocks', 'kitty', 'iterm', 'sixel'])
    .preset('auto');

/** An unset shell variable leaves an option empty: `--data "$PICTURES"` would be the current folder. */
export function refuseEmptyValues(command: Command): void {
  const empty = command.options.find((option) => command.getOptionValue(option.attributeName()) === '');
  if (!empty) return;
  throw new DcganError('usage.empty-value', {
    happened: `${empty.long} was given an empty value.`,
    expected: `Expected ${empty.flags}: ${empty.description}.`,
    fix: `Give it a value, or leave ${empty.long} out.`,
  });
}

/** Whether the arguments contain --json, even if parsing them fails. */
export function isJsonAsked(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}
