import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, writePictures } from '../helpers/temporary-run.ts';

const page = readFileSync(new URL('../../docs/getting-started.md', import.meta.url), 'utf8');

/** The arguments of the page's indented dcgan commands. Only a formula is quoted. */
function commandsOf(text: string): string[][] {
  const lines = [...text.matchAll(/^ {4}npx dcgan (.+)$/gm)].map((match) => match[1]!);
  return lines.map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!));
}

const short = ['--set', 'training.batchSize=4', '--set', 'training.steps=2'];

/** The same command, training for two small steps instead of its epochs. */
function shortened(args: string[]): string[] {
  if (args[0] !== 'train') return args;
  const epochs = args.indexOf('--epochs');
  return [...args.toSpliced(epochs, 2), ...short];
}

test('every command of the getting-started page runs, in this order, and writes the files it names', async () => {
  const cwd = temporaryFolder();
  await writePictures(join(cwd, 'photos'), 64);
  const commands = commandsOf(page);
  assert.ok(commands.length >= 9);
  for (const args of commands) {
    const { exitCode, stderr } = await runCli([...shortened(args), '--engine', 'wasm'], { cwd });
    assert.equal(exitCode, 0, `dcgan ${args.join(' ')}\n${stderr}`);
    const out = args.findIndex((argument) => ['--out', '--separate'].includes(argument));
    if (out >= 0) assert.ok(existsSync(join(cwd, args[out + 1]!)), args.join(' '));
  }
});
