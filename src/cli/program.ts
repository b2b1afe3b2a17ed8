// The command tree. An action imports its command only when it runs, so that help is instant.
import { Command, type OutputConfiguration } from 'commander';
import { packageVersion } from '../system/package-directory.ts';
import { refuseEmptyValues } from './flags.ts';
import { describeOption } from './help.ts';
import type { RunCommand } from './output/outcome.ts';
import { addData } from './program/data.ts';
import { addEngine } from './program/engine.ts';
import { addEvaluate, addExport } from './program/generator.ts';
import { addExplore, addInterpolate, addSample } from './program/sampling.ts';
import { addBench, addImport, addTrain } from './program/training.ts';

const commands = [
  addTrain,
  addSample,
  addInterpolate,
  addExplore,
  addEvaluate,
  addExport,
  addImport,
  addBench,
  addData,
  addEngine,
];

/** The program. Its actions throw DcganError and the abort reason of the stop signal; nothing here prints. */
export function createProgram(run: RunCommand, output: OutputConfiguration = {}): Command {
  const program = new Command('dcgan')
    .configureOutput(output)
    .configureHelp({ optionDescription: describeOption })
    .description('Train DCGANs, sample from them, evaluate and export them.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .showHelpAfterError('(dcgan --help lists the commands)')
    .exitOverride() // throws where commander would end the process; inherited by the commands below
    .addHelpText(
      'after',
      '\nExamples:\n  dcgan engine install --if-possible\n  dcgan train --config quick\n  dcgan sample --out samples.png',
    )
    .hook('preAction', (_, command) => refuseEmptyValues(command));
  for (const add of commands) add(program, run);
  return program;
}
