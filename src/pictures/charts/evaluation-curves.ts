// Collects the evaluations of a run as curves, one panel per value.

import { type EvaluationRecord, readTrainingEvaluations } from '../../runs/metrics-log.ts';
import { type Curve, type CurvePoint, createCurve } from './curve.ts';

interface Panel {
  title: string;
  values: CurvePoint[];
  ofData: CurvePoint[];
}

export interface EvaluationCurves {
  /** Skips non-finite values (null in the file) and deviations. */
  add(record: EvaluationRecord): void;
  panels(): Panel[];
  lastStep(): number;
}

export function createEvaluationCurves(): EvaluationCurves {
  const curves = new Map<string, Record<'values' | 'ofData', Curve>>();
  let lastStep = 0;
  return {
    add({ step, metrics }) {
      lastStep = step;
      for (const [metric, measured] of Object.entries(metrics)) {
        for (const kind of ['values', 'ofData'] as const) {
          for (const [part, value] of Object.entries(measured?.[kind] ?? {})) {
            if (typeof value !== 'number' || part === 'deviation') continue;
            const title = `${metric} ${part}`;
            if (!curves.has(title)) curves.set(title, { values: createCurve(), ofData: createCurve() });
            curves.get(title)![kind].add(step, value);
          }
        }
      }
    },
    panels: () =>
      [...curves].map(([title, { values, ofData }]) => ({ title, values: values.points(), ofData: ofData.points() })),
    lastStep: () => lastStep,
  };
}

/** Reads the curves from a log. @throws DcganError `usage.cannot-read` */
export async function readEvaluationCurves(path: string): Promise<EvaluationCurves> {
  const curves = createEvaluationCurves();
  for await (const records of readTrainingEvaluations(path)) for (const record of records) curves.add(record);
  return curves;
}
