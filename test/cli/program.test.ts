import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

interface Parsed {
  command: string;
  arguments: string[];
  options: Record<string, unknown>;
}

/** Every command of a tree that does something. */
function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function nameOf(command: Command): string {
  return command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** What these arguments would run, without running it. */
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

const trainDefaults = { set: [], engine: 'auto', root: '.' };

const table: [argv: string[], expected: Parsed][] = [
  [
    ['import', 'G.pth', '--config', 'anime', '--name', 'oulu', '--from', 'ema', '--discriminator', 'D.pth'],
    {
      command: 'import',
      arguments: ['G.pth'],
      options: { set: [], root: '.', config: 'anime', name: 'oulu', from: 'ema', discriminator: 'D.pth' },
    },
  ],
  [['train', '--config', 'quick'], { command: 'train', arguments: [], options: { ...trainDefaults, config: 'quick' } }],
  [
    ['train', '--config', 'a.yaml', '--set', 'training.steps=3', '--set', 'seed=1', '--fresh', '--dry-run', '--json'],
    {
      command: 'train',
      arguments: [],
      options: {
        ...trainDefaults,
        config: 'a.yaml',
        set: ['training.steps=3', 'seed=1'],
        fresh: true,
        dryRun: true,
        json: true,
      },
    },
  ],
  [
    [
      'train',
      '--config=a',
      '--data',
      'p q',
      '--epochs',
      '0.5',
      '--seed',
      '0',
      '--precision',
      'mixed_bfloat16',
      '--engine',
      'wasm',
      '--root',
      '/r',
    ],
    {
      command: 'train',
      arguments: [],
      options: {
        config: 'a',
        set: [],
        data: 'p q',
        epochs: 0.5,
        seed: 0,
        precision: 'mixed_bfloat16',
        engine: 'wasm',
        root: '/r',
      },
    },
  ],
  [
    'train --config a --preview --data b'.split(' '),
    {
      command: 'train',
      arguments: [],
      options: { ...trainDefaults, config: 'a', preview: 'auto', data: 'b' },
    },
  ],
  [
    'explore --checkpoint ab --seed 3 --dimensions 5 --range 2.5 --steps 7 --preview=sixel'.split(' '),
    {
      command: 'explore',
      arguments: [],
      options: {
        checkpoint: 'ab',
        seed: 3,
        dimensions: 5,
        range: 2.5,
        steps: 7,
        preview: 'sixel',
        engine: 'auto',
        root: '.',
      },
    },
  ],
  [
    ['explore', '--checkpoint', 'ab', '--formula', '-s1 + s2', '--save', 'a', '--out', 'b.png'],
    {
      command: 'explore',
      arguments: [],
      options: { checkpoint: 'ab', formula: '-s1 + s2', save: 'a', out: 'b.png', engine: 'auto', root: '.' },
    },
  ],
  [
    ['sample', '--checkpoint', '15817e6'],
    {
      command: 'sample',
      arguments: [],
      options: { checkpoint: '15817e6', engine: 'auto', root: '.' },
    },
  ],
  [
    ['sample', '--checkpoint', 'ab', '--count', '9', '--columns', '3', '--out', 'x.webp', '--engine', 'tensorflow'],
    {
      command: 'sample',
      arguments: [],
      options: { checkpoint: 'ab', count: 9, columns: 3, out: 'x.webp', engine: 'tensorflow', root: '.' },
    },
  ],
  [
    'sample --checkpoint ab --seeds 0-2,9 --grid 4x1 --padding 0 --scale 2 --best --json'.split(' '),
    {
      command: 'sample',
      arguments: [],
      options: {
        checkpoint: 'ab',
        seeds: [0, 1, 2, 9],
        grid: { columns: 4, rows: 1 },
        padding: 0,
        scale: 2,
        best: true,
        json: true,
        engine: 'auto',
        root: '.',
      },
    },
  ],
  [
    'sample --checkpoint ab --latents z.json --separate faces --format webp --step 12'.split(' '),
    {
      command: 'sample',
      arguments: [],
      options: {
        checkpoint: 'ab',
        latents: 'z.json',
        separate: 'faces',
        format: 'webp',
        step: 12,
        engine: 'auto',
        root: '.',
      },
    },
  ],
  [
    'interpolate --checkpoint ab --from 3 --to 0 --frames 5 --method slerp --easing ease-in-out --loop --fps 12.5'.split(
      ' ',
    ),
    {
      command: 'interpolate',
      arguments: [],
      options: {
        checkpoint: 'ab',
        from: 3,
        to: 0,
        frames: 5,
        method: 'slerp',
        easing: 'ease-in-out',
        loop: true,
        fps: 12.5,
        engine: 'auto',
        root: '.',
      },
    },
  ],
  [
    'interpolate --checkpoint ab --corners 1,2,3,9 --grid 5x3 --out a.webp'.split(' '),
    {
      command: 'interpolate',
      arguments: [],
      options: {
        checkpoint: 'ab',
        corners: [1, 2, 3, 9],
        grid: { columns: 5, rows: 3 },
        out: 'a.webp',
        engine: 'auto',
        root: '.',
      },
    },
  ],
  [
    'export --checkpoint afg --format onnx --out afg.onnx --step 0 --force --json'.split(' '),
    {
      command: 'export',
      arguments: [],
      options: { checkpoint: 'afg', format: 'onnx', out: 'afg.onnx', step: 0, force: true, json: true, root: '.' },
    },
  ],
  [
    'export --checkpoint afg --format checkpoint --out checkpoints/afg --best'.split(' '),
    {
      command: 'export',
      arguments: [],
      options: { checkpoint: 'afg', format: 'checkpoint', out: 'checkpoints/afg', best: true, root: '.' },
    },
  ],
  [
    ['data', 'prepare', 'mnist', '--force'],
    { command: 'data prepare mnist', arguments: [], options: { force: true, root: '.' } },
  ],
  [
    ['data', 'prepare', 'emoji', '--set', 'apple', '--categories', 'people,activity', '--skin-tones', '--yellow-faces'],
    {
      command: 'data prepare emoji',
      arguments: [],
      options: { set: 'apple', categories: ['people', 'activity'], skinTones: true, yellowFaces: true, root: '.' },
    },
  ],
  [
    ['data', 'prepare', 'avatars'],
    { command: 'data prepare avatars', arguments: [], options: { count: 10000, size: 64, root: '.' } },
  ],
  [
    ['data', 'prepare', 'avatars', '--count', '9', '--style', 'lorelei', 'dylan', '--size', '128', '--json'],
    {
      command: 'data prepare avatars',
      arguments: [],
      options: { count: 9, size: 128, style: ['lorelei', 'dylan'], json: true, root: '.' },
    },
  ],
  [
    ['data', 'prepare', 'sheet', '--file', 'a.png', '--tile', '64'],
    {
      command: 'data prepare sheet',
      arguments: [],
      options: { file: 'a.png', tile: { width: 64, height: 64 }, margin: 0, spacing: 0, root: '.' },
    },
  ],
  [
    'data prepare sheet --file a.png --tile 48x64 --margin 1 --spacing 2 --skip-empty --name b --force'.split(' '),
    {
      command: 'data prepare sheet',
      arguments: [],
      options: {
        file: 'a.png',
        tile: { width: 48, height: 64 },
        margin: 1,
        spacing: 2,
        skipEmpty: true,
        name: 'b',
        force: true,
        root: '.',
      },
    },
  ],
  [
    ['engine', 'install', '--cpu', '--if-possible'],
    { command: 'engine install', arguments: [], options: { cpu: true, ifPossible: true } },
  ],
  [
    ['engine', 'install', '--cuda', '--json'],
    { command: 'engine install', arguments: [], options: { cuda: true, json: true } },
  ],
  [['engine', 'info', '--json'], { command: 'engine info', arguments: [], options: { json: true, engine: 'auto' } }],
];

for (const [argv, expected] of table) {
  test(`dcgan ${argv.join(' ')}`, async () => assert.deepEqual(await parse(argv), expected));
}

const refused: [argv: string[], code: string, message: RegExp][] = [
  [['train', '--config'], 'commander.optionMissingArgument', /--config/],
  [['train', '--config', 'a', '--engine', 'cuda'], 'commander.invalidArgument', /auto, tensorflow, wasm/],
  [['train', '--config', 'a', '--epochs', '0'], 'commander.invalidArgument', /above 0, not '0'/],
  [['train', '--config', 'a', '--epochs', 'Infinity'], 'commander.invalidArgument', /above 0, not 'Infinity'/],
  [['train', '--config', 'a', '--seed', '-1'], 'commander.invalidArgument', /from 0 to 4294967295, not '-1'/],
  [['train', '--config', 'a', '--seed', '4294967296'], 'commander.invalidArgument', /not '4294967296'/],
  [['train', '--config', 'a', '--confg', 'b'], 'commander.unknownOption', /Did you mean --config\?/],
  [['train', '--config', 'a', 'b'], 'commander.excessArguments', /too many arguments/],
  [['sample'], 'commander.missingMandatoryOptionValue', /--checkpoint/],
  [['sample', '--checkpoint', 'a', '--count', '0'], 'commander.invalidArgument', /whole number above 0, not '0'/],
  [['sample', '--checkpoint', 'a', '--count', '2.5'], 'commander.invalidArgument', /not '2\.5'/],
  [['sample', '--checkpoint', 'a', '--count', 'many'], 'commander.invalidArgument', /not 'many'/],
  [['sample', '--checkpoint', 'a', '--count', ''], 'commander.invalidArgument', /not ''/],
  [['sample', '--checkpoint', 'a', '--columns', '-3'], 'commander.invalidArgument', /not '-3'/],
  [['sample', '--checkpoint', 'a', '--grid', '8'], 'commander.invalidArgument', /such as 8x8, not '8'/],
  [['sample', '--checkpoint', 'a', '--grid', '0x8'], 'commander.invalidArgument', /not '0x8'/],
  [['sample', '--checkpoint', 'a', '--padding', '-1'], 'commander.invalidArgument', /0 or more, not '-1'/],
  [['sample', '--checkpoint', 'a', '--preview=ascii'], 'commander.invalidArgument', /auto, half-blocks, kitty/],
  [['explore', '--checkpoint', 'a', '--formula', 's1', '--steps', '3'], 'commander.conflictingOption', /--steps/],
  [['sample', '--checkpoint', 'a', '--format', 'bmp'], 'commander.invalidArgument', /png, webp, jpg/],
  ...[
    '--count 4 --seeds 1',
    '--latents z.json --seeds 1',
    '--count 4 --latents z.json',
    '--grid 2x2 --columns 2',
    '--separate a --out b.png',
    '--separate a --grid 2x2',
    '--separate a --preview',
    '--step 4 --best',
    '--best --latest',
  ].map((flags): [string[], string, RegExp] => [
    ['sample', '--checkpoint', 'a', ...flags.split(' ')],
    'commander.conflictingOption',
    /cannot be used with option/,
  ]),
  [['interpolate', '--checkpoint', 'a', '--from', '-1'], 'commander.invalidArgument', /not '-1'/],
  [['interpolate', '--checkpoint', 'a', '--method', 'cubic'], 'commander.invalidArgument', /linear, slerp/],
  [
    ['interpolate', '--checkpoint', 'a', '--easing', 'in'],
    'commander.invalidArgument',
    /ease-in, ease-out, ease-in-out/,
  ],
  [['interpolate', '--checkpoint', 'a', '--fps', '0'], 'commander.invalidArgument', /above 0, not '0'/],
  ...[
    '--seeds 1,2 --from 1',
    '--seeds 1,2 --latents z.json',
    '--corners 1,2,3,4 --loop',
    '--corners 1,2,3,4 --to 2',
  ].map((flags): [string[], string, RegExp] => [
    ['interpolate', '--checkpoint', 'a', ...flags.split(' ')],
    'commander.conflictingOption',
    /cannot be used with option/,
  ]),
  [['trian'], 'commander.unknownCommand', /Did you mean train\?/],
  [['data', 'prepare'], 'commander.help', /outputHelp/],
  [['data', 'prepare', 'cifar'], 'commander.unknownCommand', /cifar/],
  [['data', 'prepare', 'avatar'], 'commander.unknownCommand', /Did you mean avatars\?/],
  [['data', 'prepare', 'mnist', '--tile', '64'], 'commander.unknownOption', /--tile/],
  [['data', 'prepare', 'avatars', '--count', '0'], 'commander.invalidArgument', /above 0, not '0'/],
  [['data', 'prepare', 'sheet', '--tile', '64'], 'commander.missingMandatoryOptionValue', /--file/],
  [['data', 'prepare', 'sheet', '--file', 'a.png'], 'commander.missingMandatoryOptionValue', /--tile/],
  ...['0', '64x', 'x64', '64x64x3', '-1', '6.5', ''].map((tile): [string[], string, RegExp] => [
    ['data', 'prepare', 'sheet', '--file', 'a.png', '--tile', tile],
    'commander.invalidArgument',
    /64 or 48x64/,
  ]),
  ...['-1', '0.5', '', 'x'].map((margin): [string[], string, RegExp] => [
    ['data', 'prepare', 'sheet', '--file', 'a.png', '--tile', '64', '--margin', margin],
    'commander.invalidArgument',
    /0 or more/,
  ]),
];

for (const [argv, code, message] of refused) {
  test(`dcgan ${argv.join(' ')} is refused`, async () => {
    await assert.rejects(parse(argv), (error) => {
      assert.ok(error instanceof CommanderError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('every command and every option says what it does', () => {
  const visit = (command: Command): void => {
    assert.ok(command.description().length > 8, command.name());
    for (const option of command.options) assert.ok(option.description.length > 8, `${command.name()} ${option.flags}`);
    command.commands.forEach(visit);
  };
  visit(createProgram(() => {}));
});
