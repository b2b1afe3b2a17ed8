// Entry point of the page: starts a backend, loads the generator, and connects the controls.
import { latentsOfSeeds } from '../../../models/latents.ts';
import type { PageData } from '../page-data.ts';
import { type BackendName, describeBackend, onBackend } from './backend.ts';
import { find } from './elements.ts';
import { type Generator, loadGenerator } from './generator.ts';
import { createLargeImage } from './large-image.ts';
import { connectMotion } from './motion.ts';
import { connectSamples } from './samples.ts';

type Choice = BackendName | 'auto';

const data = JSON.parse(find('#page-data', HTMLElement).textContent) as PageData;
const status = find('#status', HTMLElement);
const choice = find('#backend', HTMLSelectElement);
let generator = start('auto');

/** Waits for the generator, which may move to another backend meanwhile. */
async function generate(latents: Float32Array): Promise<Uint8Array> {
  return (await generator).generate(latents);
}

const largeImage = createLargeImage(data, generate);
const samples = connectSamples(data, generate, (seed) => largeImage.showSeed(seed));
connectMotion(data, largeImage);
choice.addEventListener('change', () => void changeBackend(choice.value as Choice));
void showAll();

async function changeBackend(name: Choice): Promise<void> {
  const old = generator.catch(() => undefined);
  generator = old.then(() => start(name)); // sequentially, because the current backend is global
  await showAll();
  (await old)?.dispose();
}

async function showAll(): Promise<void> {
  await generator.then(
    () => Promise.all([largeImage.showAgain(), samples.showAgain()]),
    () => {}, // the status shows the error
  );
}

async function start(name: Choice): Promise<Generator> {
  status.textContent = 'Loading the generator …';
  try {
    const { result, ...backend } = await onBackend(name, async () => {
      const loaded = await loadGenerator(data);
      await loaded.generate(latentsOfSeeds(data.latent, [0])); // compiles the shaders
      return loaded;
    });
    if (name !== 'auto') choice.value = backend.name;
    status.textContent = describeBackend(backend);
    document.body.dataset['backend'] = backend.name;
    return result;
  } catch (error) {
    status.textContent = `The generator cannot run here. ${error instanceof Error ? error.message : String(error)}`;
    throw error;
  }
}
