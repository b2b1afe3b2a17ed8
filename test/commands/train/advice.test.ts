// Follows the advice in messages about --resume, --fork and changed configs: it works.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { type TrainOptions, train } from '../../../src/commands/train.ts';
import { findConfig } from '../../../src/config/load/find-config.ts';
import { packageDirectory } from '../../../src/system/package-directory.ts';
import { newRun } from '../tiny-runs.ts';

let run: ReturnType<typeof newRun>;
let hash: string; // 12 steps of tiny.json
beforeEach(async () => {
  run ??= newRun();
  hash ??= (await run.train()).runHash;
});

/** The options for flags such as `--fork A --epochs 8`. */
function optionsIn(flags: string): { options: Partial<TrainOptions>; set: string[] } {
  const values = new Map([...flags.matchAll(/--(\w+) (\S+)/g)].map(([, flag, value]) => [flag!, value!]));
  const [fork, epochs] = [values.get('fork'), values.get('epochs')];
  return { options: fork ? { fork } : {}, set: epochs ? [`training.epochs=${epochs}`] : [] };
}

async function refusal(set: string[], options: Partial<TrainOptions>): Promise<string> {
  const error = await run.train(set, options).then(
    () => assert.fail('accepted'),
    (failure: Error) => failure,
  );
  return error.message;
}

/** Adds the flags that a message advises, and trains one step. */
async function follow(message: string, advice: RegExp, set: string[], options: Partial<TrainOptions> = {}) {
  const found = advice.exec(message);
  assert.ok(found, message);
  const advised = optionsIn(found[1] ?? '');
  return run.train([...set, ...advised.set], { ...options, ...advised.options, stopAfter: 1 });
}

const otherSeed = ['seed=9'];
const otherLayers = ['generator.latent.size=5'];

test('--resume with other settings: the advised fork starts a new run', async () => {
  const message = await refusal(otherSeed, { resume: hash });
  const fork = await follow(message, /dcgan train (--fork \S+ --epochs \d+), with the same other flags/, otherSeed);
  assert.deepEqual([fork.step, fork.runHash === hash], [13, false]);
});

test('--resume with other layers: advises no fork, and training from the start works', async () => {
  const message = await refusal(otherLayers, { resume: hash });
  assert.ok(!message.includes('--fork'), message);
  assert.equal((await follow(message, /train from the start, without --resume/, otherLayers)).step, 1);
});

test('--fork with other layers: does not advise --fresh, and training from the start works', async () => {
  const set = ['generator.latent.size=6', 'training.steps=20'];
  const message = await refusal(set, { fork: hash });
  assert.ok(!message.includes('--fresh'), message);
  assert.equal((await follow(message, /train from scratch without this checkpoint/, set)).step, 1);
});

test('--fork that ends before it starts: the advised length is longer', async () => {
  const set = ['seed=10', 'training.steps=5'];
  const message = await refusal(set, { fork: hash });
  assert.equal((await follow(message, /^Give (--epochs \d+) in place/m, set, { fork: hash })).step, 13);
});

test('--resume of a checkpoint elsewhere: both pieces of advice work', async () => {
  const elsewhere = join(run.own, 'elsewhere', hash);
  cpSync(join(run.own, 'checkpoints', hash), elsewhere, { recursive: true });
  const message = await refusal(['training.steps=14'], { resume: elsewhere });
  const fork = await follow(message, /or start a new run: dcgan train (.*)$/m, ['training.steps=14']);
  assert.equal(fork.step, 13);
  const [, folder] = /is not in (\S+), where/.exec(message)!;
  cpSync(elsewhere, folder!, { recursive: true });
  assert.equal((await run.train(['training.steps=14'], { resume: hash, stopAfter: 1 })).step, 13);
});

test('a changed config: advises a fork if the weights fit, and it works', async () => {
  const earlierOf = async (set: string[]) => {
    const own = newRun();
    const first = await own.train();
    const second = await own.train(set, { stopAfter: 1 });
    const start = second.events.find((event) => event.type === 'run');
    assert.ok(start?.type === 'run' && start.earlier?.runHash === first.runHash);
    const fork = start.earlier.fork ? optionsIn(start.earlier.fork) : undefined;
    return fork && own.train([...set, ...fork.set], { ...fork.options, stopAfter: 1 });
  };
  assert.equal((await earlierOf(otherSeed))?.step, 13);
  assert.equal(await earlierOf(otherLayers), undefined);
});

test('without arguments: the advised config exists', async () => {
  await assert.rejects(run.train([], { resume: hash, fork: hash }), /Leave one of them out/);
  const nothing = train(
    { set: [], engine: 'wasm', root: run.own, fresh: false },
    { onEvent: () => {}, shouldStop: () => true },
  );
  const message = await nothing.then(
    () => '',
    (error: Error) => error.message,
  );
  const [, name] = /dcgan train --config (\w+)/.exec(message)!;
  assert.ok(findConfig(name!, { root: run.own, packageDirectory }));
});
