// Recognises ZIP files of unsupported formats, and suggests how to save their weights in a supported one.
import { DcganError } from '../../errors.ts';

interface Archive {
  /** Recognises the format by the names of entries. */
  isArchive: (names: readonly string[]) => boolean;
  what: string;
  fix: string;
}

const archives: readonly Archive[] = [
  {
    isArchive: (names) => names.some((name) => /^[^/]+\/(code\/|constants\.pkl$)/.test(name)),
    what: 'TorchScript, a program with its weights',
    fix: "Save model.state_dict() instead, in PyTorch: torch.save(torch.jit.load(FILE).state_dict(), 'weights.pt')",
  },
  {
    isArchive: (names) => names.includes('model.weights.h5'),
    what: 'a Keras archive, a model with its weights',
    fix: "Save its weights instead, in Keras: keras.saving.load_model(FILE).save_weights('gan.weights.h5')",
  },
];

/** @throws DcganError `checkpoint.not-weights` if the entries of a ZIP file are those of an unsupported format */
export function refuseOtherArchives(names: readonly string[], path: string): void {
  const archive = archives.find(({ isArchive }) => isArchive(names));
  if (!archive) return;
  throw new DcganError(
    'checkpoint.not-weights',
    {
      happened: `${path} is ${archive.what}.`,
      expected: 'Expected only weights, as named tensors: dcgan runs no code from a file.',
      fix: archive.fix,
    },
    { data: { path } },
  );
}
