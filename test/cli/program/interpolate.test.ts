// The arguments of interpolate and explore.
import { excludes, refuses, understands } from '../../helpers/program-arguments.ts';

understands({ checkpoint: 'ab', engine: 'auto', root: '.' }, [
  [
    'interpolate --checkpoint ab --from 3 --to 0 --frames 5 --method slerp --easing ease-in-out --loop --fps 12.5',
    'interpolate',
    { from: 3, to: 0, frames: 5, method: 'slerp', easing: 'ease-in-out', loop: true, fps: 12.5 },
  ],
  [
    'interpolate --checkpoint ab --corners 1,2,3,9 --grid 5x3 --out a.webp --device radeon',
    'interpolate',
    { corners: [1, 2, 3, 9], grid: { columns: 5, rows: 3 }, out: 'a.webp', device: 'radeon' },
  ],
  [
    'explore --checkpoint ab --seed 3 --dimensions 5 --range 2.5 --steps 7 --preview=sixel --device radeon',
    'explore',
    { seed: 3, dimensions: 5, range: 2.5, steps: 7, preview: 'sixel', device: 'radeon' },
  ],
  [
    ['explore', '--checkpoint', 'ab', '--formula', '-s1 + s2', '--save', 'a', '--out', 'b.png'],
    'explore',
    { formula: '-s1 + s2', save: 'a', out: 'b.png' },
  ],
]);

refuses([
  ['interpolate --checkpoint a --from -1', 'invalidArgument', /not '-1'/],
  ['interpolate --checkpoint a --method cubic', 'invalidArgument', /linear, slerp/],
  ['interpolate --checkpoint a --easing in', 'invalidArgument', /ease-in, ease-out, ease-in-out/],
  ['interpolate --checkpoint a --fps 0', 'invalidArgument', /above 0, not '0'/],
  ['explore --checkpoint a --formula s1 --steps 3', 'conflictingOption', /--steps/],
]);

excludes('interpolate --checkpoint a', [
  '--seeds 1,2 --from 1',
  '--seeds 1,2 --latents z.json',
  '--corners 1,2,3,4 --loop',
  '--corners 1,2,3,4 --to 2',
]);
