// What an installation tells while it runs.

export interface InstallProgress {
  phase: 'download' | 'unpack' | 'compile' | 'check';
  message: string;
  /** Bytes so far; only for the download. */
  done?: number;
  /** Bytes of the whole, once known. */
  total?: number;
}

export type OnProgress = (event: InstallProgress) => void;
