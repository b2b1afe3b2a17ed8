// Collects the losses and learning rates of all ticks as curves for a plot.

import type { LossesRecord } from '../../runs/losses-log.ts';
import { type Curve, type CurvePoint, type CurveState, createCurve, isCurveState } from './curve.ts';

/** The curves of each panel: the name in its legend, and the key in losses.jsonl. */
const panels = {
  losses: { discriminator: 'discriminatorLoss', generator: 'generatorLoss' },
  parts: { 'real images': 'discriminatorLossReal', 'generated images': 'discriminatorLossFake' },
  rates: { discriminator: 'discriminatorLearningRate', generator: 'generatorLearningRate' },
} as const;

export type PanelName = keyof typeof panels;

/** A point with its curve's name in the legend. */
export interface NamedPoint extends CurvePoint {
  name: string;
}

export interface LossCurves {
  /** Adds a line of the log; ignores those that are not ticks. */
  add(record: LossesRecord): void;
  /** Empty if the log has no values for this panel. */
  panel(name: PanelName): { raw: NamedPoint[]; smooth: NamedPoint[] };
  /** Number of non-finite losses. */
  leftOut(): number;
  last(): { step: number; epoch: number } | undefined;
  /** The complete state: curves created from it continue these exactly. */
  state(): LossCurvesState;
}

/** Loss curves as JSON. */
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

/** Whether a value is a state with the panels of this version. */
export function isLossCurvesState(value: unknown): value is LossCurvesState {
  const { curves, leftOut, last } = (value ?? {}) as Partial<LossCurvesState>;
  const isLast = last === null || (Number.isSafeInteger(last?.step) && Number.isFinite(last?.epoch));
  if (!isLast || !Number.isSafeInteger(leftOut) || typeof curves !== 'object' || curves === null) return false;
  return Object.keys(curves).length === keys.length && keys.every((key) => isCurveState(curves[key]));
}
