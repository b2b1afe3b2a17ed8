// The manifest of an installation, written last: what it was made of, and every file with its size and checksum. Files are compared with
// it by name and size at each start, and by checksum on request.
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, readlinkSync, utimesSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DcganError, messageOf } from '../../../errors.ts';
import { type Installation, manifestName, type Variant } from './location.ts';

export interface Manifest extends Contents {
  tensorflow: string;
  variant: Variant;
  /** File names, which contain versions. */
  wheels: string[];
  compiler: string;
  node: string;
}

export interface Contents {
  /** By path in the installation, with slashes. */
  files: Record<string, { bytes: number; sha256: string }>;
  /** Symbolic links and their targets, relative to the link's folder. */
  links: Record<string, string>;
}

/** Lists a folder's files with checksums, for which it reads every byte. */
export async function listContents(folder: string): Promise<Contents> {
  const contents: Contents = { files: {}, links: {} };
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const [absolute, name] = [join(folder, path), path.replaceAll('\\', '/')];
    const entry = await lstat(absolute);
    if (entry.isSymbolicLink()) contents.links[name] = await readlink(absolute);
    else if (entry.isFile()) contents.files[name] = { bytes: entry.size, sha256: await sha256Of(absolute) };
  }
  return contents;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

/** The first file that is missing or has another size, as a clause: `tfjs_binding.node is missing`. Reads no contents. */
export function findDamage(directory: string): string | undefined {
  const expected = readContents(directory);
  if (typeof expected === 'string') return expected;
  for (const [name, { bytes }] of Object.entries(expected.files)) {
    const found = lstatSync(join(directory, name), { throwIfNoEntry: false });
    if (!found?.isFile()) return `${name} is missing`;
    if (found.size !== bytes) return `${name} has ${found.size} bytes, not ${bytes}`;
  }
  const missing = Object.keys(expected.links).find(
    (name) => !lstatSync(join(directory, name), { throwIfNoEntry: false }),
  );
  return missing && `${missing} is missing`;
}

/**
 * As findDamage, and the first file with other contents among those that changed since they were last compared, by their ctime. New
 * hard links or permissions count as changes too, so once such files turn out intact the manifest is touched, to not read them again.
 */
export async function findChange(directory: string): Promise<string | undefined> {
  const manifest = join(directory, manifestName);
  const manifestMs = lstatSync(manifest, { throwIfNoEntry: false })?.ctimeMs ?? 0;
  const suspects: string[] = [];
  const damage = await findAnyDamage(directory, (path) => {
    const isSuspect = lstatSync(path).ctimeMs >= manifestMs;
    if (isSuspect) suspects.push(path);
    return isSuspect;
  });
  if (damage === undefined && suspects.length > 0) touch(manifest);
  return damage;
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // another user's cache, so the files are read again next time
  }
}

/** As findChange, for all files. Reads every byte, which takes about a second per gigabyte. */
export async function findAnyDamage(
  directory: string,
  isSuspect: (path: string) => boolean = () => true,
): Promise<string | undefined> {
  const damage = findDamage(directory);
  if (damage !== undefined) return damage;
  const { files, links } = readContents(directory) as Contents;
  for (const [name, { sha256 }] of Object.entries(files)) {
    const path = join(directory, name);
    if (isSuspect(path) && (await sha256Of(path)) !== sha256) {
      return `${name} has other contents than when it was installed`;
    }
  }
  const moved = Object.keys(links).find((name) => readlinkSync(join(directory, name)) !== links[name]);
  return moved && `the link ${moved} points elsewhere`;
}

/** A truncated library would crash the process silently (SIGBUS). @throws DcganError `engine.damaged` */
export function requireUndamaged(installation: Installation): void {
  const damage = findDamage(installation.directory);
  if (damage !== undefined) throw damagedInstallation(installation, damage);
}

/** @returns the number of files @throws DcganError `engine.damaged` */
export async function verifyFiles(installation: Installation): Promise<number> {
  const damage = await findAnyDamage(installation.directory);
  if (damage !== undefined) throw damagedInstallation(installation, damage);
  return Object.keys((readContents(installation.directory) as Contents).files).length;
}

function damagedInstallation({ directory, variant }: Installation, damage: string): DcganError {
  return new DcganError(
    'engine.damaged',
    {
      happened: `The native engine is damaged: ${damage} (in ${directory}).`,
      fix: `\`dcgan engine install --${variant}\` repairs it; --engine wasm runs without it.`,
    },
    { data: { directory, damage } },
  );
}

/** The manifest's list, or what is wrong with it. */
function readContents(directory: string): Contents | string {
  try {
    const { files, links } = JSON.parse(readFileSync(join(directory, manifestName), 'utf8')) as Partial<Contents>;
    const isValid = files && links && Object.values(files).every(({ bytes, sha256 }) => bytes >= 0 && sha256);
    return isValid ? { files, links } : `${manifestName} lists no files`;
  } catch (error) {
    return `${manifestName} cannot be read: ${messageOf(error)}`;
  }
}
