// Writes the page's index.html with its complete layout, so that nothing moves when the script loads.
import { typicalRange } from '../../models/latents.ts';
import type { ExportSource } from '../format.ts';
import type { PageData } from './page-data.ts';

const samples = 24;

export function pageHtml(source: ExportSource, data: PageData): string {
  const { height, width } = data.image;
  const title = escapeHtml(source.name);
  const canvas = `<canvas id="image" width="${width}" height="${height}" role="img" aria-label="Generated image"></canvas>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Images made by a generative adversarial network, in this browser.">
<title>${title} · DCGAN</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script type="module" src="app.js"></script>
<script type="application/json" id="page-data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
</head>
<body style="--width: ${width}; --height: ${height}" class="${bodyClasses(data)}">
<header>
  <div>
    <h1>${title}</h1>
    <p class="quiet">${escapeHtml(facts(source, data))}</p>
  </div>
  <div class="field">
    <label for="backend">Compute with</label>
    <select id="backend" autocomplete="off">
      <option value="auto">Automatic</option>
      <option value="webgpu">WebGPU</option>
      <option value="webgl">WebGL</option>
      <option value="wasm">WebAssembly</option>
    </select>
  </div>
</header>
<p id="status" class="quiet" role="status">Loading the generator …</p>
<main>
  <section class="stage" aria-label="Image">
    <div class="frame">${canvas}</div>
    <p id="caption" class="caption">Seed 0</p>
    <div class="row">
      ${numberField('seed', 'Seed', 0)}
      <button type="button" id="another">Another</button>
      <button type="button" id="download">Save PNG</button>
    </div>
  </section>
  <div class="controls">
    <section aria-labelledby="dimensions-title">
      <h2 id="dimensions-title">Latent dimensions</h2>
      <p class="quiet">Those that change this generator's images most.</p>
      <div class="sliders">
${data.dimensions.map((dimension) => dimensionSlider(dimension, data)).join('\n')}
      </div>
      <button type="button" id="reset">Back to the seed</button>
    </section>
    <section aria-labelledby="between-title">
      <h2 id="between-title">Between two seeds</h2>
      <div class="row">
        ${numberField('from', 'From seed', 0)}
        ${numberField('to', 'To seed', 1)}
        <button type="button" id="play">Play</button>
      </div>
      ${slider({ id: 'position', label: 'Position', min: 0, max: 1, step: 0.01, value: 0, text: '0 %' })}
    </section>
    <section aria-labelledby="walk-title">
      <h2 id="walk-title">Random walk</h2>
      <div class="row">
        <button type="button" id="walk">Start walking</button>
        ${slider({ id: 'pace', label: 'Each way', min: 0.5, max: 8, step: 0.5, value: 3, text: '3 s' })}
      </div>
    </section>
  </div>
  <section class="samples" aria-labelledby="samples-title">
    <h2 id="samples-title">Samples</h2>
    <div class="row">
      ${numberField('first', 'From seed on', 0)}
      <button type="button" id="previous">Previous</button>
      <button type="button" id="next">Next</button>
    </div>
    <ul id="grid">
${Array.from({ length: samples }, (_, seed) => sample(seed, data)).join('\n')}
    </ul>
  </section>
</main>
<script>
if (location.protocol === 'file:') {
  document.getElementById('status').textContent =
    'Browsers run this page from a web server only. In its folder, start one with "python3 -m http.server" and open http://localhost:8000.';
}
</script>
<noscript><p>The generator runs in this page, so it needs JavaScript.</p></noscript>
</body>
</html>
`;
}

/** "DCGAN mnist, run 1a2b3c4, step 300 · 28 × 28 pixels, grey · 64 latent dimensions" */
function facts({ generator, runHash, step }: ExportSource, { image, latent }: PageData): string {
  const colours = { 1: 'grey', 3: 'colour', 4: 'colour with transparency' }[image.channels];
  const size = `${image.width} × ${image.height} pixels, ${colours}`;
  return `DCGAN ${generator.config.name}, run ${runHash}, step ${step} · ${size} · ${latent.size} latent dimensions`;
}

function numberField(id: string, label: string, value: number): string {
  const input = `type="number" id="${id}" min="0" max="4294967295" step="1" value="${value}" inputmode="numeric"`;
  return `<div class="field"><label for="${id}">${label}</label><input ${input} autocomplete="off"></div>`;
}

interface Slider {
  id: string;
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
  /** The value as text; not announced by screen readers, because animations change it often. */
  text: string;
}

function slider({ id, label, min, max, step, value, text }: Slider): string {
  return `<div class="slider">
        <label for="${id}">${label}</label>
        <input type="range" id="${id}" min="${min}" max="${max}" step="${step}" value="${value}" autocomplete="off">
        <output for="${id}" aria-live="off">${text}</output>
      </div>`;
}

function dimensionSlider(dimension: number, { latent }: PageData): string {
  const max = typicalRange(latent);
  const label = `Dimension ${dimension}`;
  return slider({ id: `dimension-${dimension}`, label, min: -max, max, step: 0.01, value: 0, text: '0.00' });
}

/** Small images are rendered pixelated, transparent ones on a chequerboard. */
function bodyClasses({ image: { height, width, channels } }: PageData): string {
  return [...(Math.max(height, width) <= 128 ? ['pixelated'] : []), ...(channels === 4 ? ['transparent'] : [])].join(
    ' ',
  );
}

function sample(seed: number, { image: { width, height } }: PageData): string {
  const canvas = `<canvas width="${width}" height="${height}"></canvas>`;
  return `      <li><button type="button" aria-label="Show seed ${seed}">${canvas}<span aria-hidden="true">${seed}</span></button></li>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
