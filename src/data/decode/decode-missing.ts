// Merges images that are already decoded with those decoded now, in the order of their files.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DecodedFile, DecodedFiles, ImageSource } from './decode-files.ts';

/** A file that need not be decoded again. */
export interface Ready {
  file: DecodedFile;
  /** Reads its image; returns undefined if that is damaged. Omitted if only levels are known. */
  read?: () => Uint8Array<ArrayBuffer> | undefined;
}

interface Part extends DecodedFiles {
  /** Whether these were decoded now. */
  isNew: boolean;
}

const filesPerTurn = 64;

/** Yields files in their order: those in `ready` (by index) unchanged, the others from `decode`. */
export async function* decodeMissing(
  sources: readonly ImageSource[],
  ready: readonly (Ready | undefined)[],
  decode: (sources: readonly ImageSource[]) => AsyncIterable<DecodedFiles>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Part> {
  const missing = [...sources.keys()].filter((index) => !ready[index]);
  let reached = 0;
  let decodedFiles = 0;
  for await (const batch of decode(missing.map((index) => sources[index]!))) {
    for (const part of isContiguous(missing, decodedFiles, batch.files.length) ? [batch] : oneByOne(batch)) {
      yield* readyFiles(reached, missing[decodedFiles]!);
      yield { ...part, isNew: true };
      decodedFiles += part.files.length;
      reached = missing[decodedFiles - 1]! + 1;
    }
  }
  yield* readyFiles(reached, sources.length);

  async function* readyFiles(from: number, to: number): AsyncGenerator<Part> {
    for (let index = from; index < to; index++) {
      if (index % filesPerTurn === 0) await nextTurn(); // lets signal handlers run
      signal?.throwIfAborted();
      const { file, read } = ready[index]!;
      const pixels = read ? read() : new Uint8Array(0);
      if (pixels) yield { files: [file], pixels, isNew: false };
      else for await (const again of decode([sources[index]!])) yield { ...again, isNew: true };
    }
  }
}

/** Whether a batch of the missing files has consecutive indices. */
function isContiguous(missing: readonly number[], first: number, count: number): boolean {
  return missing[first + count - 1]! - missing[first]! === count - 1;
}

function* oneByOne({ files, pixels }: DecodedFiles): Generator<DecodedFiles> {
  const images = files.filter(({ tones }) => tones).length;
  const imageBytes = images > 0 ? pixels.length / images : 0;
  let usedBytes = 0;
  for (const file of files) {
    const bytes = file.tones ? imageBytes : 0;
    yield { files: [file], pixels: pixels.subarray(usedBytes, usedBytes + bytes) };
    usedBytes += bytes;
  }
}
