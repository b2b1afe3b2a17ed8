// A GPU fails later than the call that made it fail. What it told since is thrown here, before any value of its is believed.
import { DcganError, messageOf } from '../../errors.ts';
import type { Pace } from '../eager.ts';

/**
 * Listens to a device from its start. Failures are DcganErrors: `engine.out-of-memory`, `engine.device-lost`, `engine.gpu`. After
 * the first one nothing that is on the device can be believed, so it is told at every call.
 */
export function watchDevice(
  device: GPUDevice,
  adapterName: string,
  { submit, onFailure }: { /** Gives the device what is collected. */ submit(): void; onFailure(): void },
): Pace {
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

  /** Waits for work that was submitted, then throws the first failure; `error` is what a call threw meanwhile. */
  async function failures(work: Promise<unknown>, error?: unknown): Promise<void> {
    await work;
    if (failure) throw failure;
    if (error instanceof Error && isTooLarge(error)) throw gpuError(adapterName, outOfMemory, error.message);
    if (error) throw error;
  }

  let outstanding = Promise.resolve<unknown>(undefined);
  return {
    async calling(act) {
      const before = outstanding;
      try {
        return act();
      } catch (error) {
        if (!(error instanceof DcganError)) await failures(workDone(), error);
        throw error;
      } finally {
        submit();
        outstanding = workDone();
        await failures(before);
      }
    },
    async reading(act) {
      try {
        const values = await act();
        await failures(workDone());
        return values;
      } catch (error) {
        if (!(error instanceof DcganError)) await failures(workDone(), error);
        throw error;
      }
    },
  };
}

const outOfMemory = 'GPUOutOfMemoryError';

/** What Dawn throws where a buffer is too large at once, and tfjs where more workgroups would be needed than there may be. */
function isTooLarge(error: Error): boolean {
  return error instanceof RangeError || error.message.includes('exceeds WebGPU limits');
}

const safe = 'Saved checkpoints are intact; the same command resumes from the last one.';

function deviceLost(name: string, message: string): DcganError {
  return new DcganError('engine.device-lost', {
    happened: `The connection to ${name} was lost: ${firstLine(message)}`,
    expected: safe,
    fix: 'If it happens again, update the driver, or use --engine wasm.',
  });
}

function gpuError(name: string, kind: string, message: string): DcganError {
  if (kind !== outOfMemory && !message.includes('exceeds the max buffer size')) {
    return new DcganError('engine.gpu', {
      happened: `${name} rejected a computation: ${firstLine(message)}`,
      expected: safe,
      fix: 'Please report this with `dcgan engine info`; --engine wasm trains without the GPU.',
    });
  }
  return new DcganError('engine.out-of-memory', {
    happened: `${name} is out of memory: ${firstLine(message)}`,
    expected: safe,
    fix: 'Use a smaller batch, e.g. --set training.batchSize=32, or close other programs that use the GPU.',
  });
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
