// The configs with small networks, one per framework.
import { openEngine } from '../../../src/engines/open.ts';
import { scheduledRunTests } from './golden-run.ts';
import { goldenStepTest, relativisticStepTests } from './golden-step.ts';

const opened = openEngine('wasm');

goldenStepTest(async () => (await opened).engine, 'resnet', { folder: 'test/fixtures/step' });

for (const name of ['afg', 'emoji-151284d', 'mnist-test4']) goldenStepTest(async () => (await opened).engine, name);

relativisticStepTests(async () => (await opened).engine);

scheduledRunTests(async () => (await opened).engine);
