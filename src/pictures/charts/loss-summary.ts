// Caches the loss curves of losses.jsonl up to a byte offset, so that a run with millions of ticks resumes at once. A cache that
// does not match the log is ignored, and the log is read from its beginning.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { readLosses } from '../../runs/losses-log.ts';
import { openRegular, readBytes, readRegularText, UnreadableFile } from '../../system/read-file.ts';
import { writeFileAtomic } from '../../system/write-file.ts';
import { createLossCurves, isLossCurvesState, type LossCurves, type LossCurvesState } from './loss-curves.ts';

interface Summary {
  version: number;
  log: Extent;
  state: LossCurvesState;
}

/** The part of a log that is summarised. */
interface Extent {
  bytes: number;
  /** SHA-256 of its last bytes, to recognise the log. */
  tail: string;
}

const version = 1;
const tailBytes = 4096; // some lines, which are unique by their elapsed seconds
const maxSummaryBytes = 16 * 1024 * 1024; // six curves take 1 MB
const newline = 0x0a;

export function lossSummaryPath(log: string): string {
  return join(dirname(log), '.loss-curves.json');
}

/** The curves of a log: the summary, and the lines after it. @throws DcganError `usage.cannot-read` for the log */
export async function readLossCurves(log: string): Promise<LossCurves> {
  const summary = await readSummary(log);
  const curves = createLossCurves(summary?.state);
  for await (const records of readLosses(log, summary?.log.bytes)) for (const record of records) curves.add(record);
  return curves;
}

/** Saves curves that contain all lines of a log. If that fails, the next start takes longer. */
export async function saveLossCurves(log: string, curves: LossCurves): Promise<void> {
  const extent = await extentOf(log);
  if (!extent) return;
  const summary: Summary = { version, log: extent, state: curves.state() };
  try {
    await writeFileAtomic(lossSummaryPath(log), withChecksum(summary), { durable: false });
  } catch (error) {
    if (!(error instanceof DcganError)) throw error;
  }
}

async function readSummary(log: string): Promise<Summary | undefined> {
  const summary = await readRegularText(lossSummaryPath(log), maxSummaryBytes).then(verifyChecksum, ignoreUnreadable);
  if (summary?.version !== version || !isLossCurvesState(summary.state)) return undefined;
  const { bytes, tail } = summary.log;
  if (!Number.isSafeInteger(bytes) || bytes <= 0) return undefined;
  return (await extentOf(log, bytes))?.tail === tail ? summary : undefined;
}

/** The first bytes of a log, by default all; undefined if it has fewer, or they end inside a line. */
async function extentOf(log: string, bytes?: number): Promise<Extent | undefined> {
  const file = await openRegular(log).catch(ignoreUnreadable);
  if (!file) return undefined;
  try {
    const end = bytes ?? (await file.stat()).size;
    const begin = Math.max(0, end - tailBytes);
    const tail = await readBytes(file, begin, end - begin);
    return tail.at(-1) === newline ? { bytes: end, tail: sha256(tail) } : undefined;
  } catch (error) {
    return ignoreUnreadable(error);
  } finally {
    await file.close();
  }
}

/** Two lines: a checksum, and the content. */
function withChecksum(summary: Summary): string {
  const content = JSON.stringify(summary);
  return `${sha256(content)}\n${content}\n`;
}

/** Undefined if the checksum does not match. */
function verifyChecksum(text: string): Summary | undefined {
  const [checksum, content] = text.split('\n');
  return content && sha256(content) === checksum ? JSON.parse(content) : undefined;
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableFile)) throw error;
}
