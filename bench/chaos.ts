// Injects random faults into training runs and compares the final weights: npx tsx bench/chaos.ts [--minutes 30] [--seed 1] [--engine wasm|tensorflow]
import { parseArgs } from 'node:util';
import { chaos } from './chaos/run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'wasm' },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isSafeInteger(seed) || !['wasm', 'tensorflow'].includes(values.engine)) {
  console.error('usage: npx tsx bench/chaos.ts [--minutes 30] [--seed 1] [--engine wasm|tensorflow]');
  process.exit(2);
}
const engine = values.engine === 'tensorflow' ? 'tensorflow' : 'wasm';
const { runs, sessions, injected, skipped, refusals, failures } = await chaos({
  minutes,
  seed,
  engine,
  onLine: console.log,
});
console.log(`${runs} runs, ${sessions} sessions.`);
for (const [name, count] of Object.entries(injected)) console.log(`${String(count).padStart(5)}  ${name}`);
for (const [name, reason] of Object.entries(skipped)) console.log(`Skipped: ${name}: ${reason}`);
for (const [reason, count] of Object.entries(refusals)) console.log(`Refused ${count} times: ${reason}`);
for (const failure of failures) console.log(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
