// Loads tfjs-node-gpu's native binding, and declares its types (binding/tfjs_binding.cc, tfjs_backend.cc of 4.22.0).
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DcganError, messageOf } from '../../errors.ts';
import type { LibrarySettings } from '../engine.ts';
import { tensorflowEnvironment } from './environment.ts';
import type { OpAttribute } from './graph/graph.ts';
import { type Installation, stderrAddonName } from './install/location.ts';

export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/** Tensor values on the host. int64 is read as bigints, bool as bytes, and each string as bytes. */
type NativeValues = Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];

/** Every call runs on the calling thread and throws an Error with TensorFlow's message. Tensors live until they are deleted. */
export interface Binding {
  /** @returns the tensor's id. `values` must fit `dtype`: Float32Array float, Int32Array int32, Uint8Array bool or uint8. */
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  /** Waits for the engine. bfloat16, half and uint8 cannot be read: cast them first. */
  tensorDataSync(id: number): NativeValues;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputCount: number,
  ): TensorMetadata[];
  /** `tags` is a comma-separated list. @returns the session's id */
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Names are comma-separated lists of `operation:output`; one input id per input name. */
  runSavedModel(session: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/**
 * Loads TensorFlow into this process.
 * @param options `quiet: false` lets TensorFlow print to stderr while it loads
 * @returns the binding, and what TensorFlow would have printed
 * @throws DcganError `engine.load-failed`
 */
export function loadBinding(
  installation: Installation,
  options: { quiet: boolean; settings?: LibrarySettings } = { quiet: true },
): { binding: Binding; log: string } {
  Object.assign(process.env, tensorflowEnvironment(installation.variant, process.env, options.settings));
  const load = () => createRequire(import.meta.url)(installation.bindingFile) as Binding;
  try {
    if (!options.quiet) return { binding: load(), log: '' };
    const { value, stderr } = withCapturedStderr(installation.directory, load);
    return { binding: value, log: stderr };
  } catch (error) {
    throw new DcganError(
      'engine.load-failed',
      {
        happened: `TensorFlow does not load: ${messageOf(error)}`,
        expected: `${installation.directory} was created on this machine by dcgan engine install, and loaded then.`,
        fix: '`dcgan engine info --verify` checks the files for changes. To start over, delete that folder and run `dcgan engine install`, or use --engine wasm.',
      },
      { cause: error, data: { directory: installation.directory } },
    );
  }
}

interface StderrCapture {
  begin(): boolean;
  end(): string;
}

/**
 * Runs `action` while our addon captures native stderr: TensorFlow prints while it loads, whatever TF_CPP_MIN_LOG_LEVEL says.
 * @returns its value and the captured text, which an error's message includes
 */
export function withCapturedStderr<T>(directory: string, action: () => T): { value: T; stderr: string } {
  const capture = createRequire(import.meta.url)(join(directory, stderrAddonName)) as StderrCapture;
  capture.begin();
  let value: T;
  try {
    value = action();
  } catch (error) {
    throw new Error([messageOf(error), capture.end().trim()].join('\n').trimEnd(), { cause: error });
  }
  return { value, stderr: capture.end() };
}
