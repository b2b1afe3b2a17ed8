// Compiles a tunable program as `train` does, with the given cache, and prints how often progress was reported.
import { openTensorflow } from '../../../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../../../src/engines/tensorflow/install/location.ts';
import { gradientsProgram } from './tunable.ts';

async function main(cache: string): Promise<void> {
  const installation = findInstallation()!; // in the user's cache
  process.env['DCGAN_CACHE'] = cache;
  const engine = await openTensorflow(installation);
  let calls = 0;
  const compiled = await engine.compile(gradientsProgram, {
    precision: 'float32',
    onTuning: () => {
      calls++;
    },
  });
  compiled.dispose();
  console.log(calls);
}

await main(process.argv[2]!);
