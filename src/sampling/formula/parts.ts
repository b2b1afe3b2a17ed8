// The addends and vectors of a formula, in the order in which they are written.
import type { Formula } from './parse.ts';

export interface Addend {
  sign: '+' | '-';
  part: Formula;
}

/** The parts that the outermost additions and subtractions join: `s1 - 2 * s2` has s1 and 2 * s2. */
export function addendsOf(formula: Formula): Addend[] {
  if (formula.kind === 'negative') return [{ sign: '-', part: formula.item }];
  if (formula.kind !== 'operation' || !isSign(formula.operator)) return [{ sign: '+', part: formula }];
  return [...addendsOf(formula.left), { sign: formula.operator, part: formula.right }];
}

function isSign(operator: string): operator is '+' | '-' {
  return operator === '+' || operator === '-';
}

/** All occurrences of vectors. */
export function vectorsIn(formula: Formula): Extract<Formula, { kind: 'vector' }>[] {
  switch (formula.kind) {
    case 'number':
      return [];
    case 'vector':
      return [formula];
    case 'negative':
      return vectorsIn(formula.item);
    case 'mean':
      return formula.items.flatMap(vectorsIn);
    case 'operation':
      return [...vectorsIn(formula.left), ...vectorsIn(formula.right)];
  }
}
