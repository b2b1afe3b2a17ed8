// Where the package itself lies: its own configs and checkpoints are found there.
import { fileURLToPath } from 'node:url';

export const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));
