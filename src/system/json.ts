// Parses JSON that anybody may have written.

const deepest = 100; // what this program writes is ten deep; deeper values overflow the stack of whatever walks them

/** Throws Error where the text is no JSON, or nested without reason. */
export function parseJson(text: string): unknown {
  checkDepth(text);
  return JSON.parse(text);
}

function checkDepth(text: string): void {
  let depth = 0;
  for (let place = 0; place < text.length; place++) {
    const character = text[place];
    if (character === '"') place = endOfString(text, place);
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > deepest) throw new Error(`its values are nested more than ${deepest} deep`);
  }
}

function endOfString(text: string, begin: number): number {
  for (let place = begin + 1; place < text.length; place++) {
    if (text[place] === '\\') place++;
    else if (text[place] === '"') return place;
  }
  return text.length;
}
