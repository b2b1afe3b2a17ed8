// The contestants: a program in workers/ and the mode it runs in.

/** What a worker does in a turn: training steps, or sampling from the generator. */
export type Job = 'training' | 'sampling';

export type Mode = Readonly<Record<string, string | number | boolean>>;

export interface Contestant {
  /** As in the tables and the record. */
  name: string;
  worker: 'this' | 'keras' | 'torch' | 'tfjs';
  mode: Mode;
  /** The only model this contestant runs: it is slow, and only one bound needs it. */
  only?: string;
}

const float32 = 'float32';
const bfloat16 = 'mixed_bfloat16';

const keras = (name: string, precision: string, compiler: 'none' | 'xla'): Contestant => {
  return { name: `Keras ${name}`, worker: 'keras', mode: { precision, compiler } };
};

const torch = (name: string, mode: { autocast?: boolean; channelsLast?: boolean; compile?: boolean }): Contestant => {
  return {
    name: `PyTorch ${name}`,
    worker: 'torch',
    mode: { autocast: false, channelsLast: false, compile: false, ...mode },
  };
};

/** The first is the reference for the networks and losses of the others. */
export const trainers: readonly Contestant[] = [
  { name: 'this float32', worker: 'this', mode: { engine: 'tensorflow', precision: float32 } },
  { name: 'this mixed_bfloat16', worker: 'this', mode: { engine: 'tensorflow', precision: bfloat16 } },
  { name: 'this WASM', worker: 'this', mode: { engine: 'wasm', precision: float32 }, only: 'mnist-test4' },
  keras('tf.function', float32, 'none'),
  keras('tf.function mixed_bfloat16', bfloat16, 'none'),
  keras('jit_compile', float32, 'xla'),
  keras('jit_compile mixed_bfloat16', bfloat16, 'xla'),
  torch('default', {}),
  torch('channels_last', { channelsLast: true }),
  torch('compile', { compile: true }),
  torch('compile channels_last', { compile: true, channelsLast: true }),
  torch('bf16', { autocast: true }),
  torch('bf16 channels_last', { autocast: true, channelsLast: true }),
  torch('bf16 compile channels_last', { autocast: true, compile: true, channelsLast: true }),
  { name: 'tfjs-node stock', worker: 'tfjs', mode: {} },
];

/** All in float32, as `dcgan sample` computes; this program in its own batches, Keras in two batch sizes. */
export const samplers: readonly Contestant[] = [
  { name: 'this sampler', worker: 'this', mode: { engine: 'tensorflow' } },
  { name: 'Keras predict 64', worker: 'keras', mode: { precision: float32, compiler: 'none', batch: 64 } },
  { name: 'Keras predict 256', worker: 'keras', mode: { precision: float32, compiler: 'none', batch: 256 } },
];
