// Whether the native engine is installed on this machine; tests that need it say so when it is not.
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';

/** For node:test's `skip`: false where the native engine is installed, else why the test does not run. */
export const noTensorflow: string | false = findInstallation()
  ? false
  : 'the native engine is not installed on this machine; dcgan engine install sets it up';
