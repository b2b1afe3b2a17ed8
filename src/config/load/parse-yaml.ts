// Parses YAML, and so JSON, into plain values in time and memory linear in the text.
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';

const maxAliases = 100; // against YAML bombs, which expand aliases
const maxOpenBrackets = 200; // more could exhaust the parser's memory

/** @throws Error with line and column */
export function parseYaml(text: string): unknown {
  checkNesting(text);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false, // would look up the position of every error
    uniqueKeys: false, // compares every key with all others; checked below
  });
  const [error] = document.errors;
  if (error) throw new Error(`${error.message} at ${place(error.pos[0], lines)}:\n\n${lineAt(text, error.pos[0])}\n`);
  checkUniqueKeys(document, lines);
  const content: unknown = document.toJS({ maxAliasCount: maxAliases });
  JSON.stringify(content); // throws for an alias inside its own anchor
  return content;
}

function checkNesting(text: string): void {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open++;
    if (character === ']' || character === '}') open--;
    if (open > maxOpenBrackets) throw new Error(`More than ${maxOpenBrackets} brackets are open at once`);
  }
  if (/(?:[-?:][ \t]+){200}/.test(text)) throw new Error('More than 200 lists or mappings begin in one line');
}

function checkUniqueKeys(document: Document.Parsed, lines: LineCounter): void {
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const at = place(key.range?.[0] ?? 0, lines);
        if (seen.has(key.value)) throw new Error(`Map keys must be unique; ${String(key.value)} is repeated at ${at}`);
        seen.add(key.value);
      }
    },
  });
}

function place(offset: number, lines: LineCounter): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

/** The line at an offset, cut to 80 characters. */
function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start).split('\n', 1)[0]!.slice(0, 80);
}
