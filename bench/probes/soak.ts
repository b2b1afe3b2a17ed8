// Checks that memory, tensors and descriptors do not grow over a long run: npx tsx bench/probes/soak.ts [steps] [tensorflow|webgpu|wasm]
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { engine as tfjs } from '@tensorflow/tfjs-core';
import { train } from '../../src/commands/train.ts';
import type { EngineName } from '../../src/engines/engine.ts';
import { engineNames, openEngine } from '../../src/engines/open.ts';
import { startTensorflow } from '../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const lines = 20;
const maxHandle = 2 ** 31;

interface ScoreRule {
  step: number;
  /** The next handle of TensorFlow's binding, an int32 that only grows. */
  nextHandle: number;
  liveTensors: number;
  /** Buffers of the webgpu engine, in use or pooled; 0 on other engines. */
  gpuBuffers: number;
  residentMiB: number;
  /** JavaScript heap in use, heap reserved by V8, and external memory: buffers and WebAssembly. */
  heapMiB: number;
  reservedMiB: number;
  externalMiB: number;
  descriptors: number;
}

/** A GAN of 7 x 7 digits that uses every part of a run and takes a millisecond or two per step. */
function tiny(steps: number, rarely: number) {
  const norm = { type: 'batchNorm' };
  const conv = { kernel: 3, stride: 1, padding: 'same' };
  return {
    data: { folder: 'data/mnist-tiny', size: 7, channels: 1 },
    generator: {
      latent: { size: 8 },
      layers: [{ type: 'dense', units: 98 }, norm, { type: 'relu' }, { type: 'reshape', shape: [7, 7, 2] }].concat([
        { type: 'conv', filters: 1, ...conv } as never,
        { type: 'tanh' } as never,
      ]),
    },
    discriminator: {
      layers: [
        { type: 'conv', filters: 4, ...conv },
        { type: 'leakyRelu' },
        { type: 'dropout', rate: 0.3 },
        { type: 'flatten' },
        { type: 'dense', units: 1 },
      ],
    },
    training: { steps, batchSize: 8, ema: { decay: 0.99 }, precision: 'float32' },
    outputs: { grid: { rows: 2, columns: 2 }, samplesEvery: { steps: rarely }, checkpointEvery: { steps: rarely } },
  };
}

async function soak(engineName: EngineName, steps: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'dcgan-soak-'));
  const config = join(root, 'soak.json');
  const everySteps = Math.max(10, Math.round(steps / lines / 10) * 10);
  writeFileSync(config, JSON.stringify(tiny(steps, everySteps)));
  const { engine } = await openEngine(engineName);
  const readings: ScoreRule[] = [];
  try {
    await train(
      { config, set: [], engine: engineName, root, fresh: false },
      {
        onEvent: (event) => {
          if (event.type !== 'tick' || event.tick.step % everySteps !== 0) return;
          collectGarbage();
          const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
          readings.push({
            step: event.tick.step,
            nextHandle: engineName === 'tensorflow' ? nextHandle() : 0,
            liveTensors: engine.liveTensors(),
            gpuBuffers: engineName === 'webgpu' ? gpuBuffers() : 0,
            residentMiB: rss / 2 ** 20,
            heapMiB: heapUsed / 2 ** 20,
            reservedMiB: heapTotal / 2 ** 20,
            externalMiB: external / 2 ** 20,
            descriptors: readdirSync('/proc/self/fd').length,
          });
          print(readings.at(-1)!);
        },
        shouldStop: () => false,
      },
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  const [first, last] = [readings[Math.floor(readings.length / 4)]!, readings.at(-1)!];
  const perStep = (last.nextHandle - first.nextHandle) / (last.step - first.step);
  const overflow =
    perStep > 0
      ? `, ${perStep.toFixed(2)} handles per step: ${(maxHandle / perStep).toExponential(1)} steps to 2^31`
      : '';
  const grown = last.residentMiB - first.residentMiB;
  console.log(
    `From step ${first.step} to ${last.step}: ${grown.toFixed(1)} MiB, ${last.liveTensors - first.liveTensors} tensors, ${last.gpuBuffers - first.gpuBuffers} buffers of the GPU, ${last.descriptors - first.descriptors} descriptors${overflow}`,
  );
}

/** The id a new tensor gets. */
function nextHandle(): number {
  const { binding } = startedBinding!;
  const id = binding.createTensor([1], binding.TF_INT32, Int32Array.of(0));
  binding.deleteTensor(id);
  return id;
}

/** Buffers that tfjs's backend has created and not destroyed. */
function gpuBuffers(): number {
  const { bufferManager } = tfjs().backend as unknown as {
    bufferManager: { getNumUsedBuffers(): number; getNumFreeBuffers(): number };
  };
  return bufferManager.getNumUsedBuffers() + bufferManager.getNumFreeBuffers();
}

function print(reading: ScoreRule): void {
  const { step, nextHandle, liveTensors, gpuBuffers, descriptors } = reading;
  const sizes = [reading.residentMiB, reading.heapMiB, reading.reservedMiB, reading.externalMiB];
  const cells = [step, nextHandle, liveTensors, gpuBuffers, ...sizes.map((size) => size.toFixed(1)), descriptors];
  console.log(`| ${cells.join(' | ')} |`);
}

const steps = Number(process.argv[2] ?? 20_000);
const engineName = engineNames.find((name) => name === process.argv[3]) ?? 'tensorflow';
const installation = findInstallation();
const startedBinding =
  engineName === 'tensorflow' && installation ? (await startTensorflow(installation)).tracer.recorder : undefined;
console.log(`${engineName}, ${steps} steps\n`);
console.log(
  '| step | next handle | live tensors | GPU buffers | resident MiB | heap MiB | reserved | external | descriptors |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
);
await soak(engineName, steps);
