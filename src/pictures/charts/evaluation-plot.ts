// Plots the evaluations of a run: one panel per value, with that of real images as a dashed line.
import sharp from 'sharp';
import type { TopLevelSpec } from 'vega-lite';
import { writeFileAtomic } from '../../system/write-file.ts';
import { drawSvg, panelConfig, printableTitle } from './chart.ts';
import type { EvaluationCurves } from './evaluation-curves.ts';
import { useOwnFonts } from './fonts.ts';

const [panelWidth, panelHeight, panelsPerRow] = [420, 220, 2]; // pixels

/** Writes one panel per value, over steps. @throws DcganError `usage.cannot-write` */
export async function writeEvaluationPlot(path: string, curves: EvaluationCurves, title: string): Promise<void> {
  const svg = await drawSvg(evaluationSpec(curves, title));
  await useOwnFonts();
  await writeFileAtomic(path, await sharp(Buffer.from(svg)).png().toBuffer());
}

function evaluationSpec(curves: EvaluationCurves, title: string): TopLevelSpec {
  const subtitle = `step ${curves.lastStep().toLocaleString('en')}; dashed: real images instead of generated ones`;
  return {
    background: 'white',
    padding: 24,
    title: {
      text: printableTitle(title),
      subtitle,
      anchor: 'start',
      offset: 16,
      fontSize: 20,
      subtitleFontSize: 14,
      subtitlePadding: 6,
    },
    columns: panelsPerRow,
    spacing: 30,
    concat: curves.panels().map(({ title: panel, values, ofData }) => ({
      title: { text: panel, fontSize: 15, anchor: 'start' as const, frame: 'group' as const },
      width: panelWidth,
      height: panelHeight,
      encoding: {
        x: {
          field: 'step',
          type: 'quantitative' as const,
          title: null,
          axis: { format: ',d', tickMinStep: 1, tickCount: 4 },
          scale: { zero: true, nice: false },
        },
        y: { field: 'value', type: 'quantitative' as const, title: null, scale: { zero: true } },
      },
      layer: [
        {
          data: { values: ofData },
          mark: { type: 'line' as const, strokeDash: [6, 4], strokeWidth: 2, color: '#777' },
        },
        {
          data: { values },
          mark: { type: 'line' as const, strokeWidth: 2, color: '#0072B2', point: { color: '#0072B2' } },
        },
      ],
    })),
    config: panelConfig,
  };
}
