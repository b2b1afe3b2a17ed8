// Malicious pickles without code: misplaced instructions, false lengths, endless contents.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openWeights } from '../../src/imports/files/open-weights.ts';
import { candidatesOf } from '../../src/imports/match/candidates.ts';
import { call, dict, global, int, pickle, reduce, storage, tensor, text, tuple } from '../helpers/pickle-bytes.ts';
import { data, path, testRefusals, torchZip } from './hostile-files.ts';

testRefusals({
  'an object made without its constructor (NEWOBJ)': {
    bytes: () => torchZip(pickle(global('collections', 'OrderedDict'), ')\x81')),
    reason: /instruction 0x81/,
  },
  'an allowed name called with what it is not for': {
    bytes: () => torchZip(pickle(call('collections', 'OrderedDict', tuple(int(1))))),
    reason: /OrderedDict/,
  },
  'what is no function called': { bytes: () => torchZip(pickle(text('x'), ')', reduce)), reason: /not a function/ },
  'attributes set on what is no dict': { bytes: () => torchZip(pickle(']', '}', 'b')), reason: /attributes/ },
  'a text longer than the file': { bytes: () => torchZip(pickle('X\xff\xff\xff\xff')), reason: /4294967295 more/ },
  'an integer of 255 bytes': { bytes: () => torchZip(pickle(`\x8a\xff${'\x01'.repeat(255)}`)), reason: /255 bytes/ },
  'a million instructions': { bytes: () => torchZip(pickle('}'.repeat(1_000_000))), reason: /500000 instructions/ },
  'a million open groups': { bytes: () => torchZip(pickle('('.repeat(1_000_000))), reason: /500000 instructions/ },
  'a pickle of 17 MB': {
    bytes: () => torchZip(pickle(text('x'.repeat(17_000_000)))),
    reason: /data\.pkl has 17000008 bytes/,
  },
  'an end without a value': { bytes: () => torchZip(pickle()), reason: /takes a value/ },
  'a group that never began': { bytes: () => torchZip(pickle('t')), reason: /never opened/ },
  'a memory of what was never put there': {
    bytes: () => torchZip(pickle('j\xff\xff\xff\xff')),
    reason: /4294967295 before/,
  },
  'a name as deep as the stack': {
    bytes: () => torchZip(pickle(']'.repeat(2), '\x93')),
    reason: /a name that is not a string/,
  },
});

test('refuses names with control characters before printing them', async () => {
  const weight = tensor(storage('0', int(1)), int(0), [int(1)], [int(1)]);
  writeFileSync(path, torchZip(pickle(dict({ '\x1b[2Jweight': weight })), data(1)));
  const weights = await openWeights(path);
  assert.throws(() => candidatesOf(weights), { message: 'its names hold control characters' });
  await weights.close();
});

test('does not follow nested dicts that double with every level', async () => {
  // 100 dicts, each with the one before it twice: 2^100 paths
  let nested = `${dict({})}q\x00`;
  for (let level = 1; level < 100; level++)
    nested += `}(${text('a')}h${char(level - 1)}${text('b')}h${char(level - 1)}uq${char(level)}`;
  writeFileSync(path, torchZip(pickle(nested)));
  const weights = await openWeights(path);
  assert.equal(weights.stateDicts.size, 0);
  await weights.close();
});

test('reads a dict that contains itself once', async () => {
  const weight = tensor(storage('0', int(1)), int(0), [int(1)], [int(1)]);
  writeFileSync(path, torchZip(pickle(`}q\x00(${text('weight')}${weight}${text('self')}h\x00u`), data(1)));
  const weights = await openWeights(path);
  assert.deepEqual([...weights.stateDicts.keys()], ['']);
  await weights.close();
});

function char(code: number): string {
  return String.fromCharCode(code);
}
