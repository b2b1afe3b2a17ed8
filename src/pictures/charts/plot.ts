// Plots loss curves: vega-lite draws an SVG, sharp converts it to PNG.
import sharp from 'sharp';
import type { TopLevelSpec } from 'vega-lite';
import { writeFileAtomic } from '../../system/write-file.ts';
import { drawSvg, panelConfig, printableTitle } from './chart.ts';
import { useOwnFonts } from './fonts.ts';
import type { LossCurves, PanelName } from './loss-curves.ts';

const widthPixels = 1000;
const heightPixels = 560; // of a plot with the loss panel only
const paddingPixels = 24;

// From the palette of Okabe and Ito, distinguishable with any colour vision and in grey.
const [blue, vermilion] = ['#0072B2', '#D55E00'];
// For the parts of the discriminator's loss.
const [skyBlue, darkBlue] = ['#56B4E9', '#003F63'];

interface Panel {
  title: string;
  colours: Record<string, string>;
  heightPixels: number;
}

/** From top to bottom. The first is always drawn, the others if the log has their values. */
const panels: Record<PanelName, Panel> = {
  losses: { title: 'loss', colours: { discriminator: blue!, generator: vermilion! }, heightPixels: 380 },
  parts: {
    title: "discriminator's loss",
    colours: { 'real images': darkBlue!, 'generated images': skyBlue! },
    heightPixels: 200,
  },
  rates: {
    title: 'learning rate',
    colours: { discriminator: blue!, generator: vermilion! },
    heightPixels: 120,
  },
};

/**
 * Writes the losses of both networks as a PNG; below them the discriminator's loss on real and on generated images, and
 * learning rates that change. Many ticks are thinned out, with a smooth curve on top; non-finite losses are omitted and
 * counted in the subtitle.
 * @throws DcganError `usage.cannot-write`
 */
export async function writeLossPlot(path: string, curves: LossCurves, title: string): Promise<void> {
  const svg = await drawSvg(lossSpec(curves, { text: printableTitle(title), subtitle: describe(curves) }));
  await useOwnFonts();
  await writeFileAtomic(path, await sharp(Buffer.from(svg)).png().toBuffer());
}

function describe(curves: LossCurves): string {
  const last = curves.last();
  if (last === undefined) return 'no steps yet';
  const epoch = last.epoch.toLocaleString('en', { maximumFractionDigits: 2 });
  const length = `step ${last.step.toLocaleString('en')}, epoch ${epoch}`;
  const leftOut = curves.leftOut();
  return leftOut > 0 ? `${length}; ${leftOut.toLocaleString('en')} non-finite values left out` : length;
}

function lossSpec(curves: LossCurves, title: { text: string; subtitle: string }): TopLevelSpec {
  const shared = {
    padding: paddingPixels,
    background: 'white',
    title: {
      ...title,
      anchor: 'start' as const,
      offset: 10,
      fontSize: 20,
      subtitleFontSize: 14,
      subtitlePadding: 6,
    },
    config: {
      ...panelConfig,
      legend: {
        orient: 'top' as const,
        labelFontSize: 14,
        labelLimit: 300,
        symbolType: 'stroke' as const,
        symbolStrokeWidth: 4,
        symbolSize: 500,
        symbolOpacity: 1,
      },
    },
  };
  const more = (['parts', 'rates'] as const).filter((name) => isShown(name, curves));
  if (more.length === 0) {
    const autosize = { type: 'fit' as const, contains: 'padding' as const };
    return { ...shared, autosize, width: widthPixels, height: heightPixels, ...panelSpec('losses', curves) };
  }
  return {
    ...shared,
    bounds: 'flush', // gives all panels the same width
    spacing: 100,
    vconcat: (['losses', ...more] as const).map((name) => ({
      width: widthPixels - 130, // for the axis
      height: panels[name].heightPixels,
      ...panelSpec(name, curves),
    })),
    resolve: { scale: { color: 'independent' } },
  };
}

/** Constant learning rates are not plotted. */
function isShown(name: PanelName, curves: LossCurves): boolean {
  const { raw } = curves.panel(name);
  if (name !== 'rates') return raw.length > 0;
  return Object.keys(panels.rates.colours).some((network) => {
    const values = raw.filter((point) => point.name === network).map(({ value }) => value);
    return values.some((value) => value !== values[0]);
  });
}

function panelSpec(name: PanelName, curves: LossCurves) {
  const { raw, smooth } = curves.panel(name);
  const { title, colours } = panels[name];
  const isSmoothed = smooth.length > 0 && name !== 'rates';
  const emptyDomain = raw.length === 0 ? { domain: [0, 1] } : {};
  return {
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative' as const,
        title: 'step',
        axis: { format: ',d', tickMinStep: 1, tickCount: 5 },
        scale: { zero: false, nice: false, ...emptyDomain },
      },
      y: { field: 'value', type: 'quantitative' as const, title, scale: { zero: true, ...emptyDomain } },
      color: {
        field: 'name',
        type: 'nominal' as const,
        title: null,
        scale: { domain: Object.keys(colours), range: Object.values(colours) },
      },
    },
    layer: [
      {
        data: { values: raw },
        mark: {
          type: 'line' as const,
          strokeWidth: isSmoothed ? 1 : 2,
          opacity: isSmoothed ? 0.35 : 1,
          point: raw.length <= 60,
        },
      },
      { data: { values: isSmoothed ? smooth : [] }, mark: { type: 'line' as const, strokeWidth: 2.5 } },
    ],
  };
}
