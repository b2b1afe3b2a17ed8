// What the pictures of curves have in common: how a specification becomes an SVG, its fonts and its colours.
import type { TopLevelSpec } from 'vega-lite';
import { fontFamily } from './fonts.ts';

/** Fonts, grid and frame of every chart. */
export const panelConfig = {
  font: fontFamily,
  axis: { labelFontSize: 14, titleFontSize: 15, titlePadding: 12, gridColor: '#e6e6e6', labelColor: '#444' },
  view: { stroke: '#cccccc' },
};

/** What a name may hold, and an SVG not. */
const notInXml = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

export function printableTitle(text: string): string {
  return text.replaceAll(notInXml, ' ');
}

/** Vega is loaded only here: it takes a fifth of a second. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  return view.toSVG().finally(() => view.finalize());
}
