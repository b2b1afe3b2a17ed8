import { openEngine } from '../../src/engines/open.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { goldenStepTests } from './golden-step.ts';

const opened = noTensorflow ? undefined : openEngine('tensorflow');

goldenStepTests(async () => (await opened!).engine, noTensorflow);
