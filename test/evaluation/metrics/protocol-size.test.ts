import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProtocolSize, protocolSize } from '../../../src/evaluation/metrics/protocol-size.ts';

test('rounds sides up to multiples of 16', () => {
  assert.deepEqual(protocolSize({ height: 28, width: 28 }), { height: 32, width: 32 });
  assert.deepEqual(protocolSize({ height: 64, width: 90 }), { height: 64, width: 96 });
  assert.ok(isProtocolSize({ height: 64, width: 16 }));
  assert.ok(!isProtocolSize({ height: 64, width: 28 }));
});
