import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Formula, parseFormula } from '../../../src/sampling/formula/parse.ts';

/** A tree with all parentheses, as in Lisp. */
function written(formula: Formula): string {
  switch (formula.kind) {
    case 'number':
      return String(formula.value);
    case 'vector':
      return formula.name;
    case 'negative':
      return `(neg ${written(formula.item)})`;
    case 'mean':
      return `(mean ${formula.items.map(written).join(' ')})`;
    case 'operation':
      return `(${formula.operator} ${written(formula.left)} ${written(formula.right)})`;
  }
}

const trees: [text: string, tree: string][] = [
  ['s12 - s40 + s77', '(+ (- s12 s40) s77)'],
  ['s1 - (s2 - s3)', '(- s1 (- s2 s3))'],
  ['s1 + 2 * s2 / 4 - s3', '(- (+ s1 (/ (* 2 s2) 4)) s3)'],
  ['-s1*-.5', '(* (neg s1) (neg 0.5))'],
  ['--s1', '(neg (neg s1))'],
  ['mean(s1,s2, mean( s3 ))', '(mean s1 s2 (mean s3))'],
  ['1.5e-3*smile_2', '(* 0.0015 smile_2)'],
  ['\tmean_face -\ns1 ', '(- mean_face s1)'],
  ['((s1))', 's1'],
];

test('parses products before sums, from the left, with parentheses, signs and means', () => {
  for (const [text, tree] of trees) assert.equal(written(parseFormula(text)), tree, text);
});

test('records the span of every part', () => {
  const text = 's1 - 2 * (s2 + s3)';
  const formula = parseFormula(text);
  assert.ok(formula.kind === 'operation' && formula.right.kind === 'operation');
  const of = ({ from, to }: Formula) => text.slice(from, to);
  assert.deepEqual([of(formula), of(formula.left), of(formula.right)], [text, 's1', '2 * (s2 + s3)']);
  assert.deepEqual([of(formula.right.right), text[formula.at]], ['(s2 + s3)', '-']);
});

const refused: [text: string, at: number, problem: RegExp][] = [
  ['', 0, /it ends where a seed such as s12, .* should be, at character 1\./],
  ['s1 +', 4, /it ends where a seed/],
  ['s1 + * s2', 5, /there is "\*" where a seed/],
  ['s1 s2', 3, /there is "s2" where an operator or the end should be/],
  ['(s1 + s2', 8, /it ends where an operator or "\)" should be/],
  ['s1)', 2, /there is "\)" where an operator or the end/],
  ['mean s1', 5, /there is "s1" where "\(" should be/],
  ['mean()', 5, /there is "\)" where a seed/],
  ['mean(s1 s2)', 8, /there is "s2" where an operator, "," or "\)" should be/],
  ['s1 − s2', 3, /"−" means nothing in it, at character 4\./],
  ['s1 + 💡', 5, /"💡" means nothing/],
  ['2s1', 1, /there is "s1" where an operator/],
];

test('shows a caret under a syntax error', () => {
  for (const [text, at, problem] of refused) {
    assert.throws(
      () => parseFormula(text),
      (error: Error & { code?: string }) => {
        const [first, shown, caret] = error.message.split('\n');
        assert.equal(error.code, 'usage.formula');
        assert.match(first!, problem);
        assert.deepEqual([shown, caret], [`  ${text}`, `  ${' '.repeat(at)}^`], text);
        return true;
      },
      text,
    );
  }
});

test('parses or rejects formulas of any length and depth without crashing', () => {
  assert.equal(written(parseFormula(`${'('.repeat(499)}s1${')'.repeat(499)}`)), 's1');
  for (const text of ['('.repeat(1000), '-'.repeat(1000), '('.repeat(1_000_000)]) {
    assert.throws(() => parseFormula(text), { code: 'usage.formula' });
  }
});
