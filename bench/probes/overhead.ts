// Measures the share of an epoch outside the engine's step, and the time from start to the first step: npx tsx bench/probes/overhead.ts [steps] [images]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { timedRun } from './timed-run.ts';

const [stepsText = '600', data = 'data/mnist/train', ...set] = process.argv.slice(2);
const steps = Number(stepsText); // an epoch of 60,000 images in batches of 100
const root = mkdtempSync(join(tmpdir(), 'dcgan-overhead-')); // for the run's output; the images stay where they are
try {
  const options = { config: 'mnist-test4', data: resolve(data), set, engine: 'tensorflow' as const, root, fresh: true };
  const { phases, calls, steps: done } = await timedRun(options, steps);
  printPhases(phases);
  printShares(phases, calls, done);
} finally {
  rmSync(root, { recursive: true });
}

function printPhases(phases: readonly { name: string; ms: number }[]): void {
  console.log('| phase | ms | since the process started |\n| --- | --- | --- |');
  phases.forEach(({ name, ms }, index) => {
    const before = phases[index - 1]?.ms ?? 0;
    console.log(`| ${name} | ${(ms - before).toFixed(0)} | ${ms.toFixed(0)} |`);
  });
}

/** Shares of the time from the start of the loop to the end of the run. */
function printShares(
  phases: readonly { name: string; ms: number }[],
  calls: Readonly<Record<string, { count: number; ms: number }>>,
  done: number,
): void {
  const at = (name: string) => phases.find((phase) => phase.name === name)!.ms;
  const wallMs = at('end') - at('run described');
  const rows = Object.entries(calls).filter(([name]) => name !== 'write');
  const stepMs = rows.reduce((sum, [name, { ms }]) => sum + (name.includes('step') ? ms : 0), 0);
  const engineMs = rows.reduce((sum, [, { ms }]) => sum + ms, 0);
  console.log(
    `\n${done} steps in ${(wallMs / 1000).toFixed(1)} s\n\n| part | calls | s | share |\n| --- | --- | --- | --- |`,
  );
  const line = (name: string, count: number | '', ms: number) =>
    console.log(`| ${name} | ${count} | ${(ms / 1000).toFixed(2)} | ${((100 * ms) / wallMs).toFixed(2)} % |`);
  for (const [name, { count, ms }] of rows) line(`engine: ${name}`, count, ms);
  line('outside the engine', '', wallMs - engineMs);
  line('**outside the step**', '', wallMs - stepMs);
}
