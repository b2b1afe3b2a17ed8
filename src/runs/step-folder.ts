// One checkpoint on disk: <step>/weights.safetensors and <step>/state.json, written atomically, with a checksum of each.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DcganError, messageOf } from '../errors.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensors } from '../formats/safetensors.ts';
import { parseJson } from '../system/json.ts';
import { removeFolder, replaceFolder, withPartial } from '../system/partial.ts';
import { openRegular, readBytes, readRegular, UnreadableFile } from '../system/read-file.ts';
import { syncFolder, writeSynced, writingTo } from '../system/write-file.ts';

export interface Checkpoint {
  step: number;
  tensors: NamedTensors;
  /** The rest of the training state, as plain JSON. */
  state: Record<string, unknown>;
}

export type CheckpointState = Pick<Checkpoint, 'step' | 'state'> & { path: string };

const weightsFile = 'weights.safetensors';
export const stateFile = 'state.json';

const stateSchema = z.strictObject({
  format: z.literal(1),
  step: z.int().nonnegative(),
  weights: z.strictObject({ bytes: z.int().nonnegative(), sha256: z.string() }),
  state: z.record(z.string(), z.unknown()),
  sha256: z.string(), // of all the above as compact JSON
});

/** At least six digits, so that names sort like steps. */
export function stepFolderName(step: number): string {
  return String(step).padStart(6, '0');
}

/**
 * Writes a checkpoint atomically, replacing one of the same step.
 * @param confirm called when all files are written, before the folder is renamed to `path`
 * @throws DcganError `usage.cannot-write`
 */
export async function writeStepFolder(
  path: string,
  checkpoint: Checkpoint,
  confirm: () => Promise<void> = async () => undefined,
): Promise<void> {
  const chunks = encodeSafetensors(checkpoint.tensors);
  const stateText = encodeState(checkpoint, chunks);
  await writingTo(path, () =>
    withPartial(path, async (partial) => {
      await mkdir(partial);
      await writeSynced(join(partial, weightsFile), chunks);
      await writeSynced(join(partial, stateFile), stateText);
      await syncFolder(partial);
      await confirm();
      await replaceFolder(path, partial);
      await syncFolder(dirname(path));
    }),
  );
}

/** Removes a checkpoint: after a crash it is complete or absent. @throws DcganError `usage.cannot-write` */
export async function removeStepFolder(path: string): Promise<void> {
  await writingTo(path, () => removeFolder(path));
}

const maxStateBytes = 2 ** 24; // some kB are usual

/**
 * Reads a checkpoint and verifies its checksums.
 * @throws DcganError `checkpoint.damaged` naming the file; `checkpoint.unreadable`, for example without permission
 */
export async function readStepFolder(path: string): Promise<Checkpoint> {
  const weightsPath = join(path, weightsFile);
  const { step, state, weights } = await readState(path);
  const bytes = await readPart(weightsPath, () => readExactly(weightsPath, weights.bytes));
  if (sha256(bytes) !== weights.sha256) throw damaged(weightsPath, 'its checksum does not match');
  return { step, state, tensors: decodeSafetensors(bytes, weightsPath).tensors };
}

/** A checkpoint without its weights. @throws DcganError `checkpoint.damaged` naming the file */
export async function readCheckpointState(path: string): Promise<CheckpointState> {
  const { step, state } = await readState(path);
  return { path, step, state };
}

async function readState(folder: string): Promise<z.infer<typeof stateSchema>> {
  const path = join(folder, stateFile);
  return decodeState(await readPart(path, () => readRegular(path, maxStateBytes)), path);
}

function encodeState({ step, state }: Checkpoint, weightChunks: readonly Uint8Array[]): string {
  const bytes = weightChunks.reduce((total, chunk) => total + chunk.length, 0);
  const content = { format: 1, step, weights: { bytes, sha256: sha256(...weightChunks) }, state };
  const compact = JSON.stringify(content, refuseNonFinite);
  return `${JSON.stringify({ ...content, sha256: sha256(compact) }, null, 2)}\n`;
}

/** JSON would turn NaN and infinities into null, and a resumed run would differ. */
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`Checkpoint state ${key} is ${value}.`);
  return value;
}

function decodeState(bytes: Uint8Array, path: string): z.infer<typeof stateSchema> {
  try {
    const content = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const parsed = stateSchema.parse(content);
    const { sha256: expected, ...rest } = content as typeof parsed;
    if (sha256(JSON.stringify(rest)) !== expected) throw new Error('its checksum does not match');
    return parsed;
  } catch (error) {
    throw damaged(path, error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error), error);
  }
}

/** Checks the size before reading. */
async function readExactly(path: string, bytes: number): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size !== bytes) throw new Error(`${size} bytes, not ${bytes}`);
    if (size > totalmem()) throw new Error(`${size} bytes, more than the memory of this machine`);
    return await readBytes(file, 0, size);
  } finally {
    await file.close();
  }
}

async function readPart(path: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await read();
  } catch (error) {
    if (isRefusal(error)) throw unreadable(path, error);
    throw damaged(path, messageOf(error), error);
  }
}

/** Whether the system refused access, which says nothing about the content. A missing file or a failing disk is damage. */
export function isRefusal(error: unknown): error is UnreadableFile {
  if (!(error instanceof UnreadableFile) || error.code === undefined) return false;
  return !['ENOENT', 'ENOTDIR', 'ELOOP', 'EIO'].includes(error.code);
}

/** The error for a checkpoint that this process may not read, but that may be intact. */
export function unreadable(path: string, error: unknown): DcganError {
  return new DcganError(
    'checkpoint.unreadable',
    {
      happened: `${path} cannot be read: ${messageOf(error)}.`,
      fix: `Allow this user to read it, for example: chmod -R u+rX ${dirname(path)}`,
    },
    { cause: error, data: { path } },
  );
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
