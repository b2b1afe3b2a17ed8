// Trains the small GAN one step with the library settings given as JSON, and prints all variables as JSON.
import type { LibrarySettings } from '../../../src/engines/engine.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { smallGan, train } from '../small-gan.ts';

const { engine } = await openEngine('tensorflow', undefined, JSON.parse(process.argv[2]!) as LibrarySettings);
const gan = smallGan('discriminator-first');
const values = await train(gan, await engine.compile(gan.program, { precision: 'float32' }), 1);
console.log(JSON.stringify(Object.fromEntries(Object.entries(values).map(([name, list]) => [name, [...list]]))));
