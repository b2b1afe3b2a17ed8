// The commands that prepare image folders.
import type { Command } from 'commander';
import { avatarStyles } from '../../data/prepare/avatar-styles.ts';
import { commaSeparated, imageSize, positiveInteger, wholeNumber } from '../flag-values.ts';
import { jsonFlag, rootFlag } from '../flags.ts';
import type { RunCommand } from '../output/outcome.ts';

export function addData(program: Command, run: RunCommand): void {
  const data = program.command('data').description('prepare image folders');
  const prepare = data.command('prepare').description('download, draw or cut out a dataset');
  const preparation = (command: Command) =>
    command
      .option('--force', 'replace a folder that was prepared earlier')
      .option('--out <folder>', 'output folder (default: a new folder in data/)')
      .addOption(rootFlag())
      .addOption(jsonFlag())
      .action((options) =>
        run(async (cli) =>
          (await import('../commands/data.ts')).runPrepare({ dataset: command.name(), ...options }, cli),
        ),
      );
  preparation(prepare.command('mnist').description('download MNIST: 70,000 handwritten digits'));
  preparation(
    prepare
      .command('fashion-mnist')
      .description('convert Fashion-MNIST: 70,000 articles of clothing, from files on this machine')
      .option(
        '--from <paths...>',
        "folder with the four idx files, or the files (default: those of Debian's package dataset-fashion-mnist)",
      ),
  );
  preparation(
    prepare
      .command('idx')
      .description('convert idx files, the format of MNIST, uncompressed or gzipped')
      .requiredOption('--from <paths...>', 'folder of idx files, or the files')
      .option('--name <folder>', 'name of the folder in data/ (default: that of the first folder or file)'),
  );
  preparation(
    prepare
      .command('emoji')
      .description('download the emoji of one vendor')
      .option(
        '--set <name>',
        'vendor: apple, google, twitter, facebook, emojione (version 2.2.7 of 2017) or fluent (3D) (default: twitter)',
      )
      .option(
        '--categories <names>',
        'comma-separated categories, e.g. people,activity (default: people)',
        commaSeparated,
      )
      .option('--skin-tones', 'include skin tone variants')
      .option('--yellow-faces', 'include only yellow, filled faces')
      .option('--size <pixels>', 'height and width: 16 to 256 with --set fluent, otherwise 64', positiveInteger, 64),
  );
  preparation(
    prepare
      .command('avatars')
      .description('draw cartoon faces')
      .option('--count <number>', 'number of faces', positiveInteger, 10_000)
      .option('--size <pixels>', 'height and width of each face in pixels', positiveInteger, 64)
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
      .requiredOption('--tile <size>', 'size of a tile in pixels without its margin, e.g. 64 or 48x64', imageSize)
      .option('--margin <pixels>', 'pixels around each tile', wholeNumber, 0)
      .option('--spacing <pixels>', 'pixels between tiles, in addition to their margins', wholeNumber, 0)
      .option('--skip-empty', 'skip tiles that are transparent or have a single colour')
      .option('--name <folder>', "name of the folder in data/ (default: the file's name)"),
  );
}
