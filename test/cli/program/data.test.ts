// The arguments of the commands that prepare datasets.
import { refuses, understands } from '../../helpers/program-arguments.ts';

understands({ root: '.' }, [
  ['data prepare mnist --force', 'data prepare mnist', { force: true }],
  [
    'data prepare emoji --set apple --categories people,activity --skin-tones --yellow-faces',
    'data prepare emoji',
    { set: 'apple', categories: ['people', 'activity'], skinTones: true, yellowFaces: true, size: 64 },
  ],
  ['data prepare emoji --set fluent --size 128', 'data prepare emoji', { set: 'fluent', size: 128 }],
  ['data prepare fashion-mnist', 'data prepare fashion-mnist', {}],
  ['data prepare fashion-mnist --from a', 'data prepare fashion-mnist', { from: ['a'] }],
  ['data prepare idx --from a b.gz --name c', 'data prepare idx', { from: ['a', 'b.gz'], name: 'c' }],
  ['data prepare avatars', 'data prepare avatars', { count: 10000, size: 64 }],
  [
    'data prepare avatars --count 9 --style lorelei dylan --size 128 --json',
    'data prepare avatars',
    { count: 9, size: 128, style: ['lorelei', 'dylan'], json: true },
  ],
  [
    'data prepare sheet --file a.png --tile 64',
    'data prepare sheet',
    { file: 'a.png', tile: { width: 64, height: 64 }, margin: 0, spacing: 0 },
  ],
  [
    'data prepare sheet --file a.png --tile 48x64 --margin 1 --spacing 2 --skip-empty --name b --force',
    'data prepare sheet',
    {
      file: 'a.png',
      tile: { width: 48, height: 64 },
      margin: 1,
      spacing: 2,
      skipEmpty: true,
      name: 'b',
      force: true,
    },
  ],
]);

const sheet = ['data', 'prepare', 'sheet', '--file', 'a.png'];

refuses([
  ['data prepare', 'help', /outputHelp/],
  ['data prepare cifar', 'unknownCommand', /cifar/],
  ['data prepare avatar', 'unknownCommand', /Did you mean avatars\?/],
  ['data prepare mnist --tile 64', 'unknownOption', /--tile/],
  ['data prepare idx', 'missingMandatoryOptionValue', /--from/],
  ['data prepare avatars --count 0', 'invalidArgument', /above 0, not '0'/],
  ['data prepare sheet --tile 64', 'missingMandatoryOptionValue', /--file/],
  [sheet, 'missingMandatoryOptionValue', /--tile/],
]);
refuses(
  ['0', '64x', 'x64', '64x64x3', '-1', '6.5', ''].map((tile) => [
    [...sheet, '--tile', tile],
    'invalidArgument',
    /64 or 48x64/,
  ]),
);
refuses(
  ['-1', '0.5', '', 'x'].map((margin) => [
    [...sheet, '--tile', '64', '--margin', margin],
    'invalidArgument',
    /0 or more/,
  ]),
);
