import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import sharp from 'sharp';
import { runCli } from '../helpers/run-cli.ts';
import { listAll, temporaryFolder } from '../helpers/temporary-run.ts';

// The quick start in an empty folder, with the bundled config and digits.
const cwd = temporaryFolder();
const files = () => listAll(cwd).filter((path) => !path.startsWith('cache/'));
const quick = (...more: string[]) => runCli(['train', '--config', 'quick', '--engine', 'wasm', ...more], { cwd });
const short = ['--set', 'outputs.samplesEvery={ steps: 2 }', '--set', 'outputs.lossesEvery={ steps: 2 }'];

let hash = ''; // of the run that the tests below share

test('train --dry-run --json describes the run and writes nothing', async () => {
  const digits = ['train', '--config', 'mnist', '--data', 'data/mnist-tiny', '--engine', 'wasm', '--dry-run', '--json'];
  const { exitCode, stdout } = await runCli(digits, { cwd });
  assert.equal(exitCode, 0);
  const answer = JSON.parse(stdout);
  assert.match(answer.runHash, /^[0-9a-f]{7}$/);
  assert.deepEqual([answer.generator.parameters, answer.generator.trainable], [2_330_944, 2_305_472]);
  assert.deepEqual([answer.discriminator.parameters, answer.discriminator.trainable], [212_865, 212_865]);
  assert.deepEqual([answer.data.images, answer.engine.name], [2000, 'wasm']);
  assert.deepEqual([answer.config.name, answer.config.data.height], ['mnist', 28]);
  assert.deepEqual(files(), []);
});

test('train --dry-run prints both networks by layer, the data and the engine', async () => {
  const { exitCode, stdout } = await quick('--dry-run', '--set', 'training={ epochs: 1.5, batchSize: 50 }');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^quick: /);
  assert.match(
    stdout,
    /^Generator: [\d,]{6,} parameters, [\d,]{6,} trainable\n +layer +output +parameters\n +input +\[64\]$/m,
  );
  assert.match(stdout, /^ *\d+ +tanh +\[28, 28, 1\] +0$/m);
  assert.match(stdout, /^Discriminator: .*\n.*\n +input +\[28, 28, 1\]$/m);
  assert.match(stdout, /^Data: 2,000 images in .*mnist-tiny, read as \[28, 28, 1\]\.$/m);
  assert.match(stdout, /^Length: 60 steps, 1\.5 epochs of 40 steps, batch size 50\.$/m);
  assert.match(stdout, /^Engine wasm: TensorFlow\.js WASM/m);
  assert.match(stdout, /^Run [0-9a-f]{7}\. Nothing was written\. --json prints the resolved config\.$/m);
  assert.deepEqual(files(), []);
});

test('train in a pipe prints plain lines, and the files it lists exist', async () => {
  const { exitCode, stdout, stderr } = await quick('--set', 'training.steps=4', ...short);
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /^Data: 2,000 images in /m);
  hash = /^Run ([0-9a-f]{7}) in results\/\1\.$/m.exec(stderr)![1]!;
  assert.match(
    stderr,
    /^Training 100% epoch 0\.\d\d\/0\.\d\d · step 4\/4 · D \d\.\d{3} · G \d\.\d{3} · healthy · \d+ img\/s · 0 s left$/m,
  );
  assert.ok(!stderr.includes('\r') && stripVTControlCharacters(stderr) === stderr);
  const [head, ...named] = stdout.trim().split('\n');
  assert.equal(head, `Done: run ${hash}, 4 steps.`);
  assert.match(named.pop()!, new RegExp(`dcgan sample --checkpoint ${hash}`));
  const there = files();
  for (const file of named) assert.ok(there.includes(file.trim()), file);
  assert.deepEqual(
    there.filter((path) => path.startsWith(`results/${hash}/samples/`) && path.endsWith('.png')),
    ['000000', '000002', '000004'].map((step) => `results/${hash}/samples/${step}.png`),
  );
  // 8 x 8 digits of 28 pixels, three times enlarged, 2 pixels between and around
  for (const picture of ['reals.png', 'samples/000004.png']) {
    const { format, width, height } = await sharp(join(cwd, 'results', hash, picture)).metadata();
    assert.deepEqual([format, width, height], ['png', 690, 690]);
  }
  assert.equal((await sharp(join(cwd, 'results', hash, 'loss.png')).metadata()).format, 'png');
});

