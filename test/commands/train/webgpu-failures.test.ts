// Error messages when WebGPU cannot compute, with a real Dawn; losing the device loses no checkpoint.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { engine } from '@tensorflow/tfjs-core';
import { type TrainResult, train } from '../../../src/commands/train.ts';
import { mayHaveAdapters } from '../../../src/engines/webgpu/choose.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';
import { noWebgpu } from '../../helpers/webgpu.ts';

const folder = temporaryFolder();
const config = join(folder, 'tiny.json');
before(async () => {
  await writePictures(join(folder, 'pictures'), 10);
  writeJsonFile(config, tinyConfig());
});

/** Runs `dcgan train` on webgpu until it fails with an engine error. @returns the message */
async function refusal(more: string[], env: Record<string, string> = {}): Promise<string> {
  const { exitCode, stderr } = await runCli(['train', '--config', 'tiny.json', '--engine', 'webgpu', ...more], {
    cwd: folder,
    env,
  });
  assert.equal(exitCode, 5, stderr);
  const words = stderr.slice(stderr.indexOf('✖')); // after the driver's own messages
  assert.doesNotMatch(words, /\n {4}at /);
  return words;
}

const withoutDrivers = { VK_DRIVER_FILES: '', VK_ICD_FILENAMES: '' };
const noLoader = process.platform === 'linux' ? false : "other systems have no Vulkan loader's variables";
const hasGpu = mayHaveAdapters({ software: false }) ? 'this machine has a GPU' : false;

test('without a driver: says how to install one', { skip: noLoader || hasGpu }, async () => {
  assert.match(
    await refusal([], withoutDrivers),
    /no Vulkan driver works here; for AMD and Intel GPUs install Mesa \(`apt-get install mesa-vulkan-drivers`\)/,
  );
});

test('with a broken driver: names it', { skip: noLoader }, async () => {
  const driver = join(folder, 'broken.json');
  writeFileSync(driver, JSON.stringify({ ICD: { api_version: '1.1.0', library_path: './none.so' } }));
  const words = await refusal([], { ...withoutDrivers, VK_DRIVER_FILES: driver });
  assert.ok(words.includes(`no Vulkan driver works among those that VK_DRIVER_FILES names (${driver})`), words);
});

describe('with an adapter', { skip: noWebgpu }, () => {
  test('lists the devices for an unknown device name', async () => {
    assert.match(await refusal(['--device', 'no such GPU']), /No adapter is called 'no such GPU'\.\n.*Available: \S/);
  });

  const trainIn = (root: string, onStep: (step: number) => void): Promise<TrainResult> => {
    const set = [`data.folder=${join(folder, 'pictures')}`];
    return train(
      { config, set, engine: 'webgpu', root, fresh: false },
      { onEvent: (event) => event.type === 'tick' && onStep(event.tick.step), shouldStop: () => false },
    );
  };
  const lossesIn = (root: string, { results }: TrainResult) =>
    readFileSync(join(root, results, 'losses.jsonl'), 'utf8').match(/"(discriminator|generator)Loss":[^,]+/g);

  test('a lost device is an error, and the same command resumes to the same result', async () => {
    const root = join(folder, 'lost');
    const lose = (step: number) => {
      if (step === 6) (engine().backend as unknown as { device: GPUDevice }).device.destroy();
    };
    await assert.rejects(trainIn(root, lose), {
      code: 'engine.device-lost',
      message: /resumes from the last one/,
    });
    const resumedAt: number[] = [];
    const ended = await trainIn(root, (step) => resumedAt.push(step));
    assert.equal(resumedAt[0], 6); // the checkpoint of step 4 was intact, and there is a tick every 3 steps
    const whole = join(folder, 'whole');
    assert.deepEqual(lossesIn(root, ended), lossesIn(whole, await trainIn(whole, () => {})));
  });
});
