// What computes. An engine compiles a program: named pure functions over one set of variables.
import type { Tensor } from '@tensorflow/tfjs-core';

export type Shape = readonly number[];
export type Tensors = Readonly<Record<string, Tensor>>;

/** What a function is given at each run. `uint8` arrives in the body as float32 in 0..255, converted on the engine. */
export interface FeedSpec {
  shape: Shape;
  dtype: 'float32' | 'int32' | 'uint8';
}

export type FeedValues = Float32Array | Int32Array | Uint8Array;
export type Feeds = Readonly<Record<string, FeedValues>>;

/** The values of an array of tensors on the host, by name. */
export type HostValues = Record<string, Float32Array>;

/**
 * One function of a program. `body` is pure: it reads variables and feeds and returns outputs and the new values of the
 * variables it changes. It may be traced once and replayed, so it must not read a tensor's value, make a large tensor
 * in JavaScript or draw random numbers other than from a fed seed.
 */
export interface ProgramFunction {
  feeds: Readonly<Record<string, FeedSpec>>;
  body(variables: Tensors, feeds: Tensors): { outputs: Tensors; updates?: Tensors };
  /** Runs seldom: an engine that measures how to compute something does not do so for this function. */
  seldom?: boolean;
}

export interface Program {
  /** Every variable's shape, by name; all are float32. Values come by `write`. */
  variables: Readonly<Record<string, Shape>>;
  functions: Readonly<Record<string, ProgramFunction>>;
}

/** What an engine has found out by measuring, in its own words. */
export type Decisions = Readonly<Record<string, string>>;

export interface CompiledProgram {
  /** Runs one function; its updates are applied when the promise resolves. Waits for the engine only if there are outputs. */
  run(name: string, feeds: Feeds): Promise<HostValues>;
  /** Copies variables to the host: those named, or all. */
  read(names?: readonly string[]): Promise<HostValues>;
  /** Sets variables. Names and lengths must be those of the program. */
  write(values: Readonly<Record<string, Float32Array>>): Promise<void>;
  dispose(): void;
  /** Given to a later compilation of the same program, it computes the same bits, whatever would be measured then. */
  readonly decisions?: Decisions;
}

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm';
/** `tensorfloat32` is float32 whose convolutions and matrix products read 10 bits of the mantissa, where a GPU can do that. */
export type Precision = 'float32' | 'tensorfloat32' | 'mixed_bfloat16' | 'mixed_float16';

/** The part of a config's training section that TensorFlow has to be told before it is loaded. Who leaves out something does not mind. */
export interface LibrarySettings {
  precision?: Precision | 'auto';
  /** Whether XLA compiles the graph. */
  xla?: boolean;
  /** Whether only kernels are taken that give the same bits each time. */
  deterministic?: boolean;
}

export interface CompileOptions {
  precision: Precision;
  /** Measure what nobody has measured yet, and tell how far that is; without it, what is not known takes its standard form. */
  onMeasure?: (done: number, total: number) => void;
  /** Ends the measuring, which rejects with its reason and remembers what it has found. */
  signal?: AbortSignal | undefined;
  /** `CompiledProgram.decisions` of an earlier compilation; an engine passes over those that are not its own. */
  decisions?: Decisions;
}

export interface EngineInfo {
  name: EngineName;
  /** What the arithmetic runs on, e.g. `CPU (2 threads)` or `CUDA GPU 0`. */
  device: string;
  /** Version of the library underneath, e.g. `TensorFlow 2.21.0`. */
  library: string;
  /** Of the processor, where that computes. */
  threads?: number;
  /** Whether a GPU computes. */
  gpu: boolean;
  precisions: readonly Precision[];
  /** What precision `auto` is here: the fastest that trains as well as float32. */
  autoPrecision: Precision;
  /** Why a GPU that seems to be here is not used. */
  unusedGpu?: string;
}

export interface Engine {
  readonly info: EngineInfo;
  compile(program: Program, options: CompileOptions): Promise<CompiledProgram>;
  /** Live tensors on the engine; flat over a training loop. */
  liveTensors(): number;
}
