// Loss curves as a picture: vega-lite draws an SVG, sharp turns it into a PNG.
import sharp from 'sharp';
import type { TopLevelSpec } from 'vega-lite';
import { writeFileSafely } from '../system/write-file.ts';
import { drawSvg, panelConfig, printableTitle } from './chart.ts';
import { useOwnFonts } from './fonts.ts';
import { type CurvePoint, lossCurves } from './loss-curves.ts';
import type { LossRecord } from './metrics-log.ts';

const widthPixels = 1000;
const heightPixels = 560;
// Blue and vermilion of Okabe and Ito's palette, told apart by every kind of colour vision and in grey.
const colours = { domain: ['discriminator', 'generator'], range: ['#0072B2', '#D55E00'] };

/**
 * Writes the loss curves of both networks as a PNG. Many ticks are thinned, with a smooth curve over them; non-finite
 * losses are left out and the plot says how many.
 * @throws DcganError `usage.cannot-write`
 */
export async function writeLossPlot(path: string, records: readonly LossRecord[], title: string): Promise<void> {
  const { raw, smooth, leftOut } = lossCurves(records);
  const subtitle = describe(records, leftOut);
  const svg = await drawSvg(lossSpec(raw, smooth, { text: printableTitle(title), subtitle }));
  await useOwnFonts();
  await writeFileSafely(path, await sharp(Buffer.from(svg)).png().toBuffer());
}

function describe(records: readonly LossRecord[], leftOut: number): string {
  const last = records.at(-1);
  if (last === undefined) return 'no steps yet';
  const epoch = last.epoch.toLocaleString('en', { maximumFractionDigits: 2 });
  const length = `step ${last.step.toLocaleString('en')}, epoch ${epoch}`;
  return leftOut > 0 ? `${length}; ${leftOut.toLocaleString('en')} non-finite values left out` : length;
}

function lossSpec(raw: CurvePoint[], smooth: CurvePoint[], title: { text: string; subtitle: string }): TopLevelSpec {
  const hasSmooth = smooth.length > 0;
  const showsTicks = raw.length <= 60;
  const emptyDomain = raw.length === 0 ? { domain: [0, 1] } : {};
  return {
    width: widthPixels,
    height: heightPixels,
    autosize: { type: 'fit', contains: 'padding' },
    padding: 24,
    background: 'white',
    title: { ...title, anchor: 'start', offset: 10, fontSize: 20, subtitleFontSize: 14, subtitlePadding: 6 },
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        title: 'step',
        axis: { format: ',d', tickMinStep: 1, tickCount: 5 },
        scale: { zero: false, nice: false, ...emptyDomain },
      },
      y: { field: 'loss', type: 'quantitative', title: 'loss', scale: { zero: true, ...emptyDomain } },
      color: { field: 'network', type: 'nominal', title: null, scale: colours },
    },
    layer: [
      {
        data: { values: raw },
        mark: { type: 'line', strokeWidth: hasSmooth ? 1 : 2, opacity: hasSmooth ? 0.35 : 1, point: showsTicks },
      },
      { data: { values: smooth }, mark: { type: 'line', strokeWidth: 2.5 } },
    ],
    config: {
      ...panelConfig,
      legend: {
        orient: 'top',
        labelFontSize: 14,
        symbolType: 'stroke',
        symbolStrokeWidth: 4,
        symbolSize: 500,
        symbolOpacity: 1,
      },
    },
  };
}
