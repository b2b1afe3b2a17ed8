// The tensorflow engine: TensorFlow's library through tfjs-node-gpu's backend class and a binding compiled on this machine.
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import * as core from '@tensorflow/tfjs-core';
import { endedBySignals } from '../../system/stop-signals.ts';
import type { Engine, LibrarySettings } from '../engine.ts';
import { registerOps } from '../ops/register.ts';
import { bfloat16Units, gpuBfloat16Units } from './bfloat16-support.ts';
import { loadBinding } from './binding.ts';
import { choicesFile, createChoices } from './convolutions/choices.ts';
import { chooseVariant, whyNoGpu } from './install/gpu.ts';
import type { Installation } from './install/location.ts';
import { requireUndamaged } from './install/manifest.ts';
import { bindingPackage } from './install/packages.ts';
import { type Loaded, loadedSettings, requireSettings } from './library-settings.ts';
import { loadNodeBackend } from './node-backend.ts';
import { compileRecorded, type Tracer } from './recording/compile.ts';
import { tensorflowKernels } from './recording/kernels.ts';
import { createRecorder } from './recording/recorder.ts';

/** Opens the engine of an installation. @throws DcganError `engine.damaged`, `engine.load-failed`, `engine.loaded-otherwise` */
export async function openTensorflow(installation: Installation, settings: LibrarySettings = {}): Promise<Engine> {
  requireUndamaged(installation);
  const { tracer, usesGpu, version, loaded } = await startTensorflow(installation, settings);
  const { binding } = tracer.recorder;
  const inBfloat16 = usesGpu ? await gpuBfloat16Units() : bfloat16Units();
  return {
    info: {
      name: 'tensorflow',
      device: usesGpu ? 'CUDA GPU' : 'CPU',
      library: `TensorFlow ${version}`,
      threads: threadCount(),
      gpu: usesGpu,
      precisions: usesGpu ? ['float32', 'tensorfloat32', 'mixed_bfloat16'] : ['float32', 'mixed_bfloat16'],
      autoPrecision: inBfloat16 ? 'mixed_bfloat16' : loaded.float32,
      ...(usesGpu ? {} : await unusedGpu(installation)),
    },
    compile: (program, options) => compileRecorded(program, tracer, options),
    liveTensors: () => binding.getNumOfTensors(),
  };
}

function threadCount(): number {
  return Number(process.env['TF_NUM_INTRAOP_THREADS']) || availableParallelism();
}

/** Explains why a GPU that is present is unused; silent if there is none. */
async function unusedGpu(installation: Installation): Promise<{ unusedGpu?: string }> {
  if ((await chooseVariant()) === 'cpu') return {};
  if (installation.variant === 'cuda')
    return { unusedGpu: (await whyNoGpu(installation)) ?? 'TensorFlow does not say why.' };
  return { unusedGpu: 'The CPU build is installed; `dcgan engine install --cuda` fetches the one for NVIDIA GPUs.' };
}

interface Start {
  tracer: Tracer;
  usesGpu: boolean;
  /** TensorFlow's version, and whether XLA is on. */
  version: string;
  loaded: Loaded;
}

let started: Promise<Start> | undefined;

/** Loads TensorFlow once per process and makes it tfjs's backend. @throws DcganError `engine.loaded-otherwise` */
export async function startTensorflow(installation: Installation, settings: LibrarySettings = {}): Promise<Start> {
  started ??= endedBySignals(() => start(installation, settings)); // a second or two, in one native call
  const running = await started.catch((error) => {
    started = undefined; // another installation may load
    throw error;
  });
  requireSettings(running.loaded, settings);
  await core.setBackend('tensorflow');
  return running;
}

function start(installation: Installation, settings: LibrarySettings): Start {
  setFlagsFromString('--optimize-for-size'); // V8's young generation would take 45 MiB, with little JavaScript to run
  const recorder = createRecorder(loadBinding(installation, { quiet: true, settings }).binding);
  const NodeBackend = loadNodeBackend(installation, core);
  core.env().set('PROD', true);
  const backend = new NodeBackend(recorder.binding, bindingPackage.name);
  core.registerBackend('tensorflow', () => backend, 3);
  const usesGpu = backend.isUsingGpuDevice;
  const standard = usesGpu || process.env['DCGAN_CONVOLUTIONS'] === 'standard';
  const loaded = loadedSettings(settings, process.env, usesGpu);
  const version = `${recorder.binding.TF_Version}${loaded.xla ? ' with XLA' : ''}`;
  const choices = createChoices(standard ? undefined : choicesFile(version, threadCount()));
  registerOps('tensorflow', tensorflowKernels(recorder, choices));
  return { tracer: { recorder, choices }, usesGpu, version, loaded };
}
