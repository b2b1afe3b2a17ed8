// Lists the image files of a folder or a ZIP file, including subfolders and links, in an order that is the same on every machine.
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DcganError, messageOf, printable } from '../../errors.ts';
import { beginsAsImage, extensionOf, readableExtensions } from '../decode/image-formats.ts';
import { nameFromBytes, rawPath } from './file-names.ts';
import { isRunFolder } from './run-folders.ts';
import { describeOthers, type OtherFiles } from './skipped-files.ts';
import { isPathInFolder, type ZipEntry, zipEntries } from './zip-images.ts';

const statsAtOnce = 256;

export interface ImageFile {
  /** Relative to the listed folder, with '/' separators; file-names.ts defines the encoding of bytes that are not UTF-8. */
  path: string;
  /** Size, times of change and inode: changes whenever the file is written, replaced or renamed. Empty for a broken link. */
  identity: string;
  /** The entry of a ZIP file, whose path is relative to the folder, too. */
  zipped?: { archive: string; entry: ZipEntry };
}

export interface Listing extends OtherFiles {
  files: ImageFile[];
}

interface Found {
  images: string[];
  archives: string[];
  others: Map<string, number>;
  runFolders: string[];
}

/**
 * The image files under `directory`, or in the ZIP file of that name, sorted by path. Hidden files and folders are skipped, as are
 * folders that this program wrote, and a folder reached twice is read once.
 */
