// The whole command tree on one screen. Every action loads its command only when it runs, so that help is instant.
import { Command, Option, type OutputConfiguration } from 'commander';
import { avatarStyles } from '../data/prepare/avatar-styles.ts';
import { exportFormatNames } from '../exports/formats.ts';
import { parseSeeds } from '../sampling/seed-ranges.ts';
import { packageVersion } from '../system/package-directory.ts';
import {
  collect,
  commaSeparated,
  deviceFlag,
  easingFlag,
  engineFlag,
  excluding,
  fileFormatFlag,
  forceFlag,
  gridShape,
  imageSize,
  interpolationFlag,
  jsonFlag,
  positiveInteger,
  positiveNumber,
  precisionFlag,
  previewFlag,
  refuseEmptyValues,
  rootFlag,
  seedNumber,
  wholeNumber,
  withCheckpoint,
  withConfig,
  withEngine,
} from './flags.ts';
import type { Cli, Outcome } from './output/outcome.ts';

/** Runs a command and takes its outcome. */
export type RunCommand = (command: (cli: Cli) => Promise<Outcome>) => Promise<void> | void;

/** The program. Its actions throw DcganError and what the stop signal's abort throws; nothing here prints. */
export function createProgram(run: RunCommand, output: OutputConfiguration = {}): Command {
  const program = new Command('dcgan')
    .configureOutput(output)
    .description('Train, sample and ship DCGANs.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .showHelpAfterError('(dcgan --help lists the commands)')
    .exitOverride() // throws where commander would end the process; the commands below take this over
    .hook('preAction', (_, command) => refuseEmptyValues(command));

  withEngine(withConfig(program.command('train'), { required: false }))
    .description('train a model from a config; an interrupted run resumes')
    .option('--resume <run>', 'resume the run with this hash; refuses changes that would make it another run')
    .option(
      '--fork <checkpoint>',
      "start a new run from this checkpoint's weights and optimizer state; the config may differ",
    )
    .option('--data <folder>', 'image folder or ZIP file, relative to the current folder; overrides data.folder')
    .option('--verify-data', 'decode every image again, in case one has changed unnoticed')
    .option('--epochs <number>', 'number of passes over the data', positiveNumber)
    .option('--seed <number>', 'seed of all random numbers', seedNumber)
    .addOption(precisionFlag())
    .option('--fresh', 'start over, setting aside what this run has written before')
    .option('--dry-run', 'check everything, print what would be trained, write nothing')
    .addOption(previewFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  dcgan train --config quick\n  dcgan train --config emoji.json --set training.epochs=100 --data my-pictures\n  dcgan train --resume 15817e6 --epochs 200\n  dcgan train --fork 15817e6 --set generator.optimizer.learningRate=5e-5',
    )
    .action((options) => run(async (cli) => (await import('./commands/train.ts')).runTrain(options, cli)));

  withEngine(withCheckpoint(program.command('sample')))
    .description('generate images with a trained model')
    .option('--seeds <list>', 'one image per seed: numbers and ranges, e.g. 0-63,99', parseSeeds)
    .addOption(excluding(['seeds'], '--latents <file>', 'one image per latent vector of a JSON file'))
    .addOption(
      excluding(
        ['seeds', 'latents'],
        '--count <number>',
        'number of images, from seeds 0, 1, 2 and so on',
        positiveInteger,
      ),
    )
    .option('--out <file>', 'output file: .png, .webp or .jpg (default: samples.png)')
    .addOption(forceFlag())
    .option('--grid <shape>', 'columns x rows of the grid, e.g. 8x8 (default: about square)', gridShape)
    .addOption(excluding(['grid'], '--columns <number>', 'images per row', positiveInteger))
    .option('--padding <pixels>', 'space between and around the images (default: 2)', wholeNumber)
    .option(
      '--scale <number>',
      'enlargement factor (default: the one that makes images 64 pixels long)',
      positiveInteger,
    )
    .addOption(
      excluding(
        ['out', 'grid', 'columns', 'padding', 'preview'],
        '--separate <folder>',
        'write one file per image, named after its seed',
      ),
    )
    .addOption(fileFormatFlag())
    .addOption(previewFlag())
    .action((options) => run(async (cli) => (await import('./commands/sample.ts')).runSample(options, cli)));

  withEngine(withCheckpoint(program.command('interpolate')))
    .description('interpolate between images as a strip, an animation or a grid')
    .option('--from <seed>', 'seed of the first image', seedNumber)
    .option('--to <seed>', 'seed of the last image', seedNumber)
    .addOption(excluding(['from', 'to'], '--seeds <list>', 'interpolate through several seeds, e.g. 1,5,9', parseSeeds))
    .addOption(
      excluding(['from', 'to', 'seeds'], '--latents <file>', 'interpolate through the latent vectors of a JSON file'),
    )
    .option('--frames <number>', 'images from one seed to the next (default: 11, in animations 31)', positiveInteger)
    .addOption(interpolationFlag())
    .addOption(easingFlag())
    .option('--loop', 'return to the first seed for a seamless loop')
    .addOption(
      excluding(
        ['from', 'to', 'seeds', 'latents', 'frames', 'easing', 'loop', 'columns', 'fps'],
        '--corners <seeds>',
        'a grid between four seeds: top left, top right, bottom left, bottom right',
        parseSeeds,
      ),
    )
    .option('--grid <shape>', 'columns x rows of that grid (default: 8x8)', gridShape)
    .option(
      '--out <file>',
      '.png or .jpg for a strip, .gif, .webp or .apng for an animation (default: interpolation.png)',
    )
    .addOption(forceFlag())
    .option('--columns <number>', 'images per row of a strip (default: all)', positiveInteger)
    .option('--padding <pixels>', 'space between and around the images of a strip (default: 2)', wholeNumber)
    .option(
      '--scale <number>',
      'enlargement factor (default: the one that makes images 64 pixels long, animations 256)',
      positiveInteger,
    )
    .option('--fps <number>', 'frames per second of an animation (default: 15)', positiveNumber)
    .addOption(previewFlag())
    .action((options) => run(async (cli) => (await import('./commands/interpolate.ts')).runInterpolate(options, cli)));

  const sweeps = ['seed', 'dimensions', 'range', 'steps'];
  withEngine(withCheckpoint(program.command('explore')))
    .description('show what each latent dimension changes, or compute with latent vectors')
    .option('--seed <number>', 'image whose latent dimensions are changed one at a time (default: 0)', seedNumber)
    .option(
      '--dimensions <number>',
      'number of dimensions, those with the largest change (default: 10)',
      positiveInteger,
    )
    .option('--range <number>', 'sweep from -range to range (default: 3; 1 for uniform latents)', positiveNumber)
    .option('--steps <number>', 'images per dimension (default: 9)', positiveInteger)
    .addOption(
      excluding(sweeps, '--formula <text>', 'add, subtract, scale and average: "mean(s1, s2) - 0.5 * s40 + smile"'),
    )
    .option('--save <name>', 'save the result under a name for later formulas')
    .option('--out <file>', 'output file: .png, .webp or .jpg (default: explore.png)')
    .addOption(forceFlag())
    .addOption(previewFlag())
    .addHelpText(
      'after',
      '\nIn a formula s12 is the latent vector of seed 12; other names are saved vectors of the same run.',
    )
    .action((options) => run(async (cli) => (await import('./commands/explore.ts')).runExplore(options, cli)));

  withEngine(withCheckpoint(program.command('export')))
    .description('export a trained generator for other programs')
    .requiredOption('--format <name>', exportFormatNames.join(', '))
    .requiredOption('--out <path>', 'output folder, or output file if the format is a single file')
    .option('--force', 'overwrite a file, or an export among other files of its folder')
    .action((options) => run(async (cli) => (await import('./commands/export.ts')).runExport(options, cli)));

  withConfig(program.command('import'))
    .description('convert PyTorch or Keras weights to a checkpoint; no code in the file is run')
    .argument(
      '<file>',
      "torch.save output (a state_dict, or a dict that holds some), a .safetensors file with PyTorch's names, or Keras .weights.h5",
    )
    .requiredOption('--name <name>', 'name of the checkpoint, written to checkpoints/<name>')
    .option('--from <keys>', 'path of the generator inside the file if several fit, e.g. state_dict.generator_ema')
    .option('--discriminator <file>', 'file of the discriminator, if it is a separate one')
    .addOption(rootFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nLayers are matched in their order: the first convolution of the file to the first of the config, and so on.\n' +
        "Settings that are not in such a file, like epsilon or padding, are the config's.\n" +
        '\nExamples:\n  dcgan import afg.pt --config afg --name anime-faces\n' +
        '  dcgan import G__40 --discriminator D__40 --config anime --name oulu',
    )
    .action((file, options) => run(async () => (await import('./commands/import.ts')).runImport({ file, ...options })));

  withEngine(withConfig(program.command('bench')))
    .description('benchmark a config on this machine with noise images; nothing is written')
    .option('--seconds <number>', 'duration of the measurement', positiveNumber, 10)
    .addOption(precisionFlag())
    .action((options) => run(async (cli) => (await import('./commands/bench.ts')).runBench(options, cli)));

  withEngine(withCheckpoint(program.command('evaluate')))
    .description('evaluate a trained generator against real images')
    .option('--data <folder>', 'folder of real images, relative to the current folder (default: the training data)')
    .option(
      '--metrics <names>',
      'comma-separated: swd, ms-ssim, precision-recall, diversity, nearest; fid, kid with features (default: all)',
      commaSeparated,
    )
    .option('--features <network>', 'feature network for fid, kid and precision-recall: mnist, or an ONNX file')
    .option(
      '--features-set <key=value>',
      'input settings of the ONNX network, e.g. range=[-1,1]; repeatable',
      collect,
      [],
    )
    .option('--count <number>', 'number of generated images, and of real ones', positiveInteger, 4096)
    .option(
      '--size <pixels>',
      'size of the comparison, e.g. 64 or 48x64 (default: image size, rounded up to a multiple of 16)',
      imageSize,
    )
    .option(
      '--seed <number>',
      'seed of the latents, the choice of real images and the random directions',
      seedNumber,
      0,
    )
    .action((options) => run(async (cli) => (await import('./commands/evaluate.ts')).runEvaluate(options, cli)));

  const data = program.command('data').description('prepare image folders');
  const prepare = data.command('prepare').description('fetch, draw or cut a dataset into data/');
  const preparation = (command: Command) =>
    command
      .option('--force', 'replace a folder that was prepared before')
      .option('--out <folder>', 'where to put it (default: a folder of its own in data/)')
      .addOption(rootFlag())
      .addOption(jsonFlag())
      .action((options) =>
        run(async (cli) =>
          (await import('./commands/data.ts')).runPrepare({ dataset: command.name(), ...options }, cli),
        ),
      );
  preparation(prepare.command('mnist').description('fetch MNIST: 70,000 handwritten digits'));
  preparation(
    prepare
      .command('fashion-mnist')
      .description('convert Fashion-MNIST: 70,000 articles of clothing, from files on this machine')
      .option(
        '--from <paths...>',
        "folder with the four idx files, or the files (default: that of Debian's package dataset-fashion-mnist)",
      ),
  );
  preparation(
    prepare
      .command('idx')
      .description('convert idx files, the format of MNIST, unpacked or packed by gzip')
      .requiredOption('--from <paths...>', 'folder of idx files, or the files')
      .option('--name <folder>', 'the folder in data/ (default: the name of the first folder or file)'),
  );
  preparation(
    prepare
      .command('emoji')
      .description('fetch the emoji of one vendor')
      .option('--set <name>', 'apple, google, twitter, facebook, emojione (version 2.2.7 of 2017) or fluent (3D)')
      .option('--categories <names>', 'comma-separated categories, e.g. people,activity', commaSeparated)
      .option('--skin-tones', 'include the skin tone variants')
      .option('--yellow-faces', 'keep only yellow, filled faces')
      .option('--size <pixels>', 'height and width: 16 to 256 with --set fluent, else 64', positiveInteger, 64),
  );
  preparation(
    prepare
      .command('avatars')
      .description('draw cartoon faces')
      .option('--count <number>', 'number of faces', positiveInteger, 10_000)
      .option('--size <pixels>', 'height and width of each face', positiveInteger, 64)
      .option(
        '--style <names...>',
        `drawing styles, used in turn: all, frontal (in colour, seen from the front), or ${avatarStyles.join(', ')} (default: toon-head personas)`,
      ),
  );
  preparation(
    prepare
      .command('sheet')
      .description('cut a sprite sheet into single images')
      .requiredOption('--file <picture>', 'picture file of the sheet')
      .requiredOption('--tile <size>', 'size of one tile in pixels without its margin: 64 or 48x64', imageSize)
      .option('--margin <pixels>', 'pixels around each tile', wholeNumber, 0)
      .option('--spacing <pixels>', 'pixels between tiles, besides their margins', wholeNumber, 0)
      .option('--skip-empty', 'skip tiles that are transparent or of a single colour')
      .option('--name <folder>', "the folder in data/ (default: the file's name)"),
  );

  const engine = program.command('engine').description('install and inspect compute engines');
  engine
    .command('install')
    .description('install the native engine: TensorFlow from PyPI and a binding compiled on this machine')
    .option('--cpu', 'install the CPU build even if there is a GPU')
    .option('--cuda', 'install the CUDA build (about 3 GB to download)')
    .addOption(new Option('--webgpu', 'only Dawn, for the webgpu engine (21 MB)').conflicts(['cpu', 'cuda', 'onnx']))
    .addOption(new Option('--onnx', 'only ONNX Runtime, for --features FILE.onnx (14 MB)').conflicts(['cpu', 'cuda']))
    .option('--if-possible', 'if something is missing, report it and exit 0')
    .addOption(jsonFlag())
    .action((options) => run(async (cli) => (await import('./commands/engine.ts')).runInstall(options, cli)));
  engine
    .command('info')
    .description('show the engine, device and versions, and why others are not used')
    .addOption(engineFlag())
    .addOption(deviceFlag())
    .option('--verify', 'compare every file of the native engine with its checksum')
    .addOption(jsonFlag())
    .action((options) => run(async () => (await import('./commands/engine.ts')).runInfo(options)));

  return program;
}
