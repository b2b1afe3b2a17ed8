// Stops `dcgan train` while it decodes: the next start resumes from the decoded images.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const count = 2000;

/** Images decoded in the first progress line, which is printed at once. */
function firstShown(stderr: string): number {
  return Number(/^Decoding \d+% ([\d,]+) of 2,000 images$/m.exec(stderr)?.[1]?.replace(',', ''));
}

before(async () => {
  const picture = join(cwd, 'noise.png');
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  await sharp({ create: { width: 300, height: 300, channels: 3, background: 'red', noise } }).toFile(picture);
  mkdirSync(join(cwd, 'many'));
  for (let i = 0; i < count; i++) symlinkSync(picture, join(cwd, 'many', `${i}.png`));
  writeJsonFile(join(cwd, 'tiny.json'), tinyConfig());
});

for (const [what, signal, exitCode] of [
  ['Ctrl-C', 'SIGINT', 130],
  ['kill -9', 'SIGKILL', null],
] as const) {
  test(`after ${what} while 2,000 images are decoded, the next start resumes after the kept images`, async () => {
    const args = ['train', '--config', 'tiny.json', '--data', 'many', '--dry-run', '--engine', 'wasm'];

    const env = { DCGAN_CACHE: join(cwd, signal) };
    const stopped = await runCli(args, { cwd, env, signal, interruptAt: /^Decoding/m, delayMs: 500 });
    assert.equal(stopped.exitCode, exitCode, stopped.stderr);
    assert.equal(firstShown(stopped.stderr), 1);

    const resumed = await runCli(args, { cwd, env });
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    assert.ok(firstShown(resumed.stderr) > 64, resumed.stderr); // at least one batch was finished

    const left = readdirSync(join(env.DCGAN_CACHE, 'images'), { recursive: true, encoding: 'utf8' });
    assert.equal(left.filter((name) => /partial|\.images$/.test(name)).length, 1, left.join());

    const known = await runCli(args, { cwd, env });
    assert.doesNotMatch(known.stderr, /Decoding/);
    assert.equal(known.exitCode, 0, known.stderr);
  });
}