export async function listImages(
  directory: string,
  onFound: (files: number) => void,
  signal?: AbortSignal,
): Promise<Listing> {
  const found: Found = { images: [], archives: [], others: new Map(), runFolders: [] };
  if ((await kindOfSource(directory)) === 'zip') found.archives.push('');
  else await walk(directory, '', new Set(), found, signal);
  const files: ImageFile[] = [];
  for (let first = 0; first < found.images.length; first += statsAtOnce) {
    signal?.throwIfAborted();
    const paths = found.images.slice(first, first + statsAtOnce);
    files.push(
      ...(await Promise.all(paths.map(async (path) => ({ path, identity: await identityOf(directory, path) })))),
    );
    onFound(files.length);
  }
  const damagedArchives: { file: string; reason: string }[] = [];
  for (const archive of found.archives) {
    signal?.throwIfAborted();
    try {
      files.push(...(await listArchive(directory, archive, found.others)));
    } catch (error) {
      damagedArchives.push({ file: archive, reason: messageOf(error) });
    }
    onFound(files.length);
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const listing = { files, others: found.others, runFolders: found.runFolders, damagedArchives };
  if (files.length === 0) throw withoutImages(directory, listing);
  return listing;
}

async function walk(
  root: string,
  folder: string,
  visited: Set<string>,
  found: Found,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { real, entries } = await openFolder(join(root, folder));
  if (visited.has(real)) return;
  visited.add(real);
  if (folder !== '' && (await isRunFolder(join(root, folder), new Set(entries.map(({ name }) => name))))) {
    found.runFolders.push(folder);
    return;
  }
  for (const { name, entry } of entries) {
    if (isHidden(name)) continue;
    const path = folder === '' ? name : `${folder}/${name}`;
    const kind = await kindOf(entry, join(root, path));
    if (kind === 'folder') await walk(root, path, visited, found, signal);
    else if (kind === 'file') await classify(root, path, found);
    else count(found.others, 'special (pipe, socket or device)');
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

interface NamedEntry {
  name: string;
  entry: Dirent<Buffer>;
}

/** The real path of a folder, and its entries by name. */
async function openFolder(folder: string): Promise<{ real: string; entries: NamedEntry[] }> {
  try {
    const real = (await realpath(rawPath(folder), { encoding: 'buffer' })).toString('latin1');
    const entries = await readdir(rawPath(folder), { withFileTypes: true, encoding: 'buffer' });
    const named = entries.map((entry) => ({ name: nameFromBytes(entry.name), entry }));
    return { real, entries: named.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  } catch (error) {
    throw new DcganError(
      'data.unreadable-folder',
      {
        happened: `The folder ${folder} cannot be read: ${messageOf(error)}.`,
        fix: 'Grant read permission, or move it out of the image folder.',
      },
      { cause: error, data: { folder } },
    );
  }
}

/** The kind of an entry, following links. A broken link counts as a file, so that reading it reports the problem. */
async function kindOf(entry: Dirent<Buffer>, path: string): Promise<'file' | 'folder' | 'special'> {
  const target: Dirent<Buffer> | Stats | undefined = entry.isSymbolicLink()
    ? await stat(rawPath(path)).catch(() => undefined)
    : entry;
  if (target === undefined || target.isFile()) return 'file';
  return target.isDirectory() ? 'folder' : 'special';
}

/** By extension; a file without one is an image if it begins with an image signature. */
async function classify(root: string, path: string, found: Found): Promise<void> {
  const extension = extensionOf(path);
  if (readableExtensions.has(extension)) found.images.push(path);
  else if (extension === '.zip') found.archives.push(path);
  else if (extension === '' && beginsAsImage(join(root, path))) found.images.push(path);
  else if (!ignored.test(path)) count(found.others, extension);
}

/** Files that are not worth reporting as skipped. */
const ignored = /(^|\/)(README(\.\w+)?|LICENSE(\.\w+)?|Thumbs\.db|desktop\.ini)$/;

function count(others: Map<string, number>, kind: string): void {
  others.set(kind, (others.get(kind) ?? 0) + 1);
}

/** The images that unpacking would leave: of several entries of one name the last. */
async function listArchive(directory: string, archive: string, others: Map<string, number>): Promise<ImageFile[]> {
  const path = join(directory, archive);
  const identity = await identityOf(directory, archive);
  const files = new Map<string, ImageFile>();
  for await (const [name, entry] of zipEntries(path)) {
    if (!isPathInFolder(name)) count(others, 'with a name that leads out of its archive or is too long');
    else if (name.split('/').some(isHidden)) continue;
    else if (!readableExtensions.has(extensionOf(name))) count(others, extensionOf(name));
    else {
      if (files.has(name)) count(others, 'with the name of a later one');
      const inFolder = archive === '' ? name : `${archive}/${name}`;
      files.set(name, { path: inFolder, identity: `${identity} ${entry.position}`, zipped: { archive, entry } });
    }
  }
  return [...files.values()];
}

async function identityOf(directory: string, path: string): Promise<string> {
  const stats = await stat(rawPath(join(directory, path)), { bigint: true }).catch(() => undefined);
  return stats ? [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join(' ') : '';
}

async function kindOfSource(directory: string): Promise<'folder' | 'zip'> {
  const stats = await stat(rawPath(directory)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new DcganError('data.unreadable-folder', { happened: `${directory} cannot be read: ${error.message}.` });
  });
  if (stats === undefined) throw missingFolder(directory);
  if (stats.isDirectory()) return 'folder';
  if (stats.isFile() && extensionOf(directory) === '.zip') return 'zip';
  throw new DcganError('data.not-a-folder', {
    happened: `The image folder ${directory} is a file, not a folder.`,
    expected: 'Expected a folder of images (subfolders included) or a ZIP file.',
    fix: 'Name the folder that holds the images.',
  });
}

function missingFolder(directory: string): DcganError {
  const dataset = /(mnist|emoji|avatars)(?![\w-]*tiny)/i.exec(directory)?.[1]?.toLowerCase();
  return new DcganError(
    'data.missing-folder',
    {
      happened: `There is no image folder ${directory}.`,
      fix: dataset
        ? `Check the path, or create the data set with: dcgan data prepare ${dataset}${dataset === 'mnist' ? '' : ` --out ${directory}`}`
        : 'Check the path. --data is relative to the current folder, data.folder in a config to --root.',
    },
    { data: { directory } },
  );
}

function withoutImages(directory: string, { others, runFolders, damagedArchives }: Listing): DcganError {
  const expected =
    'Images are found by their extension: .png, .jpg, .jpeg, .jfif, .webp, .gif, .avif, .tif, .tiff, .bmp, .ppm or .pgm; or in a .zip.';
  const data = { directory, others: Object.fromEntries(others), runFolders, damagedArchives };
  const damaged = damagedArchives[0];
  if (damaged) {
    const archive = printable(join(directory, damaged.file));
    return new DcganError(
      'data.archive',
      {
        happened: `The ZIP file ${archive} cannot be read: ${damaged.reason}.`,
        fix: `Download it again, or unpack it: unzip ${archive} -d images`,
      },
      { data },
    );
  }
  const total = [...others.values()].reduce((sum, number) => sum + number, 0);
  if (total > 0) {
    return new DcganError(
      'data.no-images',
      {
        happened: `The image folder ${directory} contains no images among its ${total} files: ${describeOthers(others)}.`,
        expected,
      },
      { data },
    );
  }
  const happened =
    runFolders.length > 0
      ? `The image folder ${directory} contains only images in folders that dcgan wrote: ${runFolders.slice(0, 5).map(printable).join(', ')}.`
      : `The image folder ${directory} is empty.`;
  return new DcganError('data.empty-folder', { happened, expected }, { data });
}
