// Checks that all contestants do the same work: equal parameter counts, equal scores from equal weights, similar losses.
import { BenchError } from './bench-error.ts';
import type { Contestant } from './contestants.ts';
import type { Report } from './worker.ts';

export interface Entrant {
  contestant: Contestant;
  report: Report;
  /** Means over the warm-up. */
  losses: Record<string, number>;
}

const scoreTolerance = { float32: 1e-4, bfloat16: 2e-2 }; // relative to the norm of the scores; bfloat16 rounds to 8 bits in every layer
const lossTolerance = 0.25; // relative; each contestant draws its own latents and masks

/** @throws BenchError. `entrants[0]` is the reference. */
export function checkEqual(entrants: readonly Entrant[]): void {
  const [reference, ...others] = entrants;
  const complaints = others.flatMap((entrant) => [
    ...unequalParameters(entrant, reference!),
    ...unequalScores(entrant, reference!),
    ...unequalLosses(entrant, reference!),
  ]);
  if (complaints.length === 0) return;
  throw new BenchError({
    happened: `The contestants do not do the same work:\n${complaints.map((complaint) => `  ${complaint}`).join('\n')}`,
    expected: `What '${reference!.contestant.name}' does.`,
  });
}

function unequalParameters({ contestant, report }: Entrant, reference: Entrant): string[] {
  const [given, wanted] = [report, reference.report].map(({ parameters }) => JSON.stringify(parameters));
  return given === wanted ? [] : [`${contestant.name}: parameters ${given}, not ${wanted}`];
}

function unequalScores({ contestant, report }: Entrant, reference: Entrant): string[] {
  const wanted = reference.report.scores;
  const difference = Math.hypot(...report.scores.map((value, index) => value - wanted[index]!)) / Math.hypot(...wanted);
  const tolerance = scoreTolerance[computesInBfloat16(contestant) ? 'bfloat16' : 'float32'];
  if (report.scores.length === wanted.length && difference <= tolerance) return []; // false for NaN
  return [`${contestant.name}: scores on the probe differ by ${difference.toPrecision(2)}, more than ${tolerance}`];
}

function unequalLosses({ contestant, losses }: Entrant, reference: Entrant): string[] {
  return Object.entries(reference.losses).flatMap(([network, wanted]) => {
    const given = losses[network] ?? Number.NaN;
    if (Math.abs(given - wanted) <= lossTolerance * wanted) return [];
    return [
      `${contestant.name}: the ${network}'s first losses are ${given.toPrecision(3)}, not ${wanted.toPrecision(3)}`,
    ];
  });
}

function computesInBfloat16({ mode }: Contestant): boolean {
  return mode['precision'] === 'mixed_bfloat16' || mode['autocast'] === true;
}
