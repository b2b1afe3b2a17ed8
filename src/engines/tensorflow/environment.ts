// Environment variables that configure TensorFlow, which reads them once while it loads.
import type { LibrarySettings } from '../engine.ts';
import type { Variant } from './install/location.ts';

/** The variables to set. Those that the user has set are kept, except that only the first GPU is used: the binding supports one. */
export function tensorflowEnvironment(
  variant: Variant,
  given: NodeJS.ProcessEnv,
  { precision = 'float32', xla, deterministic }: LibrarySettings = {},
): Record<string, string> {
  const wanted: Record<string, string> = {
    TF_CPP_MIN_LOG_LEVEL: '3', // fatal messages only
    TF_ENABLE_ONEDNN_OPTS: '1', // off is 25 times slower on a CPU
  };
  if (variant === 'cuda') {
    wanted['TF_FORCE_GPU_ALLOW_GROWTH'] = 'true';
    wanted['CUDA_CACHE_MAXSIZE'] = String(4 * 1024 ** 3); // bytes; for kernels compiled at the first start on a GPU newer than the library
    wanted['CUDA_VISIBLE_DEVICES'] = '0'; // with several visible, the binding uploads to the last and computes on the first
  }
  if (variant === 'cuda' && precision === 'float32') {
    wanted['NVIDIA_TF32_OVERRIDE'] = '0'; // cuDNN and cuBLAS would compute in TensorFloat-32
    if (xla) wanted['XLA_FLAGS'] = '--xla_gpu_enable_triton_gemm=false'; // Triton's kernels would too, and ignore that variable
  }
  if (xla) wanted['TF_XLA_FLAGS'] = `--tf_xla_auto_jit=2${variant === 'cpu' ? ' --tf_xla_cpu_global_jit' : ''}`;
  if (deterministic) wanted['TF_DETERMINISTIC_OPS'] = '1';
  const missing = Object.entries(wanted).filter(([name]) => given[name] === undefined);
  const visible = given['CUDA_VISIBLE_DEVICES'];
  const first = variant === 'cuda' && visible?.includes(',') ? { CUDA_VISIBLE_DEVICES: visible.split(',')[0]! } : {};
  return { ...Object.fromEntries(missing), ...first };
}
