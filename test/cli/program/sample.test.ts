// The arguments of sample and evaluate.
import { excludes, refuses, understands } from '../../helpers/program-arguments.ts';

understands({ checkpoint: 'ab', engine: 'auto', root: '.' }, [
  ['sample --checkpoint ab', 'sample', {}],
  [
    'sample --checkpoint ab --count 9 --columns 3 --out x.webp --engine tensorflow',
    'sample',
    { count: 9, columns: 3, out: 'x.webp', engine: 'tensorflow' },
  ],
  [
    'sample --checkpoint ab --seeds 0-2,9 --grid 4x1 --padding 0 --scale 2 --best --json',
    'sample',
    { seeds: [0, 1, 2, 9], grid: { columns: 4, rows: 1 }, padding: 0, scale: 2, best: true, json: true },
  ],
  [
    'sample --checkpoint ab --latents z.json --separate faces --format webp --step 12 --device radeon',
    'sample',
    { latents: 'z.json', separate: 'faces', format: 'webp', step: 12, device: 'radeon' },
  ],
  ['evaluate --checkpoint ab --device radeon', 'evaluate', { featuresSet: [], count: 4096, seed: 0, device: 'radeon' }],
]);

refuses([
  ['sample --checkpoint a --count 0', 'invalidArgument', /whole number above 0, not '0'/],
  ['sample --checkpoint a --count 2.5', 'invalidArgument', /not '2\.5'/],
  ['sample --checkpoint a --count many', 'invalidArgument', /not 'many'/],
  [['sample', '--checkpoint', 'a', '--count', ''], 'invalidArgument', /not ''/],
  ['sample --checkpoint a --columns -3', 'invalidArgument', /not '-3'/],
  ['sample --checkpoint a --grid 8', 'invalidArgument', /such as 8x8, not '8'/],
  ['sample --checkpoint a --grid 0x8', 'invalidArgument', /not '0x8'/],
  ['sample --checkpoint a --padding -1', 'invalidArgument', /0 or more, not '-1'/],
  ['sample --checkpoint a --preview=ascii', 'invalidArgument', /auto, half-blocks, kitty/],
  ['sample --checkpoint a --format bmp', 'invalidArgument', /png, webp, jpg/],
]);

excludes('sample --checkpoint a', [
  '--count 4 --seeds 1',
  '--latents z.json --seeds 1',
  '--count 4 --latents z.json',
  '--grid 2x2 --columns 2',
  '--separate a --out b.png',
  '--separate a --grid 2x2',
  '--separate a --preview',
  '--step 4 --best',
  '--best --latest',
]);
