// Turns any error into text for people, fields for the JSON document, and the exit code.
import { CommanderError } from 'commander';
import { DcganError, messageOf } from '../errors.ts';
import { Interrupted } from '../system/stop-signals.ts';

export interface Failure {
  exitCode: number;
  /** For people; undefined if commander has already printed it. */
  text?: string;
  /** Error code in the JSON document: `usage.unknown-option`, `data.empty-folder`, `interrupted`, `bug` and so on. */
  code: string;
  message: string;
  data: object;
}

const usageExitCode = 2;

export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error);
  if (error instanceof DcganError) return knownFailure(error);
  if (error instanceof Interrupted) {
    const { exitCode, message, signal } = error;
    return { exitCode, code: 'interrupted', message, data: { signal }, text: message };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    exitCode: 1,
    code: 'bug',
    message: messageOf(error),
    data: { stack },
    text: `${stack ?? messageOf(error)}\nThis is a bug in dcgan. Please report it with the lines above and the command.`,
  };
}

function knownFailure({ code, exitCode, message, data }: DcganError): Failure {
  const [first, ...rest] = message.split('\n');
  const lines = [`✖ ${first}`, ...rest.map((line) => `  ${line}`), `  (${code}, exit ${exitCode})`];
  return { exitCode, code, message, data, text: lines.join('\n') };
}

/** commander's codes look like `commander.unknownOption`; for a missing command it prints help instead of a message. */
function usageFailure({ code, message }: CommanderError): Failure {
  const name = code.replace('commander.', '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const failure = { exitCode: usageExitCode, data: {} };
  if (name === 'help') return { ...failure, code: 'usage.no-command', message: 'A command is missing.' };
  return { ...failure, code: `usage.${name}`, message: message.replace(/^error: /, '') };
}
