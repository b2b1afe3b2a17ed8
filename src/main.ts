// The executable: runs the program and turns any error into one message and one exit code.
import { CommanderError } from 'commander';
import { createProgram } from './cli/program.ts';
import { DcganError, printable } from './errors.ts';

const usageExitCode = 2;

async function main(): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
    if (error instanceof DcganError) {
      const [first, ...rest] = error.message.split('\n').map(printable);
      console.error(
        [`✖ ${first}`, ...rest.map((line) => `  ${line}`), `  (${error.code}, exit ${error.exitCode})`].join('\n'),
      );
      return error.exitCode;
    }
    console.error(error instanceof Error ? error.stack : error);
    console.error('This is a bug in dcgan. Please report it with the lines above and the command.');
    return 1;
  }
}

process.exitCode = await main();
