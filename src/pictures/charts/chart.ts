// Shared by all plots: rendering a specification as SVG, fonts and colours.
import type { TopLevelSpec } from 'vega-lite';
import { fontFamily } from './fonts.ts';

export const panelConfig = {
  font: fontFamily,
  axis: { labelFontSize: 14, titleFontSize: 15, titlePadding: 12, gridColor: '#e6e6e6', labelColor: '#444' },
  view: { stroke: '#cccccc' },
};

/** Characters that a name may contain, but XML may not. */
const notInXml = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

export function printableTitle(text: string): string {
  return text.replaceAll(notInXml, ' ');
}

/** Vega is loaded on first use, because that takes a fifth of a second. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  return view.toSVG().finally(() => view.finalize());
}
