// Fetches the two npm packages of an installation: tfjs-node-gpu (the binding's C++ and its JavaScript) and the Node-API headers.
// They are not taken from node_modules, as npm omits tfjs-node-gpu where its own installer fails.
import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DcganError, messageOf } from '../../../errors.ts';
import { fetchNpmPackage, type NpmPackage } from '../../../system/npm-package.ts';
import { packageDirectory } from '../../../system/package-directory.ts';
import { alternative, diskFull, type OnProgress } from './reporting.ts';

export const bindingPackage: NpmPackage = {
  name: '@tensorflow/tfjs-node-gpu',
  version: '4.22.0',
  integrity: 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
};
const bindingFiles = /^(package\.json|binding\/.*|dist\/(kernels\/)?(?!.*_test\.)[^/]*\.js)$/;

export const headersPackage: NpmPackage = {
  name: 'node-api-headers',
  version: '1.9.0',
  integrity: 'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
};

/** The folder of tfjs-node-gpu's files in an installation. */
export const bindingFolder = 'tfjs-node-gpu';

export interface FetchedPackages {
  /** The folder with tfjs-node-gpu's C++ in `binding/`. */
  bindingSource: string;
  /** The folder of node_api.h. */
  nodeHeaders: string;
}

/**
 * Puts tfjs-node-gpu into `installation`, and the headers, which are needed to compile only, into `work`.
 * @throws DcganError `engine.npm-missing`, `engine.download`, `engine.integrity`, `engine.disk-full`
 */
export async function fetchPackages(
  { installation, work }: { installation: string; work: string },
  onProgress: OnProgress,
): Promise<FetchedPackages> {
  const fetch = async (source: NpmPackage, wanted: RegExp) => {
    onProgress({ phase: 'download', message: `downloading ${source.name}@${source.version}` });
    const folder = join(work, basename(source.name));
    await mkdir(folder);
    return fetchNpmPackage(source, (path) => wanted.test(path), { folder, kind: 'engine' }).catch((error) => {
      throw diskFull(messageOf(error), installation) ?? withAlternative(error);
    });
  };
  const bindingSource = join(installation, bindingFolder);
  await rename(await fetch(bindingPackage, bindingFiles), bindingSource);
  const headers = await fetch(headersPackage, /^include\//);
  return { bindingSource, nodeHeaders: join(headers, 'include') };
}

/** Every failure of the installation mentions that TensorFlow is optional. */
function withAlternative(error: unknown): unknown {
  if (!(error instanceof DcganError)) return error;
  const { code, message, data } = error;
  return new DcganError(
    code as `engine.${string}`,
    { happened: message, fix: alternative },
    { cause: error, data: { ...data } },
  );
}

/** Our C++ source, found from the package's root since it is not copied to dist/. */
export function nativeSourceFile(name: string): string {
  return join(packageDirectory, 'src/engines/tensorflow/install/native', name);
}
