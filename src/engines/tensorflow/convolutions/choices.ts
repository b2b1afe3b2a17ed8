// Chooses the form of each convolution. The results of tuning are kept in a file in the user's cache.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import { cachePath } from '../../../system/user-cache.ts';
import { writeFileAtomicSync } from '../../../system/write-file.ts';
import type { Precision } from '../../engine.ts';
import { filterGradientForms } from './filter-gradient-forms.ts';
import type { Form } from './form.ts';
import { forwardForms } from './forward-forms.ts';
import { type Convolution, operationsOf } from './geometry.ts';
import { inputGradientForms } from './input-gradient-forms.ts';

export const formsOf = {
  forward: forwardForms,
  inputGradient: inputGradientForms,
  filterGradient: filterGradientForms,
} satisfies Record<string, readonly Form[]>;

export type Kind = keyof typeof formsOf;

/** A convolution of a traced function that was never tuned on this machine. */
export interface Untuned {
  key: string;
  kind: Kind;
  convolution: Convolution;
  candidates: Form[];
}

export interface FormChoices {
  /** The form to compute with: while tracing, the fastest known one, else the standard one. */
  formOf(kind: Kind, convolution: Convolution): Form;
  /**
   * Calls `trace`, during which convolutions take their tuned forms.
   * @param forms receives the chosen forms, by key; those it already contains take precedence
   * @returns convolutions that were never tuned
   */
  whileTracing(precision: Precision, trace: () => void, forms?: Map<string, string>): Untuned[];
  /** Remembers the fastest forms, by key. */
  remember(names: ReadonlyMap<string, string>): void;
  /** Identifies the machine, since forms tuned on another one are not used; undefined if tuning is off. */
  readonly machine: string | undefined;
}

const worthTuning = 5e7; // operations; with fewer, a convolution takes less than a millisecond

/** @param file where choices are kept; without one, nothing is tuned or remembered */
export function createChoices(file: string | undefined): FormChoices {
  const known = new Map(Object.entries(file ? readChoices(file) : {}));
  let tracing: { precision: Precision; untuned: Map<string, Untuned>; forms: Map<string, string> } | undefined;

  return {
    formOf(kind, convolution) {
      const candidates = formsOf[kind].filter((form) => form.fits(convolution));
      const [standard] = candidates as [Form];
      if (!tracing || candidates.length === 1 || operationsOf(convolution) < worthTuning) return standard;
      const key = keyOf(kind, convolution, tracing.precision);
      const name = tracing.forms.get(key) ?? known.get(key);
      if (name === undefined) tracing.untuned.set(key, { key, kind, convolution, candidates });
      const form = candidates.find((form) => form.name === name) ?? standard;
      if (name !== undefined) tracing.forms.set(key, form.name);
      return form;
    },
    machine: file && basename(file, '.json'),
    whileTracing(precision, trace, forms = new Map()) {
      tracing = { precision, untuned: new Map(), forms };
      try {
        trace();
        return file ? [...tracing.untuned.values()] : [];
      } finally {
        tracing = undefined;
      }
    },
    remember(names) {
      for (const [key, name] of names) known.set(key, name);
      if (file) writeChoices(file, { ...readChoices(file), ...Object.fromEntries(known) });
    },
  };
}

/** The file for this processor, this number of threads and this version of TensorFlow. */
export function choicesFile(library: string, threads: number): string {
  const machine = [process.platform, process.arch, cpus()[0]?.model, threads, library, formsVersion].join('\n');
  return cachePath('convolutions', `${createHash('sha256').update(machine).digest('hex').slice(0, 16)}.json`);
}

const formsVersion = 3; // raised when a form changes

function keyOf(kind: Kind, { input, filter, stride, pad }: Convolution, precision: Precision): string {
  const by = (sizes: readonly number[]) => sizes.join('x');
  return `${kind} ${by(input)} ${by(filter)} stride ${by(stride)} pad ${by(pad.flat())} ${precision}`;
}

/** A missing or damaged file counts as empty. */
function readChoices(file: string): Record<string, string> {
  try {
    const choices: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = Object.entries(choices as Record<string, unknown>);
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}

/** If the cache cannot be written, the next start only tunes again. */
function writeChoices(file: string, choices: Record<string, string>): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomicSync(file, `${JSON.stringify(choices, null, 1)}\n`);
  } catch {
    // a full disk or a read-only cache
  }
}
