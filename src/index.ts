// The library behind `import 'dcgan'`: the functions that the commands call, without a terminal.
export { type EvaluateEvent, type EvaluateOptions, type EvaluateResult, evaluate } from './commands/evaluate.ts';
export { type InterpolateOptions, type InterpolateResult, interpolate } from './commands/interpolate.ts';
export { type SampleOptions, type SampleResult, sample } from './commands/sample.ts';
export { type TrainIo, type TrainOptions, type TrainResult, train } from './commands/train.ts';
export type { Config } from './config/config.ts';
export { loadConfig } from './config/load/load.ts';
export { DcganError } from './errors.ts';
export {
  type GeneratedImages,
  type LoadedGenerator,
  type OpenCheckpointOptions,
  openCheckpoint,
} from './sampling/open-checkpoint.ts';
