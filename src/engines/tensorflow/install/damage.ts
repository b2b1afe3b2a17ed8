// What of an installation is not as it was when it was made: by names and sizes at each start, by checksums when somebody asks.
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DcganError, messageOf } from '../../../errors.ts';
import { type Installation, manifestName } from './location.ts';
import { type Contents, listContents } from './manifest.ts';

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

/** The same, and the first file with other contents. Reads every byte: about a second per gigabyte. */
export async function findAnyDamage(directory: string): Promise<string | undefined> {
  const damage = findDamage(directory);
  if (damage !== undefined) return damage;
  const expected = readContents(directory) as Contents;
  const found = await listContents(directory);
  const changed = Object.keys(expected.files).find(
    (name) => found.files[name]?.sha256 !== expected.files[name]!.sha256,
  );
  if (changed) return `${changed} has other contents than when it was installed`;
  const moved = Object.keys(expected.links).find((name) => found.links[name] !== expected.links[name]);
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
      fix: `\`dcgan engine install --${variant}\` repairs it; --engine wasm does without it.`,
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
