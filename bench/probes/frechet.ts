// npx tsx bench/probes/frechet.ts [images] [values] [folder]: the cost of a Fréchet distance, and how long it blocks the event loop.
// The features are kept in the folder for frechet_reference.py, which computes the distance with other programs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Features, featuresOf } from '../../src/evaluation/metrics/features.ts';
import { frechetDistance } from '../../src/evaluation/metrics/frechet-distance.ts';
import { createWork } from '../../src/evaluation/metrics/work.ts';

const [images, size] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 2048)];
const folder = process.argv[4];

/** Like a network's features: non-negative and correlated. */
function features(name: string, seed: number): Features {
  const values = new Float32Array(images * size);
  for (let i = 0, last = 0; i < values.length; i++) {
    const x = Math.imul(i + seed, 0x9e3779b1);
    const uniform = (Math.imul(x ^ (x >>> 15), 0x85ebca6b) >>> 8) / 2 ** 24;
    last = 0.7 * last + uniform - 0.5;
    values[i] = Math.max(0, last);
  }
  if (folder) writeFileSync(join(folder, `${name}.float32`), values);
  return featuresOf(values, size);
}

if (folder) mkdirSync(folder, { recursive: true });
const [real, fake] = [features('real', 0), features('fake', 7)];
let [tickedAt, longest] = [performance.now(), 0];
const tick = () => {
  longest = Math.max(longest, performance.now() - tickedAt);
  tickedAt = performance.now();
};
const timer = setInterval(tick, 5);
const began = performance.now();
const distance = await frechetDistance(
  real,
  fake,
  createWork(() => {}),
);
const seconds = (performance.now() - began) / 1000;
tick();
clearInterval(timer);
const peak = process.resourceUsage().maxRSS / 1024;
const ours = peak - (8 * images * size) / 2 ** 20;
console.log(
  `${images} images of ${size} values: ${seconds.toFixed(1)} s, event loop blocked for at most ${longest.toFixed(0)} ms;`,
);
console.log(`${peak.toFixed(0)} MiB, ${ours.toFixed(0)} of them besides the features.`);
console.log(`The distance is ${distance.toFixed(10)}.`);
