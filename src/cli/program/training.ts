// The commands that start from a config: train, bench and import.
import type { Command } from 'commander';
import { positiveNumber, seedNumber } from '../flag-values.ts';
import { jsonFlag, precisionFlag, previewFlag, rootFlag, withConfig, withEngine } from '../flags.ts';
import type { RunCommand } from '../output/outcome.ts';

export function addTrain(program: Command, run: RunCommand): void {
  withEngine(withConfig(program.command('train'), { required: false }))
    .description('train a model from a config; an interrupted run resumes')
    .option('--resume <run>', 'resume the run with this hash; an error if the config or data differ from the run')
    .option(
      '--fork <checkpoint>',
      "start a new run from this checkpoint's weights and optimizer state; the config may differ",
    )
    .option('--data <folder>', 'image folder or ZIP file, relative to the current folder; overrides data.folder')
    .option('--verify-data', 'decode every image again instead of using the cache')
    .option(
      '--epochs <number>',
      'length of the run in passes over the data, counted from its start; replaces any other length',
      positiveNumber,
    )
    .option('--seed <number>', 'seed of all random numbers', seedNumber)
    .addOption(precisionFlag())
    .option('--fresh', "start over; the run's earlier output is set aside")
    .option('--dry-run', 'check everything and print the networks, the number of steps and the data; write nothing')
    .addOption(previewFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  dcgan train --config quick\n  dcgan train --config emoji.json --set training.epochs=100 --data my-pictures\n  dcgan train --resume 15817e6 --epochs 200\n  dcgan train --fork 15817e6 --set generator.optimizer.learningRate=5e-5',
    )
    .action((options) => run(async (cli) => (await import('../commands/train.ts')).runTrain(options, cli)));
}

export function addBench(program: Command, run: RunCommand): void {
  withEngine(withConfig(program.command('bench')))
    .description('measure the training speed of a config on this machine, with random images')
    .option('--seconds <number>', 'how long to measure', positiveNumber, 10)
    .addOption(precisionFlag())
    .action((options) => run(async (cli) => (await import('../commands/bench.ts')).runBench(options, cli)));
}

export function addImport(program: Command, run: RunCommand): void {
  withConfig(program.command('import'))
    .description('convert PyTorch or Keras weights to a checkpoint, without running code from the file')
    .argument(
      '<file>',
      "torch.save output (a state_dict, or a dict that contains one), a .safetensors file with PyTorch's names, or Keras .weights.h5",
    )
    .requiredOption('--name <name>', 'name of the new checkpoint, a folder in checkpoints/')
    .option('--from <keys>', 'key of the generator in the file, needed if several fit, e.g. state_dict.generator_ema')
    .option('--discriminator <file>', 'file of the discriminator, if it is not in the same file')
    .addOption(rootFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nLayers are matched in order: the first convolution in the file to the first in the config, and so on.\n' +
        'Settings that weight files do not contain, such as epsilon or padding, come from the config.\n' +
        '\nExamples:\n  dcgan import afg.pt --config afg --name anime-faces\n' +
        '  dcgan import G__40 --discriminator D__40 --config anime --name oulu',
    )
    .action((file, options) =>
      run(async () => (await import('../commands/import.ts')).runImport({ file, ...options })),
    );
}
