// The files that an interrupted decode had finished, so that the next start of the same folder decodes only the rest.
import { createHash } from 'node:crypto';
import { crc32 } from '../dataset/checksum.ts';
import { rawPath } from '../dataset/file-names.ts';
import type { ImageFile } from '../dataset/files.ts';
import { unfinishedPath } from '../dataset/image-cache.ts';
import { type FinishedFile, openPacked, stepsIn } from '../dataset/packed-file.ts';
import type { ImageSpec } from './decode.ts';
import type { DecodedFile } from './decode-files.ts';
import type { Levels } from './levels.ts';

export interface Finished {
  /** Amount of finished work, to compare with that of another decode. */
  steps: number;
  levelsOf(file: ImageFile): DecodedFile | undefined;
  /** A file's image, if it was stretched from these levels. */
  imageOf(file: ImageFile, levels?: Levels): FinishedImage | undefined;
  close(): void;
}

interface FinishedImage {
  file: DecodedFile;
  /** Reads uint8 [height, width, channels]; undefined if its checksum does not match. */
  read(): Buffer<ArrayBuffer> | undefined;
}

/** Undefined if the file could not be read or decoded, which the next start tries again. */
export function finishedFile(
  file: ImageFile,
  { digest, reason, levels, tones }: DecodedFile,
): FinishedFile | undefined {
  if (digest === undefined || reason !== undefined) return undefined;
  return { key: keyOf(file), digest, ...(levels && { levels }), ...(tones && { tones }) };
}

/** Opens the finished files of an interrupted decode of this folder, if there are any. */
export function openFinished(spec: ImageSpec): Finished | undefined {
  const packed = openPacked(unfinishedPath(spec), spec.height * spec.width * spec.channels);
  const files = packed?.record.unfinished;
  if (!packed || !files) return undefined;
  const { checksums, record, readImage } = packed;
  let isOpen = true;
  const known = new Map<string, FinishedFile & { index: number }>();
  let images = 0;
  for (const file of files) known.set(file.key, { ...file, index: file.tones ? images++ : -1 });
  const read = (index: number) => {
    const image = Buffer.alloc(record.imageBytes);
    return readImage(index, image) === image.length && crc32(image) === checksums[index] ? image : undefined;
  };
  return {
    steps: stepsIn(files),
    levelsOf(file) {
      const found = known.get(keyOf(file));
      return found?.levels && { digest: found.digest, levels: found.levels };
    },
    imageOf(file, levels) {
      const found = known.get(keyOf(file));
      if (!found?.tones || levels?.low !== record.levels?.low || levels?.high !== record.levels?.high) return undefined;
      return { file: { digest: found.digest, tones: found.tones }, read: () => read(found.index) };
    },
    close() {
      if (isOpen) packed.close();
      isOpen = false;
    },
  };
}

function keyOf({ path, identity }: ImageFile): string {
  return createHash('sha256').update(rawPath(path)).update(`\0${identity}`).digest('base64url').slice(0, 22);
}
