// The settings TensorFlow was loaded with. It reads them once per process, so a later run must accept them.
import { DcganError } from '../../errors.ts';
import type { LibrarySettings, Precision } from '../engine.ts';

export interface Loaded {
  xla: boolean;
  deterministic: boolean;
  /** The precision in which float32 convolutions and matrix products are computed. */
  float32: 'float32' | 'tensorfloat32';
  /** The precision that the GPU can no longer be switched to. */
  unavailable?: Precision;
}

/** The settings in effect, given the environment that TensorFlow was loaded in. */
export function loadedSettings(
  { xla = false, deterministic = false }: LibrarySettings,
  environment: NodeJS.ProcessEnv,
  usesGpu: boolean,
): Loaded {
  if (!usesGpu) return { xla, deterministic, float32: 'float32' };
  const exact = environment['NVIDIA_TF32_OVERRIDE'] === '0';
  const [float32, unavailable] = exact
    ? (['float32', 'tensorfloat32'] as const)
    : (['tensorfloat32', 'float32'] as const);
  return { xla, deterministic, float32, unavailable };
}

/**
 * Deterministic kernels suit a run that does not ask for them; XLA does not, as it rounds differently.
 * @throws DcganError `engine.loaded-otherwise` if the loaded settings do not meet the wanted ones
 */
export function requireSettings(loaded: Loaded, { xla, deterministic, precision }: LibrarySettings): void {
  const unmet = [
    ...(xla !== undefined && xla !== loaded.xla ? [`training.xla is ${xla}`] : []),
    ...(deterministic && !loaded.deterministic ? ['training.deterministic is true'] : []),
    ...(precision !== undefined && precision === loaded.unavailable ? [`training.precision is ${precision}`] : []),
  ];
  if (unmet.length === 0) return;
  throw new DcganError('engine.loaded-otherwise', {
    happened: `${unmet.join(' and ')}, but TensorFlow is already loaded with other settings.`,
    expected: 'It reads its settings once per process, and NVIDIA_TF32_OVERRIDE in the environment takes precedence.',
    fix: 'Train in a separate process.',
  });
}
