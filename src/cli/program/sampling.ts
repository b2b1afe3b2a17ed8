// The commands that draw pictures with a trained generator: sample, interpolate and explore.
import type { Command } from 'commander';
import { parseSeeds } from '../../sampling/seed-ranges.ts';
import { gridShape, positiveInteger, positiveNumber, seedNumber, wholeNumber } from '../flag-values.ts';
import {
  easingFlag,
  excluding,
  fileFormatFlag,
  forceFlag,
  interpolationFlag,
  previewFlag,
  withCheckpoint,
  withEngine,
} from '../flags.ts';
import type { RunCommand } from '../output/outcome.ts';

export function addSample(program: Command, run: RunCommand): void {
  withEngine(withCheckpoint(program.command('sample')))
    .description('generate images with a trained model')
    .option('--seeds <list>', 'one image per seed: numbers and ranges, e.g. 0-63,99', parseSeeds)
    .addOption(excluding(['seeds'], '--latents <file>', 'one image per latent vector of a JSON file'))
    .addOption(
      excluding(
        ['seeds', 'latents'],
        '--count <number>',
        'number of images, for seeds 0, 1, 2 and so on (default: 64, or what --grid holds)',
        positiveInteger,
      ),
    )
    .option('--out <file>', 'output file: .png, .webp or .jpg (default: samples.png)')
    .addOption(forceFlag())
    .option('--grid <shape>', 'columns x rows of the picture, e.g. 8x8 (default: about square)', gridShape)
    .addOption(excluding(['grid'], '--columns <number>', 'images per row (default: about square)', positiveInteger))
    .option('--padding <pixels>', 'space between and around the images (default: 2)', wholeNumber)
    .option('--scale <number>', 'enlargement factor (default: makes images about 64 pixels long)', positiveInteger)
    .addOption(
      excluding(
        ['out', 'grid', 'columns', 'padding', 'preview'],
        '--separate <folder>',
        'write one file per image into this folder, named by seed',
      ),
    )
    .addOption(fileFormatFlag())
    .addOption(previewFlag())
    .action((options) => run(async (cli) => (await import('../commands/sample.ts')).runSample(options, cli)));
}

export function addInterpolate(program: Command, run: RunCommand): void {
  withEngine(withCheckpoint(program.command('interpolate')))
    .description('interpolate between images as a strip, an animation or a grid')
    .option('--from <seed>', 'seed of the first image', seedNumber)
    .option('--to <seed>', 'seed of the last image', seedNumber)
    .addOption(excluding(['from', 'to'], '--seeds <list>', 'interpolate through several seeds, e.g. 1,5,9', parseSeeds))
    .addOption(
      excluding(['from', 'to', 'seeds'], '--latents <file>', 'interpolate through the latent vectors of a JSON file'),
    )
    .option(
      '--frames <number>',
      'images from one seed to the next, both included (default: 11; animations: 31)',
      positiveInteger,
    )
    .addOption(interpolationFlag())
    .addOption(easingFlag())
    .option('--loop', 'return to the first seed, for a seamless loop')
    .addOption(
      excluding(
        ['from', 'to', 'seeds', 'latents', 'frames', 'easing', 'loop', 'columns', 'fps'],
        '--corners <seeds>',
        'draw a grid between four seeds: top left, top right, bottom left, bottom right',
        parseSeeds,
      ),
    )
    .option('--grid <shape>', 'columns x rows of the --corners grid (default: 8x8)', gridShape)
    .option(
      '--out <file>',
      'output file: .png or .jpg for a strip or grid, .gif, .webp or .apng for an animation (default: interpolation.png)',
    )
    .addOption(forceFlag())
    .option('--columns <number>', 'images per row of a strip (default: all)', positiveInteger)
    .option('--padding <pixels>', 'space between and around the images of a strip (default: 2)', wholeNumber)
    .option(
      '--scale <number>',
      'enlargement factor (default: makes images about 64 pixels long, animations 256)',
      positiveInteger,
    )
    .option('--fps <number>', 'frames per second of an animation (default: 15)', positiveNumber)
    .addOption(previewFlag())
    .action((options) => run(async (cli) => (await import('../commands/interpolate.ts')).runInterpolate(options, cli)));
}

export function addExplore(program: Command, run: RunCommand): void {
  const sweeps = ['seed', 'dimensions', 'range', 'steps'];
  withEngine(withCheckpoint(program.command('explore')))
    .description('show the effect of each latent dimension, or of arithmetic on latent vectors')
    .option(
      '--seed <number>',
      'seed of the image whose latent dimensions are varied one at a time (default: 0)',
      seedNumber,
    )
    .option(
      '--dimensions <number>',
      'number of dimensions to show, those that change the image most (default: 10)',
      positiveInteger,
    )
    .option(
      '--range <number>',
      'vary each dimension from -range to range (default: 3; 1 for uniform latents)',
      positiveNumber,
    )
    .option('--steps <number>', 'images per dimension (default: 9)', positiveInteger)
    .addOption(
      excluding(sweeps, '--formula <text>', 'compute a latent vector, e.g. "mean(s1, s2) - 0.5 * s40 + smile"'),
    )
    .option('--save <name>', 'save the resulting vector under this name, for later formulas')
    .option('--out <file>', 'output file: .png, .webp or .jpg (default: explore.png)')
    .addOption(forceFlag())
    .addOption(previewFlag())
    .addHelpText(
      'after',
      '\nIn a formula, s12 is the latent vector of seed 12; other names are vectors saved for the same run.',
    )
    .action((options) => run(async (cli) => (await import('../commands/explore.ts')).runExplore(options, cli)));
}
