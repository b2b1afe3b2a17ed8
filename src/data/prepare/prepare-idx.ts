// `dcgan data prepare idx` and `fashion-mnist`: converts local idx files to PNG files, sorted by label.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DcganError } from '../../errors.ts';
import { type FoundSets, findIdxSets } from './find-idx.ts';
import { checkFolderName } from './folder-name.ts';
import { checkLikeMnist, isIdxImage, writeIdxSets } from './idx-sets.ts';
import type { PrepareProgress } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

export interface IdxChoice {
  /** Folders or files to read. */
  from: readonly string[];
  /** Name of the folder in data/. @default that of the first folder or file */
  name?: string;
}

/** Writes grey PNG files to `<root>/data/<name>/<set>/<label>/<index>.png`, one set per file of images. */
export async function prepareIdx(
  { root, directory, force, from, name = nameOf(from) }: PreparePlace & IdxChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<PreparedData> {
  const folder = directory ?? join(root, 'data', checkFolderName(name));
  const found = await findIdxSets(from);
  return prepareFolder({
    directory: folder,
    readme: idxReadme(found),
    force,
    isImage: isIdxImage,
    build: (partial) => writeIdxSets(partial, found.sets, onProgress),
  });
}

/** The folder's name, or the file's without its endings: `letters` of `letters-images-idx3-ubyte.gz`. */
function nameOf([first = 'idx']: readonly string[]): string {
  return basename(resolve(first)).replace(/[-_.]?(images|labels)?[-_.]?idx\d[-_.]ubyte(\.gz)?$/i, '') || 'idx';
}

function idxReadme({ sets, sources }: FoundSets): string {
  const layouts = sets.map(({ name, labels, images: { count, height, width } }) => {
    return `Layout: ${name}/${labels ? '<label>/' : ''}<index>.png, ${count} images of ${width}x${height}, grey`;
  });
  const lines = ['Made by: dcgan data prepare idx', ...sources.map((source) => `Source: ${source}`)];
  return `${[...lines, 'Licence: that of the files', ...layouts].join('\n')}\n`;
}

/** Installed by Debian's package dataset-fashion-mnist. */
const debianFolder = '/usr/share/datasets/fashion-mnist';

const fashionSets: Record<string, { name: string; images: number }> = {
  train: { name: 'train', images: 60_000 },
  t10k: { name: 'test', images: 10_000 },
};

/** Writes 28x28 grey PNG files to `<root>/data/fashion-mnist/<train or test>/<label>/<index>.png`. */
export async function prepareFashionMnist(
  { root, directory, force, from = [debianFolder] }: PreparePlace & { from?: readonly string[] },
  onProgress: (event: PrepareProgress) => void,
  splits = fashionSets,
): Promise<PreparedData> {
  if (from[0] === debianFolder && !existsSync(debianFolder)) throw noFashion();
  return prepareFolder({
    directory: directory ?? join(root, 'data', 'fashion-mnist'),
    readme: fashionReadme,
    force,
    isImage: (path) => /^(train|test)\/\d\/\d{5}\.png$/.test(path),
    async build(partial) {
      const { sets } = await findIdxSets(from);
      const named = Object.entries(splits).map(([file, { name, images }]) => {
        const set = sets.find((each) => each.name === file);
        if (!set) throw missingSet(file, from);
        checkLikeMnist({ ...set, name }, images);
        return { ...set, name };
      });
      return writeIdxSets(partial, named, onProgress);
    },
  });
}

const fashionReadme = `Made by: dcgan data prepare fashion-mnist
Source: Fashion-MNIST, H. Xiao, K. Rasul, R. Vollgraf, Zalando SE (2017)
Licence: MIT
Labels: 0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot
Layout: train/<label>/<index>.png and test/<label>/<index>.png, 28x28 grey, index in the order of the source
`;

const fashionFix =
  "Install Debian's package (apt install dataset-fashion-mnist), or get the four files of github.com/zalandoresearch/fashion-mnist and name their folder: --from FOLDER";

function noFashion(): DcganError {
  return new DcganError('data.idx-files', {
    happened: `There is no folder ${debianFolder}, and no --from was given.`,
    fix: fashionFix,
  });
}

function missingSet(name: string, from: readonly string[]): DcganError {
  return new DcganError('data.idx-files', {
    happened: `There is no ${name}-images-idx3-ubyte in ${from.join(', ')}.`,
    expected: 'Fashion-MNIST has the sets train and t10k, each with images and labels.',
    fix: fashionFix,
  });
}
