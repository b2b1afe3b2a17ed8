// The page's large image, with its seed, sliders and download.
import { latentsOfSeeds } from '../../../models/latents.ts';
import type { PageData } from '../page-data.ts';
import { stopAnimation } from './animation.ts';
import { downloadPng, paint } from './canvas.ts';
import { button, find, input, seedIn, showValue } from './elements.ts';
import { latest } from './latest.ts';

export interface LargeImage {
  /** The current latents, float32 [size]. */
  latents(): Float32Array;
  /** Shows the image of latents with a caption. Resolves when it is drawn. */
  show(latents: Float32Array, title: string): Promise<void>;
  showSeed(seed: number): void;
  showAgain(): Promise<void>;
}

export function createLargeImage(data: PageData, generate: (latents: Float32Array) => Promise<Uint8Array>): LargeImage {
  const canvas = find('#image', HTMLCanvasElement);
  const caption = find('#caption', HTMLElement);
  const seedField = input('seed');
  const sliders = data.dimensions.map((dimension) => ({ dimension, slider: input(`dimension-${dimension}`) }));
  let shown = { latents: latentsOfSeeds(data.latent, [0]), title: 'Seed 0' };

  const draw = latest(async ({ latents, title }: typeof shown) => {
    paint(canvas, await generate(latents), data.image);
    caption.textContent = title;
    canvas.ariaLabel = `Generated image, ${title.toLowerCase()}`;
  });

  function show(latents: Float32Array, title: string): Promise<void> {
    shown = { latents, title };
    for (const { dimension, slider } of sliders) {
      const value = latents[dimension]!;
      slider.value = String(value);
      showValue(slider, value.toFixed(2));
    }
    return draw(shown);
  }

  function showSeed(seed: number): void {
    stopAnimation();
    seedField.value = String(seed);
    void show(latentsOfSeeds(data.latent, [seed]), `Seed ${seed}`);
  }

  for (const { dimension, slider } of sliders) {
    slider.addEventListener('input', () => {
      stopAnimation();
      const changed = shown.latents.with(dimension, slider.valueAsNumber);
      void show(changed, `Seed ${seedIn(seedField)}, changed`);
    });
  }
  seedField.addEventListener('change', () => showSeed(seedIn(seedField)));
  button('another').addEventListener('click', () => showSeed(Math.floor(Math.random() * 1_000_000)));
  button('reset').addEventListener('click', () => showSeed(seedIn(seedField)));
  button('download').addEventListener('click', () => {
    downloadPng(canvas, fileName(`${data.name} ${shown.title}`));
  });
  void show(shown.latents, shown.title);
  return { latents: () => shown.latents, show, showSeed, showAgain: () => draw(shown) };
}

function fileName(title: string): string {
  const words = title.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? [];
  return `${words.join('-')}.png`;
}
