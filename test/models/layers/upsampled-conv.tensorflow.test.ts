import { openEngine } from '../../../src/engines/open.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { upsampledConvTests } from './upsampled-conv.ts';

const opened = noTensorflow ? undefined : openEngine('tensorflow');

upsampledConvTests(async () => (await opened!).engine, noTensorflow);
