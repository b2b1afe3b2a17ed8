// The commands that export or evaluate a trained generator.
import type { Command } from 'commander';
import { featureMetrics, featureUsers, imageMetrics, listInWords } from '../../config/schema/metric-names.ts';
import { exportFormatNames } from '../../exports/formats.ts';
import { collect, commaSeparated, imageSize, positiveInteger, seedNumber } from '../flag-values.ts';
import { withCheckpoint, withEngine } from '../flags.ts';
import type { RunCommand } from '../output/outcome.ts';

export function addExport(program: Command, run: RunCommand): void {
  withEngine(withCheckpoint(program.command('export')))
    .description('export a trained generator for other programs')
    .requiredOption('--format <name>', `file format: ${exportFormatNames.join(', ')}`)
    .requiredOption('--out <path>', 'output folder, or output file for formats of one file')
    .option('--force', 'overwrite an existing file, or an earlier export in a folder with other files')
    .action((options) => run(async (cli) => (await import('../commands/export.ts')).runExport(options, cli)));
}

export function addEvaluate(program: Command, run: RunCommand): void {
  withEngine(withCheckpoint(program.command('evaluate')))
    .description('evaluate a trained generator against real images')
    .option('--data <folder>', 'folder of real images, relative to the current folder (default: the training data)')
    .option(
      '--metrics <names>',
      `comma-separated: ${imageMetrics.join(', ')}, nearest; with --features also ${featureMetrics.join(', ')} (default: all)`,
      commaSeparated,
    )
    .option('--features <network>', `feature network for ${listInWords(featureUsers)}: mnist, or an ONNX file`)
    .option(
      '--features-set <key=value>',
      'setting of the ONNX network (a key of metrics.features), e.g. range=[-1,1]; repeatable',
      collect,
      [],
    )
    .option('--count <number>', 'number of generated images, and of real images', positiveInteger, 4096)
    .option(
      '--size <pixels>',
      'size at which images are compared, e.g. 64 or 48x64 (default: their size, rounded up to a multiple of 16)',
      imageSize,
    )
    .option(
      '--seed <number>',
      'seed of the latents, of the choice of real images and of random projections',
      seedNumber,
      0,
    )
    .action((options) => run(async (cli) => (await import('../commands/evaluate.ts')).runEvaluate(options, cli)));
}
