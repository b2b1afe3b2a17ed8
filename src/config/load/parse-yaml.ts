// YAML (and so JSON) as plain values, in time and memory that grow with the text.
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';

const maxAliases = 100; // YAML bombs expand aliases
const mostOpen = 200; // the parser would run out of memory

/** @throws Error with the line and column of what is wrong */
export function parseYaml(text: string): unknown {
  checkNesting(text);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false, // it would look up the place of every error
    uniqueKeys: false, // it would compare every key with all others
  });
  const [error] = document.errors;
  if (error) throw new Error(`${error.message} at ${place(error.pos[0], lines)}:\n\n${lineAt(text, error.pos[0])}\n`);
  checkUniqueKeys(document, lines);
  const content: unknown = document.toJS({ maxAliasCount: maxAliases });
  JSON.stringify(content); // throws where an alias stands within what it names
  return content;
}

function checkNesting(text: string): void {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open++;
    if (character === ']' || character === '}') open--;
    if (open > mostOpen) throw new Error(`More than ${mostOpen} brackets are open at once`);
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

/** The line of an offset, or what of it fits. */
function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start).split('\n', 1)[0]!.slice(0, 80);
}
