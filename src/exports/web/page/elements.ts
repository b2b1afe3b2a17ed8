// Finds the page's elements by id, with their types.

/** @throws Error if the page has no such element */
export function find<Kind extends HTMLElement>(selector: string, kind: new () => Kind): Kind {
  const found = document.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${selector}.`);
}

export const input = (id: string) => find(`#${id}`, HTMLInputElement);
export const button = (id: string) => find(`#${id}`, HTMLButtonElement);

/** The seed in a number field; 0 if it is empty. */
export function seedIn(field: HTMLInputElement): number {
  const seed = Math.floor(field.valueAsNumber);
  return Number.isFinite(seed) ? Math.min(Math.max(seed, 0), 2 ** 32 - 1) : 0;
}

/** Shows a slider's value beside it. */
export function showValue(slider: HTMLInputElement, text: string): void {
  const output = slider.parentElement?.querySelector('output');
  if (output) output.textContent = text;
}

/** Shows on a button whether its animation is running, and what a click does. */
export function showRunning(toggle: HTMLButtonElement, running: boolean, text: string): void {
  toggle.classList.toggle('running', running);
  toggle.textContent = text;
}

export function isRunning(toggle: HTMLButtonElement): boolean {
  return toggle.classList.contains('running');
}
