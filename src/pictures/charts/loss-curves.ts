// From every tick's losses and learning rates to the few points that a plot can show.

import type { MetricsRecord } from '../../runs/metrics-log.ts';
import { type Curve, type CurvePoint, type CurveState, createCurve, isCurveState } from './curve.ts';

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
  /** All that they hold: curves that are created from this continue them exactly. */
  state(): LossCurvesState;
}

/** Loss curves as JSON can hold them. */
export interface LossCurvesState {
  curves: Record<string, CurveState>;
  leftOut: number;
  last: { step: number; epoch: number } | null;
}

const keys = Object.values(panels).flatMap((panel) => Object.values(panel));

export function createLossCurves(saved?: LossCurvesState): LossCurves {
  const curves = Object.fromEntries(keys.map((key) => [key, createCurve(saved?.curves[key])]));
  let leftOut = saved?.leftOut ?? 0;
  let last = saved?.last ?? undefined;
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
    state: () => ({
      curves: Object.fromEntries(keys.map((key) => [key, curves[key]!.state()])),
      leftOut,
      last: last ?? null,
    }),
  };
}

/** Whether this can be the state of loss curves with the panels of this version. */
export function isLossCurvesState(value: unknown): value is LossCurvesState {
  const { curves, leftOut, last } = (value ?? {}) as Partial<LossCurvesState>;
  const isLast = last === null || (Number.isSafeInteger(last?.step) && Number.isFinite(last?.epoch));
  if (!isLast || !Number.isSafeInteger(leftOut) || typeof curves !== 'object' || curves === null) return false;
  return Object.keys(curves).length === keys.length && keys.every((key) => isCurveState(curves[key]));
}
