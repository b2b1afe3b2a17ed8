// Renders the record as the tables of bench/README.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { type Spread, spreadOf } from '../src/training/step-times.ts';
import { checkBounds } from './bounds.ts';
import { type BenchRecord, type Contest, titleOf } from './record.ts';

export function renderRecord(record: BenchRecord): string {
  return Object.values(record).map(renderContest).join('\n\n');
}

function renderContest(contest: Contest): string {
  const boundRows = checkBounds(contest).map(({ bound, peer, ratio, met }) => {
    const among = bound.peers.length > 1 ? ` (${peer})` : '';
    return [bound.sentence + among, `≤ ${bound.limit}`, ...cells(ratio, 3), met ? 'met' : '**not met**'];
  });
  const unit = contest.job === 'training' ? 'ms per step' : `s for ${largest(contest).toLocaleString('en')} images`;
  const divisor = contest.job === 'training' ? 1 : 1000;
  const times = Object.entries(contest.contestants).map(([name, { ms, peakMiB }]) => {
    const spread = spreadOf(ms.map((value) => value / divisor));
    return [name, ...cells(spread, spread.median < 100 ? 1 : 0), peakMiB.toFixed(0)];
  });
  return [
    `### ${titleOf(contest)}`,
    describeRun(contest),
    table(['bound', 'limit', 'median ratio', 'least – most', ''], boundRows),
    table(['', unit, 'least – most', 'peak MiB'], times),
  ].join('\n\n');
}

function describeRun({ date, machine, rounds, idleShare, contestants }: Contest): string {
  const versions = Object.assign({}, ...Object.values(contestants).map((entry) => entry.versions)) as Record<
    string,
    string
  >;
  const named = ['keras', 'tensorflow', 'torch', 'tfjs', 'node'].flatMap((name) => {
    const version = versions[name];
    return version === undefined ? [] : [`${name} ${version}`];
  });
  const processor = `${machine.processor}, ${machine.cores} cores, ${machine.instructions.join(' ')}`;
  const waiting = `waiting contestants used ${(100 * idleShare).toFixed(1)} % of the processor`;
  return `${date}; ${processor}; ${named.join(', ')}; ${rounds} rounds; ${waiting}.`;
}

function largest({ contestants }: Contest): number {
  return Math.max(...Object.values(contestants).map(({ unitsPerTurn }) => unitsPerTurn));
}

function cells({ median, least, most }: Spread, digits: number): [string, string] {
  return [median.toFixed(digits), `${least.toFixed(digits)} – ${most.toFixed(digits)}`];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (values: readonly string[]) => `| ${values.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const [begin, end] = ['<!-- results -->', '<!-- end of results -->'];

/** Replaces the tables between the markers of a Markdown file. */
export function writeReport(path: string, record: BenchRecord): void {
  writeFileSync(path, betweenMarkers(readFileSync(path, 'utf8'), renderRecord(record)));
}

export function betweenMarkers(text: string, content: string): string {
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`There is no ${begin} … ${end} to write between.`);
  return `${text.slice(0, start + begin.length)}\n\n${content}\n\n${text.slice(stop)}`;
}
