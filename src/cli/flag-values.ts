// Parses the values of flags; a wrong one is reported with what was expected.
import { InvalidArgumentError } from 'commander';

export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

export function commaSeparated(text: string): string[] {
  return text.split(',');
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(`Expected a whole number above 0, not '${text}'.`);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`Expected a whole number, 0 or more, not '${text}'.`);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`Expected a number above 0, not '${text}'.`);
}

export function seedNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new InvalidArgumentError(`Expected a whole number from 0 to 4294967295, not '${text}'.`);
}

/** WIDTHxHEIGHT in pixels, or one number for both. */
export function imageSize(text: string): { width: number; height: number } {
  const [, width, height = width] = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text) ?? [];
  if (width !== undefined) return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError(`Expected a size in pixels such as 64 or 48x64 (width x height), not '${text}'.`);
}

/** COLUMNSxROWS of a grid of images. */
export function gridShape(text: string): { columns: number; rows: number } {
  const [, columns, rows] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  if (rows !== undefined) return { columns: Number(columns), rows: Number(rows) };
  throw new InvalidArgumentError(`Expected images per row and rows, such as 8x8, not '${text}'.`);
}
