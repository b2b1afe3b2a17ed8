// Whether the native engine is installed on this machine; tests that need it say so when it is not.
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';

// Golden numbers are compared in full float32; on a GPU TensorFlow would round to TF32 (10 bits).
process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';

/** For node:test's `skip`: false where the native engine is installed, else why the test does not run. */
export const noTensorflow: string | false = findInstallation()
  ? false
  : 'the native engine is not installed on this machine; dcgan engine install sets it up';
