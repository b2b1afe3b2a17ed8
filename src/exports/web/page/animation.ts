// Runs one animation at a time; each frame waits for its image.

let current: symbol | undefined;
let stopped: () => void = () => {};

/**
 * Calls `frame` with the seconds since the start, until it is stopped or another animation starts, and then `onStop`. Pauses
 * while the page is hidden.
 */
export function animate(frame: (seconds: number) => Promise<void>, onStop: () => void): void {
  stopAnimation();
  const own = Symbol('animation');
  current = own;
  stopped = onStop;
  let seconds = 0;
  let before: number | undefined;

  async function next(nowMs: number): Promise<void> {
    if (current !== own) return;
    seconds += Math.min(nowMs - (before ?? nowMs), 100) / 1000; // a slow frame makes the motion slower, not jumpy
    before = nowMs;
    await frame(seconds);
    requestNext();
  }
  const requestNext = () => requestAnimationFrame((nowMs) => void next(nowMs).catch(stopAnimation));
  requestNext();
}

export function stopAnimation(): void {
  current = undefined;
  stopped();
  stopped = () => {};
}
