// The performance bounds against other programs, and whether a contest meets them.
import { type Spread, spreadOf } from '../src/training/step-times.ts';
import type { Contest, Measurements } from './record.ts';
import { ratioOf } from './statistics.ts';

interface Bound {
  sentence: string;
  /** A contestant's name; `this default` is the one with the precision that `auto` selects on the machine. */
  ours: string;
  /** The fastest of them counts. */
  peers: readonly string[];
  quantity: 'ms' | 'peakMiB';
  limit: number;
  /** The only model the bound applies to. */
  only?: string;
}

const torchFloat32 = ['default', 'channels_last', 'compile', 'compile channels_last'];
const torchBfloat16 = ['bf16', 'bf16 channels_last', 'bf16 compile channels_last'];
const torch = (modes: readonly string[]) => modes.map((mode) => `PyTorch ${mode}`);
const keras = 'Keras tf.function';

const bounds: readonly Bound[] = [
  {
    sentence: 'step, both float32: this / Keras tf.function',
    ours: 'this float32',
    peers: [keras],
    quantity: 'ms',
    limit: 0.95,
  },
  {
    sentence: 'step, both bfloat16: this / Keras mixed_bfloat16',
    ours: 'this mixed_bfloat16',
    peers: [`${keras} mixed_bfloat16`],
    quantity: 'ms',
    limit: 0.85,
  },
  {
    sentence: 'step: this by default / best float32 mode of PyTorch',
    ours: 'this default',
    peers: torch(torchFloat32),
    quantity: 'ms',
    limit: 0.5,
  },
  {
    sentence: 'step, both bfloat16: this / best bf16 mode of PyTorch',
    ours: 'this mixed_bfloat16',
    peers: torch(torchBfloat16),
    quantity: 'ms',
    limit: 0.7,
  },
  {
    sentence: 'step: this by default / stock tfjs-node',
    ours: 'this default',
    peers: ['tfjs-node stock'],
    quantity: 'ms',
    limit: 0.3,
  },
  {
    sentence: 'step, both float32: this on WASM / this on TensorFlow',
    ours: 'this WASM',
    peers: ['this float32'],
    quantity: 'ms',
    limit: 6,
  },
  {
    sentence: 'peak memory, both float32: this / Keras',
    ours: 'this float32',
    peers: [keras],
    quantity: 'peakMiB',
    limit: 1,
    only: 'mnist-test4',
  },
  {
    sentence: 'peak memory, both bfloat16: this / Keras',
    ours: 'this mixed_bfloat16',
    peers: [`${keras} mixed_bfloat16`],
    quantity: 'peakMiB',
    limit: 1,
    only: 'mnist-test4',
  },
  {
    sentence: '10,000 images, both float32: this / Keras predict',
    ours: 'this sampler',
    peers: ['Keras predict 64', 'Keras predict 256'],
    quantity: 'ms',
    limit: 1,
  },
];

export interface BoundResult {
  bound: Bound;
  /** The fastest peer. */
  peer: string;
  ratio: Spread;
  met: boolean;
}

/** Checks every bound whose contestants took part. */
export function checkBounds(contest: Contest): BoundResult[] {
  return bounds.flatMap((bound) => checkBound(bound, contest) ?? []);
}

function checkBound(bound: Bound, { model, contestants, autoPrecision }: Contest): BoundResult | undefined {
  if (bound.only !== undefined && bound.only !== model) return undefined;
  const ours = contestants[bound.ours.replace('default', autoPrecision)];
  const peer = bound.peers
    .filter((name) => contestants[name])
    .sort((a, b) => median(contestants[a]!) - median(contestants[b]!))[0];
  if (!ours || peer === undefined) return undefined;
  const values = ({ ms, peakMiB }: Measurements) => (bound.quantity === 'ms' ? ms : [peakMiB]);
  const ratio = ratioOf(values(ours), values(contestants[peer]!));
  return { bound, peer, ratio, met: ratio.median <= bound.limit };
}

function median({ ms }: Measurements): number {
  return spreadOf(ms).median;
}
