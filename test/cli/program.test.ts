import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { leaves, nameOf, refuses } from '../helpers/program-arguments.ts';

refuses([['trian', 'unknownCommand', /Did you mean train\?/]]);

test('every command and option has a description', () => {
  const visit = (command: Command): void => {
    assert.ok(command.description().length > 8, command.name());
    for (const option of command.options) assert.ok(option.description.length > 8, `${command.name()} ${option.flags}`);
    command.commands.forEach(visit);
  };
  visit(createProgram(() => {}));
});

test('the commands with --engine are those with --device', () => {
  const flags = (command: Command) => command.options.map(({ long }) => long);
  const having = (flag: string) =>
    leaves(createProgram(() => {}))
      .filter((command) => flags(command).includes(flag))
      .map(nameOf);
  const computing = ['train', 'sample', 'interpolate', 'explore', 'evaluate', 'export', 'bench', 'engine info'];
  assert.deepEqual(having('--engine'), computing);
  assert.deepEqual(having('--device'), computing);
});
