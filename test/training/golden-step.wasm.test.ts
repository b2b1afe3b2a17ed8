import { openEngine } from '../../src/engines/open.ts';
import { goldenStepTests } from './golden-step.ts';

const opened = openEngine('wasm');

goldenStepTests(async () => (await opened).engine);
