// Throws a GPU's asynchronous failures at the next call, before any value computed after the failure is used.
import { DcganError, messageOf } from '../../errors.ts';
import type { BackendQueue } from '../eager.ts';

/**
 * Listens for a device's failures, which become DcganErrors: `engine.out-of-memory`, `engine.device-lost`, `engine.gpu`. Nothing on
 * the device can be trusted after the first one, so every later call throws it.
 */
export function watchDevice(
  device: GPUDevice,
  adapterName: string,
  { flush, onFailure }: { /** Submits batched commands. */ flush(): void; onFailure(): void },
): BackendQueue {
  let failure: DcganError | undefined;
  const fail = (error: DcganError) => {
    failure ??= error;
    onFailure();
  };
  void device.lost.then(({ message }) => fail(deviceLost(adapterName, message)));
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault(); // Dawn would print it too
    const { error } = event as GPUUncapturedErrorEvent;
    fail(gpuError(adapterName, error.constructor.name, error.message));
  });

  const workDone = () =>
    device.queue.onSubmittedWorkDone().catch((error) => fail(deviceLost(adapterName, messageOf(error))));

  /** Waits for submitted work, then throws the first failure, or `error`, which a call threw meanwhile. */
  async function throwFailure(work: Promise<unknown>, error?: unknown): Promise<void> {
    await work;
    if (failure) throw failure;
    if (error instanceof Error && isTooLarge(error)) throw gpuError(adapterName, outOfMemory, error.message);
    if (error) throw error;
  }

  let outstanding = Promise.resolve<unknown>(undefined);
  return {
    async submit(call) {
      const before = outstanding;
      try {
        return call();
      } catch (error) {
        if (!(error instanceof DcganError)) await throwFailure(workDone(), error);
        throw error;
      } finally {
        flush();
        outstanding = workDone();
        await throwFailure(before);
      }
    },
    async read(call) {
      try {
        const values = await call();
        await throwFailure(workDone());
        return values;
      } catch (error) {
        if (!(error instanceof DcganError)) await throwFailure(workDone(), error);
        throw error;
      }
    },
  };
}

const outOfMemory = 'GPUOutOfMemoryError';

/** Dawn throws a RangeError for a single buffer that is too large; tfjs names the WebGPU limit on workgroups. */
function isTooLarge(error: Error): boolean {
  return error instanceof RangeError || error.message.includes('exceeds WebGPU limits');
}

const checkpointsIntact = 'Saved checkpoints are intact; the same command resumes from the last one.';

function deviceLost(name: string, message: string): DcganError {
  return new DcganError('engine.device-lost', {
    happened: `The connection to ${name} was lost: ${firstLine(message)}`,
    expected: checkpointsIntact,
    fix: 'If it happens again, update the driver, or use --engine wasm.',
  });
}

function gpuError(name: string, kind: string, message: string): DcganError {
  if (kind !== outOfMemory && !message.includes('exceeds the max buffer size')) {
    return new DcganError('engine.gpu', {
      happened: `${name} rejected a computation: ${firstLine(message)}`,
      expected: checkpointsIntact,
      fix: 'Please report this with `dcgan engine info`; --engine wasm trains without the GPU.',
    });
  }
  return new DcganError('engine.out-of-memory', {
    happened: `${name} is out of memory: ${firstLine(message)}`,
    expected: checkpointsIntact,
    fix: 'Use a smaller batch, e.g. --set training.batchSize=32, or close other programs that use the GPU.',
  });
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
