// dcgan explore --formula: arithmetic on latent vectors, with a picture of the operands and the result.
import type { Config } from '../config/config.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { resolveOutputPath } from '../pictures/output-path.ts';
import { pictureFormatOf } from '../pictures/picture.ts';
import { evaluateFormula } from '../sampling/formula/evaluate.ts';
import { type Formula, formulaError, parseFormula } from '../sampling/formula/parse.ts';
import { addendsOf, vectorsIn } from '../sampling/formula/parts.ts';
import { writeFormulaPicture } from '../sampling/formula-picture.ts';
import { type CheckpointUsed, openNamed, type SamplingIo, type SamplingOptions, silent } from '../sampling/sampling.ts';
import { checkVectorName, type RunPlace, readSavedVector, savedNames, saveVector } from '../sampling/saved-vectors.ts';

export interface FormulaOptions extends SamplingOptions {
  /** For example `mean(s1, s2) - 0.5 * s40 + smile`: seeds, saved vectors and numbers. */
  formula: string;
  /** The picture to write. @default 'explore.png' */
  out?: string;
  /** Overwrites a file even if dcgan did not draw it. */
  force?: boolean;
  /** Saves the result under this name, for later formulas. */
  save?: string;
}

export interface FormulaResult extends CheckpointUsed {
  formula: string;
  /** The terms of the formula in order, with the vectors in each. */
  operands: { sign: '+' | '-'; formula: string; vectors: string[] }[];
  /** The resulting latent vector. */
  vector: number[];
  out: string;
  /** The file of the saved vector. */
  saved?: string;
}

/**
 * Computes a formula over latent vectors, draws its operands and its result, and saves the result if it has a name.
 * @throws DcganError `usage.formula` with the position of the error, `usage.vector-name`, `usage.unknown-picture-format`,
 * `usage.cannot-write`, and what opening a checkpoint or an engine throws
 */
export async function exploreFormula(options: FormulaOptions, io: SamplingIo = silent): Promise<FormulaResult> {
  const { formula: text, out = 'explore.png', save, root } = options;
  const formula = parseFormula(text);
  const format = pictureFormatOf(out);
  if (save !== undefined) checkVectorName(save);
  const { generator, used } = await openNamed(options, io);
  const run = { root, runHash: used.runHash };
  const vectors = await findVectors(formula, text, generator.config, run);
  const evaluate = (part: Formula) => evaluateFormula(part, text, vectors);
  const result = evaluate(formula);
  const place = await resolveOutputPath(out, options);

  const addends = addendsOf(formula).map(({ sign, part }) => ({
    sign,
    part,
    names: vectorsIn(part).map(({ name }) => name),
  }));
  const operands = addends.map(({ sign, part, names }) => ({
    sign,
    vector: evaluate(part),
    members: part.kind === 'vector' ? [] : names.map((name) => vectors.get(name)!),
  }));
  await writeFormulaPicture({ path: place, format }, { operands, result }, generator, options, io);
  const saved = save === undefined ? undefined : await saveVector(save, result, run);
  return {
    ...used,
    formula: text,
    operands: addends.map(({ sign, part, names }) => ({
      sign,
      formula: text.slice(part.from, part.to),
      vectors: names,
    })),
    vector: Array.from(result),
    out,
    ...(saved && { saved }),
  };
}

const largestSeed = 0xffffffff;

/** The vector for each name in a formula, float32 [latent size]. */
async function findVectors(
  formula: Formula,
  text: string,
  { generator: { latent } }: Config,
  run: RunPlace,
): Promise<Map<string, Float32Array>> {
  const saved = await savedNames(run);
  const vectors = new Map<string, Float32Array>();
  for (const { name, from } of vectorsIn(formula)) {
    const seed = /^s(\d+)$/.exec(name)?.[1];
    if (seed !== undefined) {
      if (Number(seed) > largestSeed)
        throw formulaError(text, from, `${seed} is not a seed`, `The largest is ${largestSeed}.`);
      vectors.set(name, latentsOfSeeds(latent, [Number(seed)]));
    } else {
      if (!saved.includes(name)) throw formulaError(text, from, `there is no saved vector ${name}`, hint(saved));
      vectors.set(name, await readSavedVector(name, run, latent.size));
    }
  }
  return vectors;
}

function hint(saved: readonly string[]): string {
  if (saved.length > 0) return `Saved for this run: ${saved.join(', ')}. Seeds are written s12.`;
  return 'No vector is saved for this run yet; --save NAME saves one. Seeds are written s12.';
}
