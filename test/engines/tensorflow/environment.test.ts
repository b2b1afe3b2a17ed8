// Checks TensorFlow's environment variables for GPUs, which needs no GPU.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorflowEnvironment } from '../../../src/engines/tensorflow/environment.ts';

const always = { TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '1' };

test('the CPU build gets no GPU variables', () => {
  assert.deepEqual(tensorflowEnvironment('cpu', { CUDA_VISIBLE_DEVICES: '2,3' }), always);
});

test('the CUDA build sees one GPU, allocates memory on demand and caches 4 GiB of compiled kernels', () => {
  assert.deepEqual(tensorflowEnvironment('cuda', {}), {
    ...always,
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    CUDA_CACHE_MAXSIZE: '4294967296',
    CUDA_VISIBLE_DEVICES: '0',
    NVIDIA_TF32_OVERRIDE: '0',
  });
});

test('only float32 disables TensorFloat-32 in NVIDIA libraries and in XLA', () => {
  const picked = ({ NVIDIA_TF32_OVERRIDE: tf32, XLA_FLAGS: flags }: Record<string, string>) => [tf32, flags];
  const flag = '--xla_gpu_enable_triton_gemm=false';
  assert.deepEqual(picked(tensorflowEnvironment('cuda', {}, { precision: 'float32' })), ['0', undefined]);
  assert.deepEqual(picked(tensorflowEnvironment('cuda', {}, { precision: 'float32', xla: true })), ['0', flag]);
  assert.deepEqual(picked(tensorflowEnvironment('cpu', {}, { precision: 'float32', xla: true })), [
    undefined,
    undefined,
  ]);
  for (const precision of ['auto', 'tensorfloat32', 'mixed_bfloat16'] as const)
    assert.deepEqual(picked(tensorflowEnvironment('cuda', {}, { precision, xla: true })), [undefined, undefined]);
});

test('variables set by the user are kept, but only the first of several GPUs is used', () => {
  const given = { ...always, TF_FORCE_GPU_ALLOW_GROWTH: 'false', CUDA_CACHE_MAXSIZE: '1', NVIDIA_TF32_OVERRIDE: '1' };
  assert.deepEqual(tensorflowEnvironment('cuda', { ...given, CUDA_VISIBLE_DEVICES: '' }), {});
  assert.deepEqual(tensorflowEnvironment('cuda', { ...given, CUDA_VISIBLE_DEVICES: '2,3' }), {
    CUDA_VISIBLE_DEVICES: '2',
  });
});

test('XLA takes one more flag on the CPU; deterministic kernels take the same variable on both', () => {
  const cpu = '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit';
  assert.deepEqual(tensorflowEnvironment('cpu', {}, { xla: true }), { ...always, TF_XLA_FLAGS: cpu });
  assert.equal(tensorflowEnvironment('cuda', {}, { xla: true })['TF_XLA_FLAGS'], '--tf_xla_auto_jit=2');
  for (const variant of ['cpu', 'cuda'] as const)
    assert.equal(tensorflowEnvironment(variant, {}, { deterministic: true })['TF_DETERMINISTIC_OPS'], '1');
  const given = { TF_XLA_FLAGS: '--mine', TF_DETERMINISTIC_OPS: '0' };
  assert.deepEqual(tensorflowEnvironment('cpu', given, { xla: true, deterministic: true }), always);
  assert.deepEqual(tensorflowEnvironment('cpu', {}, { xla: false, deterministic: false }), always);
});
