// Evaluates a formula over latent vectors, in float64.
import { type Formula, formulaError } from './parse.ts';

type Vector = Float64Array;

/**
 * `vectors` maps every name in the formula to its vector; the result is float32 [latent size]. Vectors can be added and
 * subtracted, and multiplied and divided by numbers.
 * @throws DcganError `usage.formula` pointing at an operation that is not possible
 */
export function evaluateFormula(
  formula: Formula,
  text: string,
  vectors: ReadonlyMap<string, ArrayLike<number>>,
): Float32Array {
  function evaluate(part: Formula): number | Vector {
    switch (part.kind) {
      case 'number':
        return part.value;
      case 'vector':
        return Float64Array.from(vectors.get(part.name)!);
      case 'negative':
        return scale(evaluate(part.item), -1);
      case 'mean':
        return scale(part.items.map(vectorOf).reduce(add), 1 / part.items.length);
      case 'operation':
        return part.operator === '+' || part.operator === '-' ? sum(part) : product(part);
    }
  }

  function vectorOf(part: Formula): Vector {
    const value = evaluate(part);
    if (typeof value !== 'number') return value;
    throw formulaError(text, part.from, `there is the number ${value} where a vector should be`);
  }

  function sum({ operator, at, left, right }: Operation): number | Vector {
    const [a, b] = [evaluate(left), scale(evaluate(right), operator === '-' ? -1 : 1)];
    if (typeof a === 'number' && typeof b === 'number') return a + b;
    if (typeof a !== 'number' && typeof b !== 'number') return add(a, b);
    const verb = operator === '+' ? 'added' : 'subtracted';
    throw formulaError(text, at, `a number and a vector cannot be ${verb}`);
  }

  function product({ operator, at, left, right }: Operation): number | Vector {
    const [a, b] = [evaluate(left), evaluate(right)];
    if (typeof b === 'number') {
      if (operator === '*') return scale(a, b);
      if (b !== 0) return scale(a, 1 / b);
      throw formulaError(text, right.from, 'nothing can be divided by zero');
    }
    if (operator === '*' && typeof a === 'number') return scale(b, a);
    const problem = operator === '*' ? 'two vectors cannot be multiplied' : 'nothing can be divided by a vector';
    throw formulaError(text, at, problem);
  }

  const result = Float32Array.from(vectorOf(formula));
  if (result.every(Number.isFinite)) return result;
  throw formulaError(text, formula.from, 'its values are too large');
}

type Operation = Extract<Formula, { kind: 'operation' }>;

function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]!);
}

function scale<Value extends number | Vector>(value: Value, factor: number): Value {
  return (typeof value === 'number' ? value * factor : value.map((one) => one * factor)) as Value;
}
