// The executable: runs a command and turns any error into a message and an exit code. Only the result goes to stdout.
import { CommanderError } from 'commander';
import { describeFailure } from './cli/failure.ts';
import { isJsonAsked } from './cli/flags.ts';
import type { Outcome, RunCommand } from './cli/output/outcome.ts';
import { createProgress } from './cli/output/progress.ts';
import { openTerminal } from './cli/output/terminal.ts';
import { createProgram } from './cli/program.ts';
import { listenForStop } from './cli/stop.ts';

const { stdout, stderr } = openTerminal();
const progress = createProgress(stderr);
const isJson = isJsonAsked(process.argv.slice(2));

async function main(): Promise<number> {
  const stop = listenForStop(progress.line, fail);
  let outcome: Outcome | undefined;
  let help = '';
  const run: RunCommand = async (command) => {
    outcome = await command({ progress, stop });
  };
  const program = createProgram(run, {
    writeOut: (text) => {
      help += text;
    },
    writeErr: (text) => stderr.print(text.trimEnd()),
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) return fail(error);
    const text = help.trimEnd();
    outcome = { text, result: error.code === 'commander.version' ? { version: text } : { help: text } };
  } finally {
    progress.end();
  }
  if (outcome) stdout.print(isJson ? JSON.stringify(outcome.result) : outcome.text);
  return outcome?.exitCode ?? 0;
}

/** Reports an error. @returns the exit code */
function fail(error: unknown): number {
  const { text, exitCode, code, message, data } = describeFailure(error);
  progress.end();
  if (text !== undefined) stderr.print(text);
  if (isJson) stdout.print(JSON.stringify({ error: { code, message, data, exitCode } }));
  return exitCode;
}

process.on('uncaughtException', (error) => process.exit(fail(error)));
process.exitCode = await main();