test('repeating the command reports a finished run', async () => {
  const before = files();
  const metrics = readFileSync(join(cwd, 'results', hash, 'losses.jsonl'), 'utf8');
  const { exitCode, stdout, stderr } = await quick('--set', 'training.steps=4', ...short);
  assert.equal(exitCode, 0);
  assert.match(stderr, /resumed at step 4\./);
  assert.match(stdout, /^Done: run .*, 4 steps\./);
  assert.deepEqual(files(), before);
  assert.equal(readFileSync(join(cwd, 'results', hash, 'losses.jsonl'), 'utf8'), metrics);
});

test('sample draws a picture from a run hash prefix', async () => {
  const sample = ['sample', '--checkpoint', hash.slice(0, 4), '--engine', 'wasm', '--count', '9', '--out', 'nine.png'];
  const { exitCode, stdout } = await runCli(sample, { cwd });
  assert.equal(exitCode, 0);
  assert.equal(stdout, `9 images of run ${hash}, step 4: nine.png\n`);
  const { format, width, height } = await sharp(join(cwd, 'nine.png')).metadata();
  assert.deepEqual([format, width, height], ['png', 260, 260]);
  const json = await runCli([...sample, '--json'], { cwd });
  const { files: written, images, runHash, step, seeds } = JSON.parse(json.stdout);
  assert.deepEqual([written, images, runHash, step], [['nine.png'], 9, hash, 4]);
  assert.deepEqual(seeds, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('SIGINT finishes the step, saves and exits 130; the same command resumes', async () => {
  const args = ['train', '--config', 'quick', '--engine', 'wasm', '--seed', '5', ...short];
  const stopped = await runCli([...args, '--set', 'training.steps=900'], { cwd, interruptAt: /^Training \d/m });
  assert.equal(stopped.exitCode, 130, stopped.stderr);
  assert.match(stopped.stderr, /Stopping: finishing this step and saving/);
  const [, step] = /^Stopped at step (\d+) and saved\. The same command resumes from there\.$/m.exec(stopped.stdout)!;
  assert.ok(Number(step) < 900);
  for (const file of stopped.stdout.matchAll(/^ {2}(results\S+)/gm)) assert.ok(files().includes(file[1]!), file[1]);
  const rest = await runCli([...args, '--set', `training.steps=${Number(step) + 2}`], { cwd });
  assert.equal(rest.exitCode, 0, rest.stderr);
  assert.match(rest.stderr, new RegExp(`resumed at step ${step}\\.`));
  assert.match(rest.stdout, new RegExp(`^Done: run .*, ${Number(step) + 2} steps\\.`));
});

test('SIGTERM and SIGHUP save too, and exit 143 and 129', async () => {
  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const args = ['train', '--config', 'quick', '--engine', 'wasm', '--seed', String(exitCode), ...short];
    const stopped = await runCli([...args, '--set', 'training.steps=900'], {
      cwd,
      interruptAt: /^Training \d/m,
      signal,
    });
    assert.equal(stopped.exitCode, exitCode, stopped.stderr);
    assert.match(stopped.stdout, /^Stopped at step \d+ and saved\./);
  }
});

test('a run that diverges exits 6 with one message', async () => {
  const { exitCode, stderr } = await quick('--set', 'discriminator.optimizer.learningRate=1e39', ...short);
  assert.equal(exitCode, 6, stderr);
  assert.match(stderr, /^✖ Training diverged: /m);
  assert.doesNotMatch(stderr, /^\s+at /m);
});
