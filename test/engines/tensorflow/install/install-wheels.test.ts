// The files taken from the wheels, and the GPU messages in TensorFlow's log. Names and texts are real.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gpuComplaint } from '../../../../src/engines/tensorflow/install/gpu.ts';
import {
  companionFiles,
  companionRequirements,
  headerFiles,
  libraryFiles,
  linkCompanions,
} from '../../../../src/engines/tensorflow/install/tensorflow-wheels.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-wheels-'));
after(() => rmSync(folder, { recursive: true }));

// From the METADATA of tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl.
const metadata = `Name: tensorflow
Version: 2.21.0
Requires-Dist: absl-py>=1.0.0
Requires-Dist: ml_dtypes<1.0.0,>=0.5.1
Provides-Extra: and-cuda
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"
Provides-Extra: gcs-filesystem
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32" and python_version < "3.13") and extra == "gcs-filesystem"
`;

test("the companion wheels are those of the wheel's extra and-cuda", async () => {
  const information = join(folder, 'tensorflow-2.21.0.dist-info');
  mkdirSync(information);
  writeFileSync(join(information, 'METADATA'), metadata);
  assert.deepEqual(await companionRequirements(folder), [
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
  ]);
});

test('takes only the needed files from the wheels', () => {
  const taken = (pattern: RegExp, name: string) => new RegExp(`^(?:${pattern.source})$`).test(name); // as re.fullmatch
  for (const name of [
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/libtensorflow_cc.2.dylib',
  ]) {
    assert.ok(taken(libraryFiles, name), name);
  }
  assert.ok(!taken(libraryFiles, 'tensorflow/python/_pywrap_tensorflow_internal.so'));
  assert.ok(taken(headerFiles, 'tensorflow/include/tensorflow/c/eager/c_api.h'));
  assert.ok(!taken(headerFiles, 'tensorflow/include/external/eigen_archive/Eigen/Core.h'));
  for (const name of [
    'nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9',
    'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
  ]) {
    assert.ok(taken(companionFiles, name), name);
  }
  for (const name of [
    'nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12',
    'nvidia/cusolver/lib/libcusolverMg.so.11',
    'nvidia/cublas/include/cublas.h',
    'nvidia/cuda_nvcc/bin/nvcc',
  ]) {
    assert.ok(!taken(companionFiles, name), name);
  }
});

test("links all of NVIDIA's libraries into one folder", async () => {
  const files = ['cuda_runtime/lib/libcudart.so.12', 'cusolver/lib/libcusolver.so.11', 'cudnn/lib/libcudnn.so.9'];
  for (const file of [...files, 'cuda_nvcc/bin/ptxas']) {
    mkdirSync(join(folder, 'nvidia', file, '..'), { recursive: true });
    writeFileSync(join(folder, 'nvidia', file), file);
  }
  await linkCompanions(folder);
  const together = join(folder, 'nvidia/cuda_runtime/lib');
  assert.deepEqual(readdirSync(together).sort(), ['libcudart.so.12', 'libcudnn.so.9', 'libcusolver.so.11']);
  const solver = join(together, 'libcusolver.so.11');
  assert.ok(existsSync(solver));
  assert.equal(realpathSync(solver), realpathSync(join(folder, 'nvidia/cusolver/lib/libcusolver.so.11')));
});

test("names missing libraries, or else passes on TensorFlow's own warnings", () => {
  const opened =
    'I0000 00:00:1795322189.908956    7010 dso_loader.cc:133] Successfully opened dynamic library libcuda.so.1\n';
  const missing = (name: string) =>
    `I0000 00:00:1795322189.967981    7010 dso_loader.cc:144] Could not load dynamic library '${name}'; dlerror: ${name}: cannot open shared object file: No such file or directory\n`;
  const twice = opened + missing('libcusolver.so.11') + missing('libcudnn.so.9') + missing('libcudnn.so.9');
  assert.equal(gpuComplaint(twice), 'These libraries cannot be loaded: libcusolver.so.11, libcudnn.so.9.');
  assert.match(gpuComplaint(missing('libcuda.so.1')), /^libcuda\.so\.1 cannot be loaded.*driver/);
  const refused =
    'E0000 00:00:1795322027.490849    5685 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n';
  assert.match(gpuComplaint(opened + refused), /^failed call to cuInit: .*no CUDA-capable device is detected$/);
});
