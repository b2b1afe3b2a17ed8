// The errors of a run that has failed: what happened, which checkpoint is still good, and what to change.
import type { Config } from '../../config/config.ts';
import type { CompiledProgram } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import type { Health } from './health.ts';

const maxNames = 3;

/** The error for a value that became NaN or infinite between two steps; it names the tensors that now contain such values. */
export async function notFinite(
  what: string,
  [from, to]: [number, number],
  parts: { config: Config; program: CompiledProgram; bestCheckpoint: () => Promise<string | undefined> },
): Promise<DcganError> {
  const values = await parts.program.read(); // waits for the engine
  const tensors = Object.keys(values).filter((name) => !name.startsWith('means/') && !allFinite(values[name]!));
  return new DcganError(
    'diverged.not-finite',
    {
      happened: `Training diverged: ${what} between steps ${from} and ${to}${alsoIn(tensors)}.`,
      expected: wayBack(await parts.bestCheckpoint(), parts.config, 'The last checkpoint is from before that.'),
      fix: 'Lower the learning rate or beta1, or smooth the labels, and train again.',
    },
    { data: { step: to, tensors } },
  );
}

/** The error for a run whose health has failed. */
export function runFailed(
  { state, since }: Health,
  step: number,
  best: string | undefined,
  config: Config,
): DcganError {
  const code = state === 'collapsed' ? 'diverged.collapsed' : 'diverged.losses';
  const words = {
    'diverged.collapsed': 'The generator has collapsed: it produces only one image, or a few',
    'diverged.losses': 'Training diverged: a loss exceeds its limit',
  };
  return new DcganError(
    code,
    {
      happened: `${words[code]}, in every health probe from step ${since[state]} to ${step}.`,
      expected: wayBack(best, config, 'There is no checkpoint from before that.'),
      fix: 'Lower the learning rates and train again, or continue anyway with --set training.onCollapse=warn.',
    },
    { data: { step, since: since[state], best } },
  );
}

/** The error for a run that has used all its rollbacks; `last` is its last failure. */
export function gaveUp(rollbacks: number, last: DcganError): DcganError {
  const times = rollbacks === 1 ? 'once' : `${rollbacks} times`;
  const [happened, ...rest] = last.message.split('\n');
  return new DcganError(
    'diverged.gave-up',
    { happened: `The run failed again after it was rolled back ${times}. ${happened}`, expected: rest.join('\n') },
    { cause: last, data: { ...last.data, rollbacks } },
  );
}

function alsoIn(tensors: readonly string[]): string {
  if (tensors.length === 0) return '';
  const more = tensors.length > maxNames ? ` and ${tensors.length - maxNames} more` : '';
  return `; ${tensors.slice(0, maxNames).join(', ')}${more} contain NaN or infinite values`;
}

function wayBack(best: string | undefined, { metrics }: Config, otherwise: string): string {
  if (best === undefined) return otherwise;
  return `The ${metrics.best ? `best checkpoint by ${metrics.best}` : 'last checkpoint of the healthy run'} is ${best}.`;
}

/** The first NaN or infinite value among named values or arrays. */
export function notNumber(
  values: Readonly<Record<string, number | Float32Array>>,
): { name: string; value: number } | undefined {
  for (const [name, value] of Object.entries(values)) {
    const bad = (typeof value === 'number' ? [value] : value).find((item) => !Number.isFinite(item));
    if (bad !== undefined) return { name, value: bad };
  }
  return undefined;
}

export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum === 0; // 0 * Infinity and 0 * NaN are NaN
}
