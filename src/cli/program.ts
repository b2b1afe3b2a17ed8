// The whole command tree on one screen. Every action loads its command only when it runs, so that help is instant.
import { Command, Option, type OutputConfiguration } from 'commander';
import { parseSeeds } from '../commands/seed-ranges.ts';
import { avatarStyles } from '../data/avatar-styles.ts';
import { formats } from '../exports/formats.ts';
import { packageVersion } from '../system/package-directory.ts';
import {
  collect,
  commaSeparated,
  deviceFlag,
  easingFlag,
  engineFlag,
  excluding,
  fileFormatFlag,
  gridShape,
  imageSize,
  interpolationFlag,
  jsonFlag,
  positiveInteger,
  positiveNumber,
  precisionFlag,
  previewFlag,
  rootFlag,
  seedNumber,
  wholeNumber,
  withCheckpoint,
  withConfig,
  withEngine,
} from './flags.ts';
import type { Cli, Outcome } from './outcome.ts';

/** Runs a command and takes its outcome. */
export type RunCommand = (command: (cli: Cli) => Promise<Outcome>) => Promise<void> | void;

/** The program. Its actions throw DcganError and what the stop signal's abort throws; nothing here prints. */
export function createProgram(run: RunCommand, output: OutputConfiguration = {}): Command {
  const program = new Command('dcgan')
    .configureOutput(output)
    .description('Train, sample and ship DCGANs.')
    .version(packageVersion)
    .showSuggestionAfterError()
    .showHelpAfterError('(dcgan --help lists the commands)')
    .exitOverride(); // throws where commander would end the process; the commands below take this over

  withEngine(withConfig(program.command('train'), { required: false }))
    .description('train a config; a run that was stopped goes on where it was')
    .option('--resume <run>', 'go on with the run of this hash, and refuse what would make it another')
    .option('--fork <checkpoint>', "begin a new run from a checkpoint's weights and moments; the config may differ")
    .option(
      '--data <folder>',
      'the pictures, in place of data.folder: a folder or a ZIP file, relative to the current folder',
    )
    .option('--verify-data', 'decode every picture again, in case one has changed unnoticed')
    .option('--epochs <number>', 'length of the run in passes over the data', positiveNumber)
    .option('--seed <number>', 'where everything random comes from', seedNumber)
    .addOption(precisionFlag())
    .option('--fresh', 'start over, setting aside what this run has written before')
    .option('--dry-run', 'check everything, print what would be trained, write nothing')
    .addOption(previewFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  dcgan train --config quick\n  dcgan train --config emoji.json --set training.epochs=100 --data my-pictures\n  dcgan train --resume 15817e6 --epochs 200\n  dcgan train --fork 15817e6 --set generator.optimizer.learningRate=5e-5',
    )
    .action((options) => run(async (cli) => (await import('./train.ts')).runTrain(options, cli)));

  withEngine(withCheckpoint(program.command('sample')))
    .description('make images with a trained generator')
    .option('--seeds <list>', 'one image per seed: numbers and ranges, e.g. 0-63,99', parseSeeds)
    .addOption(excluding(['seeds'], '--latents <file>', 'one image per latent vector of a JSON file'))
    .addOption(
      excluding(['seeds', 'latents'], '--count <number>', 'as many images, of the seeds from 0 on', positiveInteger),
    )
    .option('--out <file>', 'picture to write: .png, .webp or .jpg (default: samples.png)')
    .option('--grid <shape>', 'its shape in images, columns x rows, e.g. 8x8 (default: about square)', gridShape)
    .addOption(excluding(['grid'], '--columns <number>', 'images per row', positiveInteger))
    .option('--padding <pixels>', 'between the images and around them (default: 2)', wholeNumber)
    .option('--scale <number>', 'how wide a pixel is drawn (default: images are 64 pixels long)', positiveInteger)
    .addOption(
      excluding(
        ['out', 'grid', 'columns', 'padding', 'preview'],
        '--separate <folder>',
        'write a file per image, named by its seed',
      ),
    )
    .addOption(fileFormatFlag())
    .addOption(previewFlag())
    .action((options) => run(async (cli) => (await import('./sample.ts')).runSample(options, cli)));

  withEngine(withCheckpoint(program.command('interpolate')))
    .description('show the way from one image to others: a strip, an animation or a grid')
    .option('--from <seed>', 'where the way begins', seedNumber)
    .option('--to <seed>', 'where it ends', seedNumber)
    .addOption(excluding(['from', 'to'], '--seeds <list>', 'a way through several seeds, e.g. 1,5,9', parseSeeds))
    .addOption(
      excluding(['from', 'to', 'seeds'], '--latents <file>', 'a way through the latent vectors of a JSON file'),
    )
    .option('--frames <number>', 'images from one seed to the next (default: 11, in an animation 31)', positiveInteger)
    .addOption(interpolationFlag())
    .addOption(easingFlag())
    .option('--loop', 'go back to the first seed, without a seam')
    .addOption(
      excluding(
        ['from', 'to', 'seeds', 'latents', 'frames', 'easing', 'loop', 'columns', 'fps'],
        '--corners <seeds>',
        'a grid between four seeds instead: top left, top right, bottom left, bottom right',
        parseSeeds,
      ),
    )
    .option('--grid <shape>', 'the shape of that grid, columns x rows (default: 8x8)', gridShape)
    .option('--out <file>', '.png or .jpg for a strip, .gif, .webp or .apng to move (default: interpolation.png)')
    .option('--columns <number>', 'images per row of a strip (default: all)', positiveInteger)
    .option('--padding <pixels>', 'between the images of a strip and around them (default: 2)', wholeNumber)
    .option(
      '--scale <number>',
      'how wide a pixel is drawn (default: images are 64 pixels long, moving ones 256)',
      positiveInteger,
    )
    .option('--fps <number>', 'images per second of an animation (default: 15)', positiveNumber)
    .addOption(previewFlag())
    .action((options) => run(async (cli) => (await import('./interpolate.ts')).runInterpolate(options, cli)));

  const sweeps = ['seed', 'dimensions', 'range', 'steps'];
  withEngine(withCheckpoint(program.command('explore')))
    .description('see what latent dimensions do to an image, or compute with latent vectors')
    .option('--seed <number>', 'the image whose dimensions are changed, one at a time (default: 0)', seedNumber)
    .option('--dimensions <number>', 'show so many, those that change it most (default: 10)', positiveInteger)
    .option('--range <number>', 'from -range to range (default: 3, of uniform latents 1)', positiveNumber)
    .option('--steps <number>', 'images per dimension (default: 9)', positiveInteger)
    .addOption(
      excluding(sweeps, '--formula <text>', 'add, subtract, scale and average: "mean(s1, s2) - 0.5 * s40 + smile"'),
    )
    .option('--save <name>', 'keep the result of the formula, for later ones')
    .option('--out <file>', 'picture to write: .png, .webp or .jpg (default: explore.png)')
    .addOption(previewFlag())
    .addHelpText(
      'after',
      '\nIn a formula s12 is the latent vector of seed 12; other names are saved vectors of the same run.',
    )
    .action((options) => run(async (cli) => (await import('./explore.ts')).runExplore(options, cli)));

  withEngine(withCheckpoint(program.command('export')))
    .description('write a trained generator in a format that other programs open')
    .requiredOption('--format <name>', Object.keys(formats).join(', '))
    .requiredOption('--out <path>', 'folder to write, or file where the format is one file')
    .option('--force', 'replace what is in the way')
    .action((options) => run(async (cli) => (await import('./export.ts')).runExport(options, cli)));

  withConfig(program.command('import'))
    .description('turn weights of PyTorch or Keras into a checkpoint; no code in their file is run')
    .argument(
      '<file>',
      "what torch.save wrote (a state_dict, or a dict with some in it), a .safetensors file with PyTorch's names, or Keras's .weights.h5",
    )
    .requiredOption('--name <name>', 'what to call the checkpoint: it is written to checkpoints/<name>')
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
    .action((file, options) => run(async () => (await import('./import.ts')).runImport({ file, ...options })));

  withEngine(withConfig(program.command('bench')))
    .description('measure how fast a config trains here, on noise; nothing is written')
    .option('--seconds <number>', 'how long to measure', positiveNumber, 10)
    .addOption(precisionFlag())
    .action((options) => run(async (cli) => (await import('./bench.ts')).runBench(options, cli)));

  withEngine(withCheckpoint(program.command('evaluate')))
    .description('measure a trained generator against real images')
    .option(
      '--data <folder>',
      'the real images, relative to the current folder (default: those the generator was trained on)',
    )
    .option(
      '--metrics <names>',
      'comma-separated: swd, ms-ssim, precision-recall, diversity, nearest; fid, kid with features (default: all)',
      commaSeparated,
    )
    .option('--features <network>', 'what fid, kid and precision-recall compare images by: mnist, or an ONNX file')
    .option('--features-set <key=value>', 'what the ONNX file leaves open, e.g. range=[-1,1]; repeatable', collect, [])
    .option('--count <number>', 'how many images to generate, and as many real ones', positiveInteger, 4096)
    .option(
      '--size <pixels>',
      'size to compare at, e.g. 64 or 48x64 (default: their own, up to a multiple of 16)',
      imageSize,
    )
    .option('--seed <number>', 'which latents, real images and random directions', seedNumber, 0)
    .action((options) => run(async (cli) => (await import('./evaluate.ts')).runEvaluate(options, cli)));

  const data = program.command('data').description('prepare image folders');
  const prepare = data.command('prepare').description('fetch, draw or cut a dataset into data/');
  const preparation = (command: Command) =>
    command
      .option('--force', 'prepare again what is there already')
      .option('--out <folder>', 'where to put it (default: a folder of its own in data/)')
      .addOption(rootFlag())
      .addOption(jsonFlag())
      .action((options) =>
        run(async (cli) => (await import('./data.ts')).runPrepare({ dataset: command.name(), ...options }, cli)),
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
    .addOption(new Option('--webgpu', 'only Dawn, for the webgpu engine (21 MB)').conflicts(['cpu', 'cuda', 'onnx']))
    .addOption(new Option('--onnx', 'only ONNX Runtime, for --features FILE.onnx (14 MB)').conflicts(['cpu', 'cuda']))
    .option('--if-possible', 'where something is missing, say what and succeed')
    .addOption(jsonFlag())
    .action((options) => run(async (cli) => (await import('./engine.ts')).runInstall(options, cli)));
  engine
    .command('info')
    .description('engine, device and versions, and why nothing better is used')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .option('--verify', 'compare every file of the native engine with its checksum')
    .addOption(jsonFlag())
    .action((options) => run(async () => (await import('./engine.ts')).runInfo(options)));

  return program;
}
