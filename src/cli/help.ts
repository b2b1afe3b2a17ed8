// Describes an option in help with its choices and default.
import type { Option } from 'commander';

/** The description, then the choices and the default: `compute engine: auto, wasm or webgpu (default: auto)`. */
export function describeOption({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const choices = argChoices ? `: ${argChoices.slice(0, -1).join(', ')} or ${argChoices.at(-1)}` : '';
  const isShown = defaultValue !== undefined && !Array.isArray(defaultValue);
  const fallback = defaultValueDescription ?? (isShown ? String(defaultValue) : undefined);
  return `${description}${choices}${fallback === undefined ? '' : ` (default: ${fallback})`}`;
}
