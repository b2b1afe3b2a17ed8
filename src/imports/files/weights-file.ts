// Common interface of all weight-file readers.
import type { Convention } from '../match/convention.ts';
import type { StateDict } from './state-dict.ts';

export interface WeightsFile {
  /** For messages. */
  format: string;
  convention: Convention;
  /** Whether its tensors are in the order of the layers. */
  inOrder: boolean;
  /** Every state_dict, by its path of keys joined with dots; '' is the file itself. */
  stateDicts: ReadonlyMap<string, StateDict>;
  close(): Promise<void>;
}
