// The page's grid of samples, one per seed; clicking one shows it as the large image.
import { latentsOfSeeds } from '../../../models/latents.ts';
import type { PageData } from '../page-data.ts';
import { paint } from './canvas.ts';
import { button, input, seedIn } from './elements.ts';
import { latest } from './latest.ts';

const perCall = 4; // images per batch, few enough to keep the large image responsive

export function connectSamples(
  { latent, image }: PageData,
  generate: (latents: Float32Array) => Promise<Uint8Array>,
  choose: (seed: number) => void,
): { showAgain(): Promise<void> } {
  const first = input('first');
  const cells = [...document.querySelectorAll<HTMLButtonElement>('#grid button')];
  const size = image.height * image.width * image.channels;

  const draw = latest(async (firstSeed: number) => {
    for (let i = 0; i < cells.length; i += perCall) {
      const group = cells.slice(i, i + perCall);
      const seeds = group.map((_, offset) => firstSeed + i + offset);
      const pixels = await generate(latentsOfSeeds(latent, seeds));
      group.forEach((cell, offset) => {
        paint(cell.querySelector('canvas')!, pixels.subarray(offset * size, (offset + 1) * size), image);
        label(cell, seeds[offset]!);
      });
    }
  });

  function show(firstSeed: number): void {
    first.value = String(Math.max(0, firstSeed));
    void draw(seedIn(first));
  }

  cells.forEach((cell, index) => {
    cell.addEventListener('click', () => choose(seedIn(first) + index));
  });
  first.addEventListener('change', () => show(seedIn(first)));
  button('previous').addEventListener('click', () => show(seedIn(first) - cells.length));
  button('next').addEventListener('click', () => show(seedIn(first) + cells.length));
  return { showAgain: () => draw(seedIn(first)) };
}

function label(cell: HTMLButtonElement, seed: number): void {
  cell.ariaLabel = `Show seed ${seed}`;
  cell.querySelector('span')!.textContent = String(seed);
}
