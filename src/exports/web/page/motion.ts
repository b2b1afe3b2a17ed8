// The page's animations: interpolation between two seeds and back, and a random walk between seeds.

import { latentsOfSeeds } from '../../../models/latents.ts';
import { interpolations } from '../../../sampling/interpolation.ts';
import type { PageData } from '../page-data.ts';
import { animate, stopAnimation } from './animation.ts';
import { button, input, isRunning, seedIn, showRunning, showValue } from './elements.ts';
import type { LargeImage } from './large-image.ts';

const secondsOneWay = 3;

export function connectMotion(data: PageData, largeImage: LargeImage): void {
  connectInterpolation(data, largeImage);
  connectWalk(data, largeImage);
}

function connectInterpolation({ latent }: PageData, largeImage: LargeImage): void {
  const [from, to, position, play] = [input('from'), input('to'), input('position'), button('play')];

  function showAt(share: number): Promise<void> {
    position.value = String(share);
    showValue(position, `${Math.round(100 * share)} %`);
    const [start, end] = [seedIn(from), seedIn(to)];
    const latents = interpolationFor(latent)(latentsOfSeeds(latent, [start]), latentsOfSeeds(latent, [end]), share);
    return largeImage.show(latents, `From seed ${start} to ${end}`);
  }

  function stopAndShow(): void {
    stopAnimation();
    void showAt(position.valueAsNumber);
  }

  for (const field of [from, to]) field.addEventListener('change', stopAndShow);
  position.addEventListener('input', stopAndShow);
  play.addEventListener('click', () => {
    if (isRunning(play)) return stopAnimation();
    const start = position.valueAsNumber;
    animate(
      (seconds) => showAt(backAndForth(start + seconds / secondsOneWay)),
      () => showRunning(play, false, 'Play'),
    );
    showRunning(play, true, 'Pause');
  });
}

/** Spherical for normal latents; linear for uniform ones, which stay in their cube. */
function interpolationFor({ distribution }: PageData['latent']) {
  return interpolations[distribution === 'normal' ? 'slerp' : 'linear'];
}

/** A triangle wave from 0 to 1 and back, with period 2. */
function backAndForth(position: number): number {
  const rest = position % 2;
  return rest <= 1 ? rest : 2 - rest;
}

function connectWalk({ latent }: PageData, largeImage: LargeImage): void {
  const [walk, pace] = [button('walk'), input('pace')];

  function start(): void {
    let from = largeImage.latents();
    let goal = randomSeed();
    let to = latentsOfSeeds(latent, [goal]);
    let before = 0;
    let share = 0;
    animate(
      (seconds) => {
        share += (seconds - before) / pace.valueAsNumber;
        before = seconds;
        if (share >= 1) {
          share -= 1;
          [from, goal] = [to, randomSeed()];
          to = latentsOfSeeds(latent, [goal]);
        }
        return largeImage.show(interpolationFor(latent)(from, to, share), `Walking to seed ${goal}`);
      },
      () => showRunning(walk, false, 'Start walking'),
    );
    showRunning(walk, true, 'Stop walking');
  }

  walk.addEventListener('click', () => (isRunning(walk) ? stopAnimation() : start()));
  pace.addEventListener('input', () => showValue(pace, `${pace.valueAsNumber} s`));
}

function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
