import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { openEngine } from '../../../src/engines/open.ts';
import { watchDevice } from '../../../src/engines/webgpu/failures.ts';
import { noWebgpu } from '../../helpers/webgpu.ts';

class GPUOutOfMemoryError {
  message = 'Failed to allocate 4 GiB\n - While calling CreateBuffer';
}

class GPUValidationError {
  message = 'Buffer is invalid';
}

/** A fake device that fails on demand. */
function fakeDevice() {
  let lose: (info: { message: string }) => void = () => {};
  const events = new EventTarget();
  const device = Object.assign(events, {
    lost: new Promise((resolve) => {
      lose = resolve;
    }),
    queue: { onSubmittedWorkDone: async () => {} },
  }) as unknown as GPUDevice;
  const fail = (error: object) =>
    events.dispatchEvent(Object.assign(new Event('uncapturederror', { cancelable: true }), { error }));
  return {
    queue: watchDevice(device, 'a GPU', { flush() {}, onFailure() {} }),
    lose: (message: string) => lose({ message }),
    fail,
  };
}

test('values read after memory ran out are not returned', async () => {
  const { queue, fail } = fakeDevice();
  assert.equal(await queue.read(async () => 1), 1);
  fail(new GPUOutOfMemoryError());
  const refused = {
    code: 'engine.out-of-memory',
    exitCode: 5,
    message: /^a GPU is out of memory: Failed to allocate 4 GiB\nSaved checkpoints are intact.*\nUse a smaller batch/,
  };
  await assert.rejects(
    queue.read(async () => 1),
    refused,
  );
  await assert.rejects(
    queue.submit(() => 1),
    refused,
  );
});

test('reports the first failure, not the ones that follow from it', async () => {
  const { queue, fail } = fakeDevice();
  fail(new GPUOutOfMemoryError());
  fail(new GPUValidationError());
  await assert.rejects(
    queue.read(async () => 1),
    { code: 'engine.out-of-memory' },
  );
  const reading = fakeDevice();
  const failing = reading.queue.read(async () => {
    reading.lose('driver reset');
    throw new Error('mapping was aborted');
  });
  await assert.rejects(failing, {
    code: 'engine.device-lost',
    message: /connection to a GPU was lost: driver reset\n/,
  });
});

test('an allocation that fails during the call is reported as out of memory; other errors are rethrown', async () => {
  const { queue } = fakeDevice();
  const tooLarge = () => {
    throw new RangeError('createBuffer failed, size (8589934592) is too large');
  };
  await assert.rejects(queue.submit(tooLarge), { code: 'engine.out-of-memory', message: /8589934592/ });
  const bug = new TypeError('a bug');
  const broken = () => {
    throw bug;
  };
  await assert.rejects(queue.submit(broken), bug);
  await assert.rejects(
    queue.read(async () => broken()),
    bug,
  );
});

test('a tensor larger than any buffer, and one of too many workgroups, are reported as out of memory', {
  skip: noWebgpu,
}, async () => {
  const vast = (a: Tensor) =>
    a
      .tile([2 ** 15, 2 ** 15])
      .mul(2)
      .sum(); // 4 GiB
  const long = (a: Tensor) =>
    a
      .reshape([1, 1])
      .tile([2 ** 24, 1])
      .matMul(a.reshape([1, 1]).tile([1, 3]))
      .sum();
  const program = {
    variables: { a: [1, 1] },
    functions: Object.fromEntries(
      Object.entries({ vast, long }).map(([name, body]) => [
        name,
        { feeds: {}, body: ({ a }: Record<string, Tensor>) => ({ outputs: { sum: body(a!) } }) },
      ]),
    ),
  };
  for (const name of ['vast', 'long']) {
    const { engine: webgpu } = await openEngine('webgpu'); // on a new device where one has failed
    const compiled = await webgpu.compile(program, { precision: 'float32' });
    await compiled.write({ a: Float32Array.of(1) });
    await assert.rejects(compiled.run(name, {}), { code: 'engine.out-of-memory', message: /is out of memory/ });
  }
});

test('a device lost while a program runs is reported as an error', { skip: noWebgpu }, async () => {
  const { engine: webgpu } = await openEngine('webgpu');
  const twice = (a: Tensor) => a.mul(2);
  const program = {
    variables: { a: [3] },
    functions: { twice: { feeds: {}, body: ({ a }: Record<string, Tensor>) => ({ outputs: { a: twice(a!) } }) } },
  };
  const compiled = await webgpu.compile(program, { precision: 'float32' });
  await compiled.write({ a: Float32Array.of(1, 2, 3) });
  assert.deepEqual(await compiled.run('twice', {}), { a: Float32Array.of(2, 4, 6) });
  (engine().backend as unknown as { device: GPUDevice }).device.destroy();
  await assert.rejects(compiled.run('twice', {}), { code: 'engine.device-lost', exitCode: 5 });
});
