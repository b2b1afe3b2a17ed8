// The page: starts a backend, loads the generator onto it, and lets every control say what to show.
import { latentsOfSeeds } from '../../../models/latents.ts';
import type { PageData } from '../page-data.ts';
import { type BackendName, backendTitles, describeRefusal, startBackend } from './backend.ts';
import { find } from './elements.ts';
import { type Generator, loadGenerator } from './generator.ts';
import { connectMotion } from './motion.ts';
import { connectSamples } from './samples.ts';
import { createStage } from './stage.ts';

const data = JSON.parse(find('#page-data', HTMLElement).textContent) as PageData;
const status = find('#status', HTMLElement);
const choice = find('#backend', HTMLSelectElement);
let generator = start('auto');

/** Waits for a generator, whichever backend it is on by then. */
async function generate(latents: Float32Array): Promise<Uint8Array> {
  return (await generator).generate(latents);
}

const stage = createStage(data, generate);
const samples = connectSamples(data, generate, (seed) => stage.showSeed(seed));
connectMotion(data, stage);
choice.addEventListener('change', () => void changeBackend(choice.value as BackendName | 'auto'));
void showAll();

async function changeBackend(name: BackendName | 'auto'): Promise<void> {
  (await generator.catch(() => undefined))?.dispose();
  generator = start(name);
  await showAll();
}

async function showAll(): Promise<void> {
  await generator.then(
    () => Promise.all([stage.showAgain(), samples.showAgain()]),
    () => {}, // the status says why there is none
  );
}

async function start(name: BackendName | 'auto'): Promise<Generator> {
  status.textContent = 'Loading the generator …';
  try {
    const backend = await startBackend(name);
    const loaded = await loadGenerator(data);
    await loaded.generate(latentsOfSeeds(data.latent, [0])); // compiles what there is to compile
    status.textContent = [`Computed with ${backendTitles[backend.name]}`, ...backend.refused.map(describeRefusal)].join(
      ' · ',
    );
    document.body.dataset['backend'] = backend.name;
    return loaded;
  } catch (error) {
    status.textContent = `The generator cannot run here. ${error instanceof Error ? error.message : String(error)}`;
    throw error;
  }
}
