// Skips tests that need the native engine if it is not installed.
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';

// Golden values need full float32; on a GPU TensorFlow would round to TF32 (10 bits).
process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';

/** For node:test's `skip`: false with the native engine, otherwise the reason. */
export const noTensorflow: string | false = findInstallation()
  ? false
  : 'the native engine is not installed on this machine; dcgan engine install sets it up';
