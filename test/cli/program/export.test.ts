// The arguments of export and of the engine commands.
import { understands } from '../../helpers/program-arguments.ts';

understands({ checkpoint: 'afg', engine: 'auto', root: '.' }, [
  [
    'export --checkpoint afg --format onnx --out afg.onnx --step 0 --force --json',
    'export',
    { format: 'onnx', out: 'afg.onnx', step: 0, force: true, json: true },
  ],
  [
    'export --checkpoint afg --format checkpoint --out checkpoints/afg --best --device radeon',
    'export',
    { format: 'checkpoint', out: 'checkpoints/afg', best: true, device: 'radeon' },
  ],
]);

understands({}, [
  ['engine install --cpu --if-possible', 'engine install', { cpu: true, ifPossible: true }],
  ['engine install --cuda --json', 'engine install', { cuda: true, json: true }],
  ['engine info --json', 'engine info', { json: true, engine: 'auto' }],
  ['engine info --device radeon', 'engine info', { device: 'radeon', engine: 'auto' }],
]);
