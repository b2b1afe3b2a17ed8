// Flags that several commands share, and how their values are read.
import { InvalidArgumentError, Option } from 'commander';

export const rootFlag = () =>
  new Option('--root <folder>', 'folder that holds configs, data, results and checkpoints').default(
    '.',
    'the current folder',
  );

export const engineFlag = () =>
  new Option('--engine <name>', 'what computes').choices(['auto', 'tensorflow', 'webgpu', 'wasm']).default('auto');

export const deviceFlag = () =>
  new Option('--device <name>', 'the GPU of the webgpu engine: its name or a part, as `dcgan engine info` lists them');

export const jsonFlag = () => new Option('--json', 'print one JSON object');

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
