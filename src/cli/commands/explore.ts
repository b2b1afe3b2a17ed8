// The explore command: maps flags to options and prints the result as a table or a line.
import { exploreFormula, type FormulaOptions, type FormulaResult } from '../../commands/explore-formula.ts';
import { exploreSweeps, type SweepOptions, type SweepResult } from '../../commands/explore-sweeps.ts';
import { DcganError, printable } from '../../errors.ts';
import type { SamplingEvent } from '../../sampling/sampling.ts';
import { chooseCheckpoint } from '../choose-checkpoint.ts';
import { type CheckpointFlags, whichCheckpoint } from '../flags.ts';
import { formatTable } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import { showSampling } from '../output/show-sampling.ts';
import { type PreviewMethod, showPicture } from '../preview/preview.ts';

type Options = Omit<SweepOptions & FormulaOptions, 'which' | 'checkpoint' | 'formula'>;
type ExploreFlags = Options & CheckpointFlags & { formula?: string; preview?: PreviewMethod };

export async function runExplore(flags: ExploreFlags, { progress, stop }: Cli): Promise<Outcome> {
  const { preview, step, best, latest, formula, ...options } = flags;
  if (options.save !== undefined && formula === undefined) throw nothingToSave(options.save);
  const io = { onEvent: (event: SamplingEvent) => showSampling(event, progress), signal: stop.signal };
  const { checkpoint, chosen } = await chooseCheckpoint(flags, progress);
  const named = { ...options, checkpoint, which: whichCheckpoint({ step, best, latest }) };
  const result = await (formula === undefined ? exploreSweeps(named, io) : exploreFormula({ ...named, formula }, io));
  if (preview) await showPicture(result.out, preview, progress);
  return { result: { ...result, ...chosen }, text: describe(result) };
}

function nothingToSave(name: string): DcganError {
  const happened = `--save ${name} saves the result of a formula, but there is no --formula.`;
  return new DcganError('usage.save', { happened, fix: `--formula "s1 - s2" --save ${name}` });
}

function describe(result: SweepResult | FormulaResult): string {
  return 'formula' in result ? describeFormula(result) : describeSweeps(result);
}

function describeSweeps({ dimensions, seed, range, runHash, step, out }: SweepResult): string {
  const rows = dimensions.map(({ dimension, change }) => [`z${dimension}`, change.toFixed(1)]);
  return [
    `Seed ${seed} of run ${runHash}, step ${step}: ${printable(out)}, one row per dimension, from -${range} to ${range}.`,
    'Change: mean pixel difference between the two ends, on the 0-255 scale.',
    formatTable([['dimension', 'change'], ...rows], [1]),
  ].join('\n');
}

function describeFormula({ formula, runHash, step, out, saved }: FormulaResult): string {
  const summary = `${printable(formula)} with run ${runHash}, step ${step}: ${printable(out)}`;
  return saved === undefined ? summary : `${summary}\nSaved for later formulas of this run: ${printable(saved)}`;
}
