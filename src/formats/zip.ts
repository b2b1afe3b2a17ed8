// Reads uncompressed ZIP files, as torch.save writes them. Refuses crafted files: compressed, encrypted, overlapping or
// duplicate entries, names with paths to elsewhere, wrong checksums.
import type { FileHandle } from 'node:fs/promises';
import zlib from 'node:zlib';
import { type Entry, fromFdPromise } from 'yauzl';
import { openRegular, readBytes } from '../system/read-file.ts';

interface StoredEntry {
  name: string;
  /** Offset of its header in the file. */
  header: number;
  /** Range of its bytes in the file. */
  begin: number;
  end: number;
  crc32: number;
}

export interface ZipFile {
  /** Bytes of each entry, by name. */
  sizes: ReadonlyMap<string, number>;
  /** A range of an entry's bytes, or all of them. Throws Error if there is no such entry, or its checksum does not match. */
  read(name: string, span?: Span): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Span {
  begin: number;
  end: number;
}

const maxEntries = 100_000;
const chunkBytes = 2 ** 20;
const stored = 0;

/** Opens a ZIP file and checks its directory. `checkNames` is called first, with the names of its entries. Throws Error. */
export async function openZip(
  path: string,
  checkNames: (names: readonly string[]) => void = () => {},
): Promise<ZipFile> {
  const file = await openRegular(path);
  try {
    const entries = await readDirectory(file, checkNames);
    return {
      sizes: new Map(Array.from(entries.values(), ({ name, begin, end }) => [name, end - begin])),
      async read(name, span) {
        const entry = entries.get(name);
        if (!entry) throw new Error(`it has no entry ${name}`);
        return readEntry(file, entry, span ?? { begin: 0, end: entry.end - entry.begin });
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readDirectory(
  file: FileHandle,
  checkNames: (names: readonly string[]) => void,
): Promise<Map<string, StoredEntry>> {
  const directory = await fromFdPromise(file.fd, { autoClose: false, strictFileNames: true });
  if (directory.entryCount > maxEntries) throw new Error(`it claims ${directory.entryCount} entries`);
  const listed: Entry[] = [];
  for await (const entry of directory.eachEntry()) listed.push(entry);
  checkNames(listed.map(({ fileName }) => fileName));
  const entries = new Map<string, StoredEntry>();
  for (const entry of listed) {
    if (entries.has(entry.fileName)) throw new Error(`it has two entries called ${entry.fileName}`);
    checkStored(entry);
    const { fileDataStart: begin } = await directory.readLocalFileHeaderPromise(entry, { minimal: true });
    entries.set(entry.fileName, {
      name: entry.fileName,
      header: entry.relativeOffsetOfLocalHeader,
      begin,
      end: begin + entry.compressedSize,
      crc32: entry.crc32,
    });
  }
  checkLayout([...entries.values()]);
  return entries;
}

function checkStored(entry: Entry): void {
  if (entry.compressionMethod !== stored)
    throw new Error(`its entry ${entry.fileName} is compressed, which torch.save never does`);
  if (entry.isEncrypted()) throw new Error(`its entry ${entry.fileName} is encrypted`);
}

/** Overlapping entries would let a small file expand to a huge one. */
function checkLayout(entries: StoredEntry[]): void {
  let before: StoredEntry | undefined;
  for (const entry of entries.sort((a, b) => a.header - b.header)) {
    if (before && entry.header < before.end) throw new Error(`its entries ${before.name} and ${entry.name} overlap`);
    before = entry;
  }
}

/** Reads the whole entry for its checksum, and keeps only the requested range. */
async function readEntry(file: FileHandle, { name, begin, end, crc32: expected }: StoredEntry, span: Span) {
  const [first, last] = [begin + span.begin, begin + span.end];
  const part = new Uint8Array(last - first);
  let checksum = 0;
  for (let offset = begin; offset < end; offset += chunkBytes) {
    const chunk = await readBytes(file, offset, Math.min(chunkBytes, end - offset));
    checksum = crc32?.(chunk, checksum) ?? expected;
    const [from, to] = [Math.max(offset, first), Math.min(offset + chunk.length, last)];
    if (from < to) part.set(chunk.subarray(from - offset, to - offset), from - first);
  }
  if (checksum !== expected) throw new Error(`the checksum of its entry ${name} does not match`);
  return part;
}

const crc32 = zlib.crc32 as typeof zlib.crc32 | undefined; // since Node 20.15
