// How TensorFlow was loaded into this process. It reads its settings once, so whoever comes later has to be content with them.
import { DcganError } from '../../errors.ts';
import type { LibrarySettings, Precision } from '../engine.ts';

export interface Loaded {
  xla: boolean;
  deterministic: boolean;
  /** What float32 convolutions and matrix products are computed in. */
  float32: 'float32' | 'tensorfloat32';
  /** What the GPU can no longer be told to compute in. */
  lost?: Precision;
}

/** What came of the settings, by the environment that TensorFlow was loaded in. */
export function loadedSettings(
  { xla = false, deterministic = false }: LibrarySettings,
  environment: NodeJS.ProcessEnv,
  usesGpu: boolean,
): Loaded {
  if (!usesGpu) return { xla, deterministic, float32: 'float32' };
  const exact = environment['NVIDIA_TF32_OVERRIDE'] === '0';
  const [float32, lost] = exact ? (['float32', 'tensorfloat32'] as const) : (['tensorfloat32', 'float32'] as const);
  return { xla, deterministic, float32, lost };
}

/**
 * Kernels that always give the same bits are right for everybody; with XLA or without is another rounding.
 * @throws DcganError `engine.loaded-otherwise`
 */
export function refuseOtherSettings(loaded: Loaded, { xla, deterministic, precision }: LibrarySettings): void {
  const unmet = [
    ...(xla !== undefined && xla !== loaded.xla ? [`training.xla is ${xla}`] : []),
    ...(deterministic && !loaded.deterministic ? ['training.deterministic is true'] : []),
    ...(precision !== undefined && precision === loaded.lost ? [`training.precision is ${precision}`] : []),
  ];
  if (unmet.length === 0) return;
  throw new DcganError('engine.loaded-otherwise', {
    happened: `${unmet.join(' and ')}, but TensorFlow is already loaded with other settings.`,
    expected: 'It reads its settings once per process, and NVIDIA_TF32_OVERRIDE in the environment takes precedence.',
    fix: 'Train in a separate process.',
  });
}
