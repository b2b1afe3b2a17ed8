import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mul } from '@tensorflow/tfjs-core';
import type { FeedSpec, Program } from '../../../../src/engines/engine.ts';
import { openEngine } from '../../../../src/engines/open.ts';
import { DataType } from '../../../../src/engines/tensorflow/graph/graph.ts';
import { feedNodes, packFeeds } from '../../../../src/engines/tensorflow/recording/packed-feeds.ts';
import { noTensorflow } from '../../../helpers/tensorflow.ts';

const specs: Record<string, FeedSpec> = {
  latents: { shape: [2, 1], dtype: 'float32' },
  pixels: { shape: [3, 1], dtype: 'uint8' },
  rate: { shape: [], dtype: 'float32' },
  seed: { shape: [1], dtype: 'int32' },
  masks: { shape: [1, 2], dtype: 'uint8' },
  nothing: { shape: [0, 4], dtype: 'float32' },
};

const feeds = {
  latents: Float32Array.of(0.5, -2),
  pixels: Uint8Array.of(255, 0, 7),
  rate: Float32Array.of(0.25),
  seed: Int32Array.of(-3),
  masks: Uint8Array.of(1, 128),
  nothing: new Float32Array(0),
};

test('feeds of one type are packed into one vector, in the order of their specs', () => {
  assert.deepEqual(packFeeds('f', specs, feeds), [
    { node: 'f/feeds/float32', dtype: DataType.float32, values: Float32Array.of(0.5, -2, 0.25) },
    { node: 'f/feeds/int32', dtype: DataType.int32, values: Int32Array.of(-3) },
    { node: 'f/feeds/uint8', dtype: DataType.uint8, values: Uint8Array.of(255, 0, 7, 1, 128) },
  ]);
  assert.deepEqual(packFeeds('f', {}, {}), []);
});

test('the graph takes one vector per type and unpacks every feed under its name', () => {
  const nodes = feedNodes('f', specs);
  const named = (op: string) => nodes.filter((node) => node.op === op).map(({ name }) => name);
  assert.deepEqual(named('Placeholder'), ['f/feeds/float32', 'f/feeds/int32', 'f/feeds/uint8']);
  for (const feed of Object.keys(specs))
    assert.ok(
      nodes.some(({ name }) => name === `f/feed/${feed}`),
      feed,
    );
  assert.deepEqual(feedNodes('f', {}), []);
});

test('each feed is unpacked with its own values and shape', { skip: noTensorflow }, async () => {
  const { engine } = await openEngine('tensorflow');
  const program: Program = {
    variables: {},
    functions: {
      f: {
        feeds: specs,
        body: (_, given) => ({
          outputs: Object.fromEntries(
            Object.entries(given).map(([name, value]) => {
              assert.deepEqual(value.shape, specs[name]!.shape);
              return [name, mul(value, 2)];
            }),
          ),
        }),
      },
    },
  };
  const compiled = await engine.compile(program, { precision: 'float32' });
  assert.deepEqual(await compiled.run('f', feeds), {
    latents: Float32Array.of(1, -4),
    pixels: Float32Array.of(510, 0, 14),
    rate: Float32Array.of(0.5),
    seed: Float32Array.of(-6),
    masks: Float32Array.of(2, 256),
    nothing: new Float32Array(0),
  });
  compiled.dispose();
});
