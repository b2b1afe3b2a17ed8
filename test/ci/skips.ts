// Counts skipped tests by reason in the output of node:test.

const tap = /^\s*ok \d+ .*# SKIP ?(.*)$/;
const spec = /^\s*﹣ .* \([\d.]+m?s\) # (.*)$/u;

/** Number of skipped tests by reason, '' for none. Reads the output of the TAP and the spec reporter. */
export function countSkips(log: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [, found] = tap.exec(line) ?? spec.exec(line) ?? [];
    if (found === undefined) continue;
    const reason = found === 'SKIP' ? '' : found.trim().replaceAll('\\#', '#');
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

/** Regular expressions, one per line; empty lines and those that start with # are comments. */
export function parseAllowed(text: string): RegExp[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => new RegExp(line, 'u'));
}

/** Reasons that no expression matches. */
export function unexpectedSkips(counts: ReadonlyMap<string, number>, allowed: readonly RegExp[]): string[] {
  return [...counts.keys()].filter((reason) => !allowed.some((expression) => expression.test(reason)));
}
