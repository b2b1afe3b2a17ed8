// Makes NVIDIA's libraries findable. libtensorflow_framework 2.21 looks for them in the folders of some of their packages;
// cusolver's is not among them, so as unpacked TensorFlow would do without the GPU.
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

const searched = 'cuda_runtime'; // one of the packages whose folder it does look into

/** Puts links to the libraries of all packages in `nvidia/` into the one folder. The libraries find each other from there, too. */
export async function linkCompanions(installation: string): Promise<void> {
  const nvidia = join(installation, 'nvidia');
  const target = join(nvidia, searched, 'lib');
  const present = new Set(await readdir(target));
  for (const name of await readdir(nvidia)) {
    for (const library of await readdir(join(nvidia, name, 'lib')).catch(() => [])) {
      if (present.has(library)) continue;
      present.add(library);
      await symlink(join('../..', name, 'lib', library), join(target, library));
    }
  }
}
