// The contract of an engine, which compiles a program: named pure functions over one set of variables.
import type { Tensor } from '@tensorflow/tfjs-core';

export type Shape = readonly number[];
export type Tensors = Readonly<Record<string, Tensor>>;

/** An input of a function, given at each run. `uint8` reaches the body as float32 in 0..255. */
export interface FeedSpec {
  shape: Shape;
  dtype: 'float32' | 'int32' | 'uint8';
}

export type FeedValues = Float32Array | Int32Array | Uint8Array;
export type Feeds = Readonly<Record<string, FeedValues>>;

/** Tensor values copied to the host, by name. */
export type HostValues = Record<string, Float32Array>;

/**
 * One function of a program. `body` is pure: it reads variables and feeds and returns outputs and the new values of the
 * variables it changes. It may be traced once and replayed, so it must not read a tensor's value, make a large tensor
 * in JavaScript or draw random numbers other than from a fed seed.
 */
export interface ProgramFunction {
  feeds: Readonly<Record<string, FeedSpec>>;
  body(variables: Tensors, feeds: Tensors): { outputs: Tensors; updates?: Tensors };
  /** For functions that run rarely: tuning their kernels would take longer than it saves. */
  skipTuning?: boolean;
}

export interface Program {
  /** Every variable's shape, by name; all are float32. `write` sets their values. */
  variables: Readonly<Record<string, Shape>>;
  functions: Readonly<Record<string, ProgramFunction>>;
}

/** The results of tuning; only the engine that produced them can read them. */
export type Decisions = Readonly<Record<string, string>>;

export interface CompiledProgram {
  /** Runs one function; its updates are applied when the promise resolves. Waits for the engine only if there are outputs. */
  run(name: string, feeds: Feeds): Promise<HostValues>;
  /** Copies the named variables, or all, to the host. */
  read(names?: readonly string[]): Promise<HostValues>;
  /** Sets variables. Names and lengths must be those of the program. */
  write(values: Readonly<Record<string, Float32Array>>): Promise<void>;
  dispose(): void;
  /** Passed to a later compilation of the same program, they make it compute the same bits. */
  readonly decisions?: Decisions;
}

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm';
/**
 * How convolutions and matrix products are computed; variables, optimizers and losses are always float32.
 * tensorfloat32: with 10 bits of the mantissa, on GPUs that support it.
 * mixed_bfloat16 (tensorflow): in bfloat16, with bfloat16 activations between them (tensorflow/mixed-bfloat16.ts).
 * mixed_float16 (webgpu): from operands stored in float16, summed in float32 (webgpu/mixed-float16.ts).
 */
export type Precision = 'float32' | 'tensorfloat32' | 'mixed_bfloat16' | 'mixed_float16';

/** The part of a config's training section that TensorFlow must know before it is loaded. Omitted fields mean no preference. */
export interface LibrarySettings {
  precision?: Precision | 'auto';
  /** Whether XLA compiles the graph. */
  xla?: boolean;
  /** Whether to use only kernels that give the same bits each time. */
  deterministic?: boolean;
}

export interface CompileOptions {
  precision: Precision;
  /** Turns tuning on and receives its progress. Without it, convolutions that were never tuned use the standard form. */
  onTuning?: (done: number, total: number) => void;
  /** Aborts tuning: `compile` rejects with the signal's reason and keeps the results so far. */
  signal?: AbortSignal | undefined;
  /** `CompiledProgram.decisions` of an earlier compilation. Those of another engine or machine are ignored. */
  decisions?: Decisions;
}

export interface EngineInfo {
  name: EngineName;
  /** The hardware, e.g. `CPU (2 threads)` or `CUDA GPU 0`. */
  device: string;
  /** The library underneath and its version, e.g. `TensorFlow 2.21.0`. */
  library: string;
  /** CPU threads, if the CPU computes. */
  threads?: number;
  /** Whether a GPU computes. */
  gpu: boolean;
  precisions: readonly Precision[];
  /** What precision `auto` means here: the fastest that trains as well as float32. */
  autoPrecision: Precision;
  /** Why a GPU that seems to be present is not used. */
  unusedGpu?: string;
}

export interface Engine {
  readonly info: EngineInfo;
  compile(program: Program, options: CompileOptions): Promise<CompiledProgram>;
  /** Tensors alive on the engine; constant over a training loop. */
  liveTensors(): number;
}
