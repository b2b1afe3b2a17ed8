// Options added since version 1, with the defaults that count as not stated in a run hash. `npm run schema` adds new ones.
import type { Defaults } from './defaults.ts';

export const laterOptions: Defaults = {};
