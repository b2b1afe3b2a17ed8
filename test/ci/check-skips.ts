// Prints the tests skipped in a run by reason; with CI=true fails for reasons that .ci/allowed-skips does not list.
import { readFileSync } from 'node:fs';
import { countSkips, parseAllowed, unexpectedSkips } from './skips.ts';

const counts = countSkips(readFileSync(process.argv[2]!, 'utf8'));
console.log('Skipped tests, by reason:');
for (const [reason, count] of counts) console.log(`${String(count).padStart(5)}  ${reason || '(no reason given)'}`);

const allowed = parseAllowed(readFileSync(new URL('../../.ci/allowed-skips', import.meta.url), 'utf8'));
const unexpected = unexpectedSkips(counts, allowed);
for (const reason of unexpected) {
  console.log(`Not on the list .ci/allowed-skips: ${counts.get(reason)} tests, ${reason || '(no reason given)'}`);
}
if (unexpected.length > 0 && process.env['CI'] === 'true') process.exitCode = 1;
