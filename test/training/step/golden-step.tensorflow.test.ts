// Every shipped config; emoji, emoji-e8285ca and mnist have the networks and settings of others (test/config/shipped-configs.test.ts).
import { openEngine } from '../../../src/engines/open.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { scheduledRunTests } from './golden-run.ts';
import { goldenStepTest, relativisticStepTests } from './golden-step.ts';

const opened = noTensorflow ? undefined : openEngine('tensorflow');

const names = [
  'afg',
  'anime',
  'celeba',
  'emoji-151284d',
  'emoji-15817e6',
  'emoji-86359f9',
  'emoji-9637353',
  'emoji-fa696d4',
  'mnist-test1',
  'mnist-test2',
  'mnist-test3',
  'mnist-test4',
  'mnist64-znxlwm',
  'simpsons',
  'simpsons-gsurma',
];
const open = async () => (await opened!).engine;
for (const name of names) goldenStepTest(open, name, { skip: noTensorflow });

// Generator first, with one batch of fake images for both updates, which no shipped config uses.
const shared = { fixture: 'afg-shared-latents', set: ['training.freshLatents=false'] };
goldenStepTest(open, 'afg', { ...shared, skip: noTensorflow });

goldenStepTest(open, 'resnet', { folder: 'test/fixtures/step', skip: noTensorflow });

relativisticStepTests(open, { skip: noTensorflow });

scheduledRunTests(open, { skip: noTensorflow });
