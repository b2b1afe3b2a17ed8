// One checkpoint on disk: <step>/weights.safetensors and state.json. Written beside and renamed; read only if every checksum holds.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DcganError, messageOf } from '../errors.ts';
import { partialPath } from '../system/partial.ts';
import { syncFolder, writeSynced, writingTo } from '../system/write-file.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensors } from './safetensors.ts';

export interface Checkpoint {
  step: number;
  tensors: NamedTensors;
  /** All else that the loop needs, as plain JSON. */
  state: Record<string, unknown>;
}

export type StepState = Pick<Checkpoint, 'step' | 'state'> & { path: string };

const weightsFile = 'weights.safetensors';
export const stateFile = 'state.json';

const stateSchema = z.strictObject({
  format: z.literal(1),
  step: z.int().nonnegative(),
  weights: z.strictObject({ bytes: z.int().nonnegative(), sha256: z.string() }),
  state: z.record(z.string(), z.unknown()),
  sha256: z.string(), // of all the above as compact JSON
});

/** The name of a step's folder: at least six digits, so that names sort like steps. */
export function stepFolderName(step: number): string {
  return String(step).padStart(6, '0');
}

/**
 * Writes a checkpoint so that its folder is whole or not there; one of the same step is replaced.
 * @param confirm called when all is written beside, before it takes its place
 * @throws DcganError `usage.cannot-write`
 */
export async function writeStepFolder(
  path: string,
  checkpoint: Checkpoint,
  confirm: () => Promise<void> = async () => undefined,
): Promise<void> {
  const chunks = encodeSafetensors(checkpoint.tensors);
  const stateText = encodeState(checkpoint, chunks);
  const partial = partialPath(path);
  await writingTo(path, async () => {
    try {
      await mkdir(partial);
      await writeSynced(join(partial, weightsFile), chunks);
      await writeSynced(join(partial, stateFile), stateText);
      await syncFolder(partial);
      await confirm();
      await replaceFolder(path, partial);
      await syncFolder(dirname(path));
    } finally {
      await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    }
  });
}

/** A folder cannot be renamed over a full one, so the old one steps aside first. */
async function replaceFolder(path: string, replacement: string): Promise<void> {
  const aside = partialPath(path);
  await rename(path, aside).catch(ignoreMissing);
  await rename(replacement, path);
  await rm(aside, { recursive: true, force: true });
}

/** Removes a checkpoint so that its folder is whole or not there. @throws DcganError `usage.cannot-write` */
export async function removeStepFolder(path: string): Promise<void> {
  const aside = partialPath(path);
  await writingTo(path, async () => {
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true });
  });
}

/**
 * Reads a checkpoint and checks every byte of it.
 * @throws DcganError `checkpoint.damaged` naming the file
 */
export async function readStepFolder(path: string): Promise<Checkpoint> {
  const statePath = join(path, stateFile);
  const weightsPath = join(path, weightsFile);
  const { step, state, weights } = decodeState(await readPart(statePath), statePath);
  const bytes = await readPart(weightsPath);
  if (bytes.length !== weights.bytes) throw damaged(weightsPath, `${bytes.length} bytes, not ${weights.bytes}`);
  if (sha256(bytes) !== weights.sha256) throw damaged(weightsPath, 'its checksum does not match');
  return { step, state, tensors: decodeSafetensors(bytes, weightsPath).tensors };
}

/** A checkpoint without its weights. @throws DcganError `checkpoint.damaged` naming the file */
export async function readStepState(path: string): Promise<StepState> {
  const statePath = join(path, stateFile);
  const { step, state } = decodeState(await readPart(statePath), statePath);
  return { path, step, state };
}

function encodeState({ step, state }: Checkpoint, weightChunks: readonly Uint8Array[]): string {
  const bytes = weightChunks.reduce((total, chunk) => total + chunk.length, 0);
  const content = { format: 1, step, weights: { bytes, sha256: sha256(...weightChunks) }, state };
  const compact = JSON.stringify(content, refuseNonFinite);
  return `${JSON.stringify({ ...content, sha256: sha256(compact) }, null, 2)}\n`;
}

/** JSON would turn NaN and infinities into null, and a resumed run would go another way. */
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`Checkpoint state ${key} is ${value}.`);
  return value;
}

function decodeState(bytes: Uint8Array, path: string): z.infer<typeof stateSchema> {
  try {
    const content: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const parsed = stateSchema.parse(content);
    const { sha256: expected, ...rest } = content as typeof parsed;
    if (sha256(JSON.stringify(rest)) !== expected) throw new Error('its checksum does not match');
    return parsed;
  } catch (error) {
    throw damaged(path, error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error), error);
  }
}

async function readPart(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function damaged(path: string, reason: string, cause?: unknown): DcganError {
  return new DcganError(
    'checkpoint.damaged',
    { happened: `${path} is damaged: ${reason}.` },
    { cause, data: { path } },
  );
}

function sha256(...chunks: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
