// What every kind of file comes to.
import type { Convention } from '../match/convention.ts';
import type { StateDict } from './state-dict.ts';

export interface WeightsFile {
  /** The kind of file, for messages. */
  format: string;
  convention: Convention;
  /** Whether its tensors stand in the order of the layers. */
  inOrder: boolean;
  /** Every state_dict in it, by the keys that lead there joined with dots; '' is the file itself. */
  stateDicts: ReadonlyMap<string, StateDict>;
  close(): Promise<void>;
}
