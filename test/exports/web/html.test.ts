import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageHtml } from '../../../src/exports/web/html.ts';
import type { PageData } from '../../../src/exports/web/page-data.ts';
import { generatorOf } from '../../helpers/trained-generators.ts';
import { sourceOf } from '../sources.ts';

const layers = [
  { type: 'dense', units: 4 },
  { type: 'reshape', shape: [2, 2, 1] },
];
const source = sourceOf(generatorOf(layers, { size: 2 }), '</script><b>');
const data: PageData = {
  name: '</script><b>',
  latent: { size: 6, distribution: 'normal' },
  image: { height: 64, width: 48, channels: 3 },
  range: [0, 1],
  dimensions: [4, 2],
};

test('escapes the name', () => {
  const html = pageHtml(source, data);
  assert.ok(!html.includes('</script><b>'));
  const json = /<script type="application\/json" id="page-data">(.*?)<\/script>/.exec(html)![1]!;
  assert.deepEqual(JSON.parse(json), data);
});

test('sliders range over 3 standard deviations, or the cube', () => {
  assert.match(pageHtml(source, data), /id="dimension-4" min="-3" max="3"/);
  const uniform = { ...data, latent: { size: 6, distribution: 'uniform' } } as const;
  assert.match(pageHtml(source, uniform), /id="dimension-2" min="-1" max="1"/);
});

test('renders small images pixelated, and transparent ones on a chequerboard', () => {
  assert.match(pageHtml(source, data), /<body [^>]*class="pixelated">/);
  const large = { ...data, image: { height: 256, width: 256, channels: 3 } } as const;
  assert.match(pageHtml(source, large), /<body [^>]*class="">/);
  const transparent = { ...data, image: { height: 64, width: 64, channels: 4 } } as const;
  assert.match(pageHtml(source, transparent), /<body [^>]*class="pixelated transparent">/);
});
