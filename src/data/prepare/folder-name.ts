// The name of a prepared folder in data/.
import { DcganError } from '../../errors.ts';

/** Returns the name, unless it is a path to elsewhere or hidden. @throws DcganError `usage.folder-name` */
export function checkFolderName(name: string): string {
  if (name !== '' && !name.startsWith('.') && !/[/\\]/.test(name)) return name;
  throw new DcganError('usage.folder-name', {
    happened: `"${name}" cannot be the name of a folder in data/.`,
    expected: 'Expected a name without slashes that does not begin with a dot.',
    fix: 'Choose one with --name.',
  });
}
