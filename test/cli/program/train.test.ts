// The arguments of train, bench and import.
import { refuses, understands } from '../../helpers/program-arguments.ts';

understands({ set: [], engine: 'auto', root: '.' }, [
  ['train --config quick', 'train', { config: 'quick' }],
  [
    'train --config a.yaml --set training.steps=3 --set seed=1 --fresh --dry-run --json',
    'train',
    { config: 'a.yaml', set: ['training.steps=3', 'seed=1'], fresh: true, dryRun: true, json: true },
  ],
  [
    ['train', '--config=a', '--data', 'p q', '--epochs', '0.5', '--seed', '0', '--precision', 'mixed_bfloat16'],
    'train',
    { config: 'a', data: 'p q', epochs: 0.5, seed: 0, precision: 'mixed_bfloat16' },
  ],
  ['train --config a --engine wasm --root /r', 'train', { config: 'a', engine: 'wasm', root: '/r' }],
  [
    ['train', '--config', 'a', '--engine', 'webgpu', '--device', 'RTX 3060'],
    'train',
    { config: 'a', engine: 'webgpu', device: 'RTX 3060' },
  ],
  ['train --config a --preview --data b', 'train', { config: 'a', preview: 'auto', data: 'b' }],
  ['bench --config a --device radeon', 'bench', { config: 'a', device: 'radeon', seconds: 10 }],
]);

understands({ set: [], root: '.' }, [
  [
    'import G.pth --config anime --name oulu --from ema --discriminator D.pth',
    'import',
    { config: 'anime', name: 'oulu', from: 'ema', discriminator: 'D.pth' },
    ['G.pth'],
  ],
]);

refuses([
  ['train --config', 'optionMissingArgument', /--config/],
  ['train --config a --engine cuda', 'invalidArgument', /auto, tensorflow, webgpu, wasm/],
  ['train --config a --device', 'optionMissingArgument', /--device/],
  ['train --config a --epochs 0', 'invalidArgument', /above 0, not '0'/],
  ['train --config a --epochs Infinity', 'invalidArgument', /above 0, not 'Infinity'/],
  ['train --config a --seed -1', 'invalidArgument', /from 0 to 4294967295, not '-1'/],
  ['train --config a --seed 4294967296', 'invalidArgument', /not '4294967296'/],
  ['train --config a --confg b', 'unknownOption', /Did you mean --config\?/],
  ['train --config a b', 'excessArguments', /too many arguments/],
  ['bench', 'missingMandatoryOptionValue', /--config/],
  ['import G.pth --name a', 'missingMandatoryOptionValue', /--config/],
]);
