// How much slower than alone a process runs here now: other processes take turns on the same cores.

const workMs = 200; // of processor time

/** Wall-clock time divided by processor time of some arithmetic: 1 on an idle machine. */
export function contention(): number {
  const began = performance.now();
  const usedBefore = process.cpuUsage();
  let usedMs = 0;
  for (let value = 1; usedMs < workMs; ) {
    for (let i = 0; i < 1e5; i++) value = (value * 48_271) % 2_147_483_647;
    const { user, system } = process.cpuUsage(usedBefore);
    usedMs = (user + system) / 1000 + Math.min(0, value);
  }
  return Math.max(1, (performance.now() - began) / usedMs);
}
