// One line of progress, fitted to the width of the terminal: what matters least is left out first.
import stringWidth from 'string-width';
import { printable } from '../../errors.ts';

interface NotePart {
  text: string;
  /** Parts of less importance go first. */
  importance: number;
}

/** What stands after the percentage, in this order. */
export type Note = string | readonly NotePart[];

export interface ProgressLine {
  title: string;
  done: number;
  total: number;
  note: Note;
}

const [longBar, shortBar] = [24, 10]; // characters
const importanceOf = { text: 4, bar: 5, percentage: 8 };

/** The line in at most `columns` columns. */
export function fitProgress({ title, done, total, note }: ProgressLine, columns: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const percentage = { text: `${Math.floor(100 * share)}%`, importance: importanceOf.percentage };
  const bar = (length: number) => ({ text: drawBar(share, length), importance: importanceOf.bar });
  const line = (length: number): Shown => ({
    title: printable(title),
    head: [bar(length), percentage],
    note: partsOf(note),
  });
  let shown = line(longBar);
  if (widthOf(shown) > columns) shown = line(shortBar);
  while (widthOf(shown) > columns && shown.head.length + shown.note.length > 0) shown = withoutLeast(shown);
  return cut(join(shown), columns);
}

/** The whole line for a pipe or a file, without a bar; without a share where the total is not known. */
export function plainProgress({ title, done, total, note }: ProgressLine): string {
  const head = total > 0 ? [{ text: `${Math.floor((100 * done) / total)}%`, importance: importanceOf.percentage }] : [];
  return join({ title: printable(title), head, note: partsOf(note) });
}

interface Shown {
  title: string;
  head: readonly NotePart[];
  note: readonly NotePart[];
}

function partsOf(note: Note): NotePart[] {
  const parts = typeof note === 'string' ? [{ text: note, importance: importanceOf.text }] : note;
  return parts.map(({ text, importance }) => ({ text: printable(text), importance }));
}

/** Of several parts of the least importance the last one goes. */
function withoutLeast({ title, head, note }: Shown): Shown {
  const least = [...head, ...note].reduce((a, b) => (b.importance <= a.importance ? b : a));
  const others = (parts: readonly NotePart[]) => parts.filter((part) => part !== least);
  return { title, head: others(head), note: others(note) };
}

function join({ title, head, note }: Shown): string {
  const words = [title, ...head.map(({ text }) => text), note.map(({ text }) => text).join(' · ')];
  return words.filter((word) => word !== '').join(' ');
}

function widthOf(shown: Shown): number {
  return stringWidth(join(shown));
}

function drawBar(share: number, length: number): string {
  const filled = Math.round(share * length);
  return '█'.repeat(filled) + '░'.repeat(length - filled);
}

function cut(text: string, columns: number): string {
  let kept = '';
  for (const character of text) {
    if (stringWidth(kept + character) > columns) break;
    kept += character;
  }
  return kept;
}
