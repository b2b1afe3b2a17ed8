// Parses JSON from untrusted files.

const maxDepth = 100; // this program writes at most ten levels; much deeper values overflow the stack of recursive code

/** Throws Error if the text is not JSON or is nested too deeply. */
export function parseJson(text: string): unknown {
  checkDepth(text);
  return JSON.parse(text);
}

function checkDepth(text: string): void {
  let depth = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset];
    if (character === '"') offset = endOfString(text, offset);
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > maxDepth) throw new Error(`its values are nested more than ${maxDepth} deep`);
  }
}

function endOfString(text: string, begin: number): number {
  for (let offset = begin + 1; offset < text.length; offset++) {
    if (text[offset] === '\\') offset++;
    else if (text[offset] === '"') return offset;
  }
  return text.length;
}
