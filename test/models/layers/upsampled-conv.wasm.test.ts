import { openEngine } from '../../../src/engines/open.ts';
import { upsampledConvTests } from './upsampled-conv.ts';

const opened = openEngine('wasm');

upsampledConvTests(async () => (await opened).engine);
