// Fits a progress line to the width of the terminal by dropping its least important parts.
import stringWidth from 'string-width';
import { printable } from '../../errors.ts';

interface NotePart {
  text: string;
  /** Parts with a lower value are dropped first. */
  importance: number;
}

/** The text after the percentage. */
export type Note = string | readonly NotePart[];

export interface ProgressLine {
  title: string;
  done: number;
  total: number;
  note: Note;
}

const [longBar, shortBar] = [24, 10]; // characters
const importanceOf = { text: 4, bar: 5, percentage: 8 };

/** The line, at most `columns` wide. */
export function fitProgress({ title, done, total, note }: ProgressLine, columns: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const percentage = { text: `${Math.floor(100 * share)}%`, importance: importanceOf.percentage };
  const bar = (length: number) => ({ text: drawBar(share, length), importance: importanceOf.bar });
  const line = (length: number): Parts => ({
    title: printable(title),
    head: [bar(length), percentage],
    note: notePartsOf(note),
  });
  let parts = line(longBar);
  if (widthOf(parts) > columns) parts = line(shortBar);
  while (widthOf(parts) > columns && parts.head.length + parts.note.length > 0) parts = dropLeastImportant(parts);
  return cut(join(parts), columns);
}

/** The whole line for a pipe or a file, without a bar, and without a percentage if the total is unknown. */
export function plainProgress({ title, done, total, note }: ProgressLine): string {
  const head = total > 0 ? [{ text: `${Math.floor((100 * done) / total)}%`, importance: importanceOf.percentage }] : [];
  return join({ title: printable(title), head, note: notePartsOf(note) });
}

interface Parts {
  title: string;
  head: readonly NotePart[];
  note: readonly NotePart[];
}

function notePartsOf(note: Note): NotePart[] {
  const parts = typeof note === 'string' ? [{ text: note, importance: importanceOf.text }] : note;
  return parts.map(({ text, importance }) => ({ text: printable(text), importance }));
}

/** Drops the least important part; of equally important ones, the last. */
function dropLeastImportant({ title, head, note }: Parts): Parts {
  const least = [...head, ...note].reduce((a, b) => (b.importance <= a.importance ? b : a));
  const others = (parts: readonly NotePart[]) => parts.filter((part) => part !== least);
  return { title, head: others(head), note: others(note) };
}

function join({ title, head, note }: Parts): string {
  const words = [title, ...head.map(({ text }) => text), note.map(({ text }) => text).join(' · ')];
  return words.filter((word) => word !== '').join(' ');
}

function widthOf(parts: Parts): number {
  return stringWidth(join(parts));
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
