// The whole command tree on one screen. Every action loads its command only when it runs, so that help is instant.
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { avatarStyles } from '../data/avatar-styles.ts';
import {
  collect,
  commaSeparated,
  deviceFlag,
  engineFlag,
  imageSize,
  jsonFlag,
  positiveInteger,
  positiveNumber,
  rootFlag,
  seedNumber,
  wholeNumber,
} from './flags.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The program. Actions print to stdout and throw DcganError; they resolve to the exit code. */
export function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('dcgan')
    .description('Train, sample and ship DCGANs.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(dcgan --help lists the commands)')
    .exitOverride(); // throws where commander would end the process; the commands below take this over

  program
    .command('train')
    .description('train a config; a run that was stopped goes on where it was')
    .requiredOption('--config <file or name>', 'what to train: a path, or a name of configs/')
    .option('--set <key=value>', 'change one key of the config, e.g. training.batchSize=32; repeatable', collect, [])
    .option('--data <folder>', 'the pictures, in place of data.folder')
    .option('--epochs <number>', 'length of the run in passes over the data', positiveNumber)
    .option('--seed <number>', 'where everything random comes from', seedNumber)
    .option('--precision <name>', 'auto, float32 or mixed_bfloat16')
    .option('--fresh', 'start over, removing what this run has written before')
    .option('--dry-run', 'check everything, print what would be trained, write nothing')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .addOption(rootFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  dcgan train --config quick\n  dcgan train --config emoji.json --set training.epochs=100 --data my-pictures',
    )
    .action(async (options) => finish(await (await import('./train.ts')).runTrain(options)));

  program
    .command('sample')
    .description('make images with a trained generator')
    .requiredOption('--checkpoint <name>', 'a run hash or its start, a shipped name, or a path')
    .option('--count <number>', 'how many images', positiveInteger, 64)
    .option('--columns <number>', 'images per row of the picture', positiveInteger)
    .option('--out <file>', 'picture to write: .png, .webp or .jpg', 'samples.png')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .addOption(rootFlag())
    .addOption(jsonFlag())
    .action(async (options) => finish(await (await import('./sample.ts')).runSample(options)));

  program
    .command('import')
    .description('turn weights of PyTorch or Keras into a checkpoint; no code in their file is run')
    .argument(
      '<file>',
      "what torch.save wrote (a state_dict, or a dict with some in it), a .safetensors file with PyTorch's names, or Keras's .weights.h5",
    )
    .requiredOption('--config <file or name>', 'the networks that the weights belong to: a path, or a name of configs/')
    .requiredOption('--name <name>', 'what to call the checkpoint: it is written to checkpoints/<name>')
    .option('--set <key=value>', 'change one key of the config; repeatable', collect, [])
    .option('--from <keys>', "the generator's place in the file where several fit, e.g. state_dict.generator_ema")
    .option('--discriminator <file>', 'the file with the discriminator, where it has one of its own')
    .addOption(rootFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nLayers are matched in their order: the first convolution of the file to the first of the config, and so on.\n' +
        "Settings that are not in such a file, like epsilon or padding, are the config's.\n" +
        '\nExamples:\n  dcgan import afg.pt --config afg --name anime-faces\n' +
        '  dcgan import G__40 --discriminator D__40 --config anime --name oulu',
    )
    .action(async (file, options) => finish(await (await import('./import.ts')).runImport({ file, ...options })));

  program
    .command('bench')
    .description('measure how fast a config trains here, on noise; nothing is written')
    .requiredOption('--config <file or name>', 'what to train: a path, or a name of configs/')
    .option('--set <key=value>', 'change one key of the config, e.g. training.batchSize=32; repeatable', collect, [])
    .option('--seconds <number>', 'how long to measure', positiveNumber, 10)
    .option('--precision <name>', 'auto, float32 or mixed_bfloat16')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .addOption(rootFlag())
    .addOption(jsonFlag())
    .action(async (options) => finish(await (await import('./bench.ts')).runBench(options)));

  const data = program.command('data').description('prepare image folders');
  const prepare = data.command('prepare').description('fetch, draw or cut a dataset into data/');
  const preparation = (command: Command) =>
    command
      .option('--force', 'prepare again what is there already')
      .addOption(rootFlag())
      .addOption(jsonFlag())
      .action(async (options) =>
        finish(await (await import('./data.ts')).runPrepare({ dataset: command.name(), ...options })),
      );
  preparation(prepare.command('mnist').description('fetch MNIST: 70,000 handwritten digits'));
  preparation(
    prepare
      .command('emoji')
      .description('fetch the emoji of one vendor')
      .option('--set <name>', 'apple, google, twitter or facebook')
      .option('--categories <names>', 'comma-separated categories, e.g. people,activity', commaSeparated)
      .option('--skin-tones', 'take the variants with skin tones too')
      .option('--yellow-faces', 'only mostly yellow, filled faces'),
  );
  preparation(
    prepare
      .command('avatars')
      .description('draw cartoon faces, as many as wanted')
      .option('--count <number>', 'how many faces', positiveInteger, 10_000)
      .option('--size <pixels>', 'height and width of each', positiveInteger, 64)
      .option(
        '--style <names...>',
        `which drawings, taking turns: ${avatarStyles.join(', ')} (default: toon-head personas)`,
      ),
  );
  preparation(
    prepare
      .command('sheet')
      .description('cut a sprite sheet into single images')
      .requiredOption('--file <picture>', 'the sheet')
      .requiredOption('--tile <size>', 'size of one tile in pixels without its margin: 64 or 48x64', imageSize)
      .option('--margin <pixels>', 'pixels around each tile', wholeNumber, 0)
      .option('--spacing <pixels>', 'pixels between tiles, besides their margins', wholeNumber, 0)
      .option('--skip-empty', 'leave out tiles that are transparent or of a single colour')
      .option('--name <folder>', "the folder in data/ (default: the file's name)"),
  );

  const engine = program.command('engine').description('what computes');
  engine
    .command('install')
    .description('set up the native engine: TensorFlow from PyPI and a binding compiled here')
    .option('--cpu', 'the CPU build, even where there is a GPU')
    .option('--cuda', 'the CUDA build (about 3 GB to download)')
    .option('--if-possible', 'where something is missing, say what and succeed')
    .addOption(jsonFlag())
    .action(async (options) => finish(await (await import('./engine.ts')).runInstall(options)));
  engine
    .command('info')
    .description('engine, device and versions, and why nothing better is used')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .addOption(jsonFlag())
    .action(async (options) => finish(await (await import('./engine.ts')).runInfo(options)));

  return program;
}
