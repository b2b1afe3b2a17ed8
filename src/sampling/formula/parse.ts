// Parses formulas over latent vectors, e.g. `mean(s1, s2) - 0.5 * s40 + smile`. s0, s1, ... are seeds, other names saved vectors.
import { DcganError } from '../../errors.ts';

/** The characters of a part in the text; `to` is exclusive. */
interface Span {
  from: number;
  to: number;
}

type Operator = '+' | '-' | '*' | '/';

export type Formula = Span &
  (
    | { kind: 'number'; value: number }
    | { kind: 'vector'; name: string }
    | { kind: 'mean'; items: Formula[] }
    | { kind: 'negative'; item: Formula }
    | { kind: 'operation'; operator: Operator; at: number; left: Formula; right: Formula }
  );

type Token = Span & { kind: 'number' | 'name' | 'symbol' | 'end'; text: string };

const maxCharacters = 1000;
const someVector = 'a seed such as s12, a saved name, a number, mean(...) or a parenthesis';

/**
 * sum = product {(+ or -) product}; product = factor {(* or /) factor}; factor = - factor, number, name, mean(sum, ...) or (sum).
 * @throws DcganError `usage.formula` pointing at the first character that does not fit
 */
export function parseFormula(text: string): Formula {
  if (text.length > maxCharacters) {
    throw formulaError(text.slice(0, 60), 0, `it has ${text.length} characters`, `At most ${maxCharacters} are read.`);
  }
  const tokens = tokenize(text);
  let next = 0;

  const peek = () => tokens[next]!;
  const accept = (...symbols: string[]): Token | undefined =>
    peek().kind === 'symbol' && symbols.includes(peek().text) ? tokens[next++]! : undefined;

  function expect(symbol: string, what: string): Token {
    return accept(symbol) ?? unexpected(what);
  }

  function unexpected(expected: string): never {
    const { kind, text: found, from } = peek();
    const what = kind === 'end' ? 'it ends' : `there is ${JSON.stringify(found)}`;
    throw formulaError(text, from, `${what} where ${expected} should be`);
  }

  function chain(operand: () => Formula, ...operators: Operator[]): Formula {
    let left = operand();
    for (let token = accept(...operators); token; token = accept(...operators)) {
      const right = operand();
      const operator = token.text as Operator;
      left = { kind: 'operation', operator, at: token.from, left, right, from: left.from, to: right.to };
    }
    return left;
  }

  const sum = (): Formula => chain(product, '+', '-');
  const product = (): Formula => chain(factor, '*', '/');

  function factor(): Formula {
    const { kind, text: found, from, to } = peek();
    if (accept('-')) {
      const item = factor();
      return { kind: 'negative', item, from, to: item.to };
    }
    if (accept('(')) return { ...sum(), from, to: expect(')', 'an operator or ")"').to };
    if (kind !== 'number' && kind !== 'name') unexpected(someVector);
    next++;
    if (kind === 'number') return { kind, value: Number(found), from, to };
    return found === 'mean' ? mean(from) : { kind: 'vector', name: found, from, to };
  }

  function mean(from: number): Formula {
    expect('(', '"("');
    const items = [sum()];
    while (accept(',')) items.push(sum());
    return { kind: 'mean', items, from, to: expect(')', 'an operator, "," or ")"').to };
  }

  const formula = sum();
  if (peek().kind !== 'end') unexpected('an operator or the end');
  return formula;
}

const tokenPattern =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<symbol>[-+*/(),]))/y;

function tokenize(text: string): Token[] {
  const end = text.trimEnd().length;
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const at = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(text)?.groups;
    if (groups === undefined) {
      const from = at + text.slice(at).search(/\S/);
      throw formulaError(
        text,
        from,
        `${JSON.stringify(String.fromCodePoint(text.codePointAt(from)!))} means nothing in it`,
      );
    }
    const kind = (['number', 'name', 'symbol'] as const).find((name) => groups[name] !== undefined)!;
    const found = groups[kind]!;
    tokens.push({ kind, text: found, from: tokenPattern.lastIndex - found.length, to: tokenPattern.lastIndex });
  }
  return [...tokens, { kind: 'end', text: '', from: end, to: end }];
}

/** An error that shows the formula with a caret under the problem. */
export function formulaError(text: string, at: number, problem: string, fix?: string): DcganError {
  const shown = text.replaceAll(/\s/g, ' ');
  return new DcganError(
    'usage.formula',
    {
      happened: `The formula is invalid: ${problem}, at character ${at + 1}.`,
      expected: `  ${shown}\n  ${' '.repeat(at)}^`,
      ...(fix === undefined ? {} : { fix }),
    },
    { data: { formula: text, position: at } },
  );
}
