// No GPU is needed to see what TensorFlow would be told on one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorflowEnvironment } from '../../../src/engines/tensorflow/environment.ts';

const always = { TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '1' };

test('the CPU build is told nothing about GPUs', () => {
  assert.deepEqual(tensorflowEnvironment('cpu', { CUDA_VISIBLE_DEVICES: '2,3' }), always);
});

test('the CUDA build sees one GPU, takes its memory as it needs it and keeps 4 GiB of compiled kernels', () => {
  assert.deepEqual(tensorflowEnvironment('cuda', {}), {
    ...always,
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    CUDA_CACHE_MAXSIZE: '4294967296',
    CUDA_VISIBLE_DEVICES: '0',
  });
});

test('what the user has set stays, but of several GPUs the first is taken', () => {
  const given = { ...always, TF_FORCE_GPU_ALLOW_GROWTH: 'false', CUDA_CACHE_MAXSIZE: '1' };
  assert.deepEqual(tensorflowEnvironment('cuda', { ...given, CUDA_VISIBLE_DEVICES: '' }), {});
  assert.deepEqual(tensorflowEnvironment('cuda', { ...given, CUDA_VISIBLE_DEVICES: '2,3' }), {
    CUDA_VISIBLE_DEVICES: '2',
  });
});
