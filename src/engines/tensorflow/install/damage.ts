// What of an installation is not as it was when it was made: by names and sizes at each start, by checksums when somebody asks.
import { lstatSync, readFileSync, readlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DcganError, messageOf } from '../../../errors.ts';
import { type Installation, manifestName } from './location.ts';
import { type Contents, sha256Of } from './manifest.ts';

/** The first file that is missing or has another size, as a clause: `tfjs_binding.node is missing`. Cheap. */
export function findDamage(directory: string): string | undefined {
  const expected = readContents(directory);
  if (typeof expected === 'string') return expected;
  for (const [name, { bytes }] of Object.entries(expected.files)) {
    const found = lstatSync(join(directory, name), { throwIfNoEntry: false });
    if (!found?.isFile()) return `${name} is missing`;
    if (found.size !== bytes) return `${name} has ${found.size} bytes, not ${bytes}`;
  }
  const lost = Object.keys(expected.links).find((name) => !lstatSync(join(directory, name), { throwIfNoEntry: false }));
  return lost && `${lost} is missing`;
}

/**
 * The same, and the first file with other contents, of those that the file system says were changed since they were last compared. A
 * second name or other permissions count as changes too, so files that turn out sound are not read again: the manifest is touched.
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
    // another user's cache: the files are read again next time
  }
}

/** The same of all files. Reads every byte: about a second per gigabyte. */
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

/** A library that is cut would end the process without a word (SIGBUS). @throws DcganError `engine.damaged` */
export function refuseDamaged(installation: Installation): void {
  const damage = findDamage(installation.directory);
  if (damage !== undefined) throw damagedInstallation(installation, damage);
}

/** @returns how many files there are @throws DcganError `engine.damaged` */
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

/** What the manifest lists, or what is wrong with it. */
function readContents(directory: string): Contents | string {
  try {
    const { files, links } = JSON.parse(readFileSync(join(directory, manifestName), 'utf8')) as Partial<Contents>;
    const sound = files && links && Object.values(files).every(({ bytes, sha256 }) => bytes >= 0 && sha256);
    return sound ? { files, links } : `${manifestName} lists no files`;
  } catch (error) {
    return `${manifestName} cannot be read: ${messageOf(error)}`;
  }
}
