// From every tick's losses and learning rates to the few points that a plot can show.
import { type Curve, type CurvePoint, createCurve } from './curve.ts';
import { type MetricsRecord, readMetrics } from './metrics-log.ts';

/** Panels of the plot, and what is drawn in each: the name in its legend, and the key in metrics.jsonl. */
const panels = {
  losses: { discriminator: 'discriminatorLoss', generator: 'generatorLoss' },
  parts: { 'real images': 'discriminatorLossReal', 'generated images': 'discriminatorLossFake' },
  rates: { discriminator: 'discriminatorLearningRate', generator: 'generatorLearningRate' },
} as const;

export type PanelName = keyof typeof panels;

/** A point and whose it is, by the legend. */
export interface NamedPoint extends CurvePoint {
  name: string;
}

export interface LossCurves {
  /** Notes a tick as it stands in the log; other lines are ignored. */
  add(record: MetricsRecord): void;
  /** Raw points and smooth ones. A panel has none where the log has none of its values. */
  panel(name: PanelName): { raw: NamedPoint[]; smooth: NamedPoint[] };
  /** Losses that were not finite. */
  leftOut(): number;
  last(): { step: number; epoch: number } | undefined;
}

export function createLossCurves(): LossCurves {
  const keys = Object.values(panels).flatMap((panel) => Object.values(panel));
  const curves = Object.fromEntries(keys.map((key) => [key, createCurve()]));
  let leftOut = 0;
  let last: { step: number; epoch: number } | undefined;
  return {
    add(record) {
      const { step, epoch, discriminatorLoss, generatorLoss } = record;
      if ([epoch, discriminatorLoss, generatorLoss].some((value) => typeof value !== 'number')) return;
      last = { step, epoch: epoch as number };
      for (const key of keys) {
        const value = record[key];
        if (Number.isFinite(value)) curves[key]!.add(step, value as number);
        else if (key === 'discriminatorLoss' || key === 'generatorLoss') leftOut++;
      }
    },
    panel(name) {
      const named = (draw: (curve: Curve) => CurvePoint[]): NamedPoint[] =>
        Object.entries(panels[name]).flatMap(([legend, key]) =>
          draw(curves[key]!).map((point) => ({ ...point, name: legend })),
        );
      return { raw: named((curve) => curve.points()), smooth: named((curve) => curve.smooth()) };
    },
    leftOut: () => leftOut,
    last: () => last,
  };
}

/** The curves of a log so far. @throws DcganError `usage.cannot-read` */
export async function readLossCurves(path: string): Promise<LossCurves> {
  const curves = createLossCurves();
  for await (const records of readMetrics(path)) for (const record of records) curves.add(record);
  return curves;
}
