// Runs the tiny config in temporary folders that are removed after the tests, and reads the logs.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before } from 'node:test';
import { type TrainIo, type TrainOptions, train } from '../../src/commands/train.ts';
import { loadCheckpoint } from '../../src/runs/checkpoint.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
before(async () => {
  await writePictures(join(root, 'pictures'), 10);
});

let runs = 0;

/** A new root with the tiny config and ten pictures; trains with the wasm engine. */
export function newRun(change: (content: ReturnType<typeof tinyConfig>) => void = () => {}) {
  const own = join(root, String(runs++));
  cpSync(join(root, 'pictures'), join(own, 'pictures'), { recursive: true });
  const content = tinyConfig();
  change(content);
  const config = writeJsonFile(join(own, 'tiny.json'), content);
  type Event = Parameters<TrainIo['onEvent']>[0];
  return {
    own,
    async train(
      set: string[] = [],
      { stopAfter = Number.POSITIVE_INFINITY, ...more }: Partial<TrainOptions> & { stopAfter?: number } = {},
    ) {
      const events: Event[] = [];
      let stepsDone = 0;
      const options: TrainOptions = { config, set, engine: 'wasm', root: own, fresh: false, ...more };
      const result = await train(options, {
        onEvent: (event) => events.push(event),
        shouldStop: () => ++stepsDone >= stopAfter,
      });
      const checkpoints = join(own, result.checkpoints);
      const results = join(own, result.results);
      return { ...result, events, checkpoints, results, latest: await loadCheckpoint(checkpoints, 'latest') };
    },
  };
}

/** losses.jsonl without timing fields. */
export function metricsOf(results: string): string[] {
  const lines = readFileSync(join(results, 'losses.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { seconds, imagesPerSecond, ...rest } = JSON.parse(line);
    assert.ok(seconds > 0 && imagesPerSecond >= 0);
    return JSON.stringify(rest);
  });
}

/** All lines of losses.jsonl of a root's only run, without timing fields. */
export function linesOf(own: string): Record<string, unknown>[] {
  const [hash] = readdirSync(join(own, 'results'));
  const lines = readFileSync(join(own, 'results', hash!, 'losses.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { seconds: _seconds, imagesPerSecond: _speed, ...rest } = JSON.parse(line);
    return rest;
  });
}
