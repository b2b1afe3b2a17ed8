// Tests of command-line arguments: the command and options they parse to, or the error, without running anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

export interface Parsed {
  command: string;
  arguments: string[];
  options: Record<string, unknown>;
}

/** One string if no quoting is needed, or a list. */
type Arguments = string | readonly string[];

const listOf = (given: Arguments): string[] => (typeof given === 'string' ? given.split(' ') : [...given]);

/** A test per row: the arguments run the command with exactly these options and `defaults`. */
export function understands(
  defaults: Record<string, unknown>,
  table: readonly [argv: Arguments, command: string, options: Record<string, unknown>, operands?: string[]][],
): void {
  for (const [given, command, options, operands = []] of table) {
    const expected = { command, arguments: operands, options: { ...defaults, ...options } };
    test(`dcgan ${listOf(given).join(' ')}`, async () => assert.deepEqual(await parse(listOf(given)), expected));
  }
}

/** A test per row: the arguments are rejected with this commander code and message. */
export function refuses(table: readonly [argv: Arguments, code: string, message: RegExp][]): void {
  for (const [given, code, message] of table) {
    test(`dcgan ${listOf(given).join(' ')} is rejected`, async () => {
      await assert.rejects(parse(listOf(given)), (error) => {
        assert.ok(error instanceof CommanderError);
        assert.equal(error.code, `commander.${code}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }
}

/** A test per row: the flags conflict. */
export function excludes(command: string, table: readonly string[]): void {
  refuses(table.map((flags) => [`${command} ${flags}`, 'conflictingOption', /cannot be used with option/]));
}

async function parse(argv: string[]): Promise<Parsed> {
  const program = createProgram(() => {});
  let parsed: Parsed | undefined;
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut() {}, writeErr() {} });
    for (const child of command.commands) silence(child);
  };
  silence(program);
  for (const command of leaves(program)) {
    command.action(() => {
      parsed = { command: nameOf(command), arguments: [...command.args], options: command.opts() };
    });
  }
  await program.parseAsync(argv, { from: 'user' });
  assert.ok(parsed);
  return parsed;
}

/** Every command of a tree without subcommands. */
export function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

export function nameOf(command: Command): string {
  return command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}
