import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPickle } from '../../../src/formats/pickle/pickle.ts';
import { plainVocabulary, torchVocabulary } from '../../../src/formats/pickle/torch-vocabulary.ts';

// Printed by Python 3.12: pickle.dumps({'a': [1, -1, 255, 256, 65535, 65536, -2**31, 2**31, 2**60, -2**100],
// 'b': (True, False, None), 'c': (), 'd': ('x',), 'e': 'ü€', 'f': 0.1, 'g': {'h': {}, 3: 4}}, protocol).hex()
const pickles = {
  2: '80027d71002858010000006171015d7102284b014affffffff4bff4d00014dffff4a000001004a000000808a0500000080008a0800000000000000108a0d000000000000000000000000f065580100000062710388894e8771045801000000637105295801000000647106580100000078710785710858010000006571095805000000c3bce282ac710a580100000066710b473fb999999999999a580100000067710c7d710d28580100000068710e7d710f4b034b0475752e',
  4: '80049589000000000000007d94288c0161945d94284b014affffffff4bff4d00014dffff4a000001004a000000808a0500000080008a0800000000000000108a0d000000000000000000000000f0658c01629488894e87948c016394298c0164948c01789485948c0165948c05c3bce282ac948c016694473fb999999999999a8c0167947d94288c0168947d944b034b0475752e',
  5: '80059589000000000000007d94288c0161945d94284b014affffffff4bff4d00014dffff4a000001004a000000808a0500000080008a0800000000000000108a0d000000000000000000000000f0658c01629488894e87948c016394298c0164948c01789485948c0165948c05c3bce282ac948c016694473fb999999999999a8c0167947d94288c0168947d944b034b0475752e',
};
const value = new Map<string, unknown>([
  ['a', [1, -1, 255, 256, 65535, 65536, -(2 ** 31), 2 ** 31, 2n ** 60n, -(2n ** 100n)]],
  ['b', [true, false, null]],
  ['c', []],
  ['d', ['x']],
  ['e', 'ü€'],
  ['f', 0.1],
  [
    'g',
    new Map<unknown, unknown>([
      ['h', new Map()],
      [3, 4],
    ]),
  ],
]);

for (const [protocol, hex] of Object.entries(pickles)) {
  test(`plain values in protocol ${protocol} equal those of Python`, () => {
    const bytes = Buffer.from(`ff${hex}ff`, 'hex'); // other bytes before and after it
    assert.deepEqual(readPickle(bytes, plainVocabulary, 1), { value, end: bytes.length - 1 });
  });
}

// pickle.dumps(collections.OrderedDict(b=1, a=[2]), 2).hex(), and with 4
for (const hex of [
  '800263636f6c6c656374696f6e730a4f726465726564446963740a7100295271012858010000006271024b0158010000006171035d71044b0261752e',
  '80049533000000000000008c0b636f6c6c656374696f6e73948c0b4f72646572656444696374949394295294288c0162944b018c0161945d944b0261752e',
]) {
  test(`an OrderedDict keeps its order (${hex.slice(0, 4)})`, () => {
    const { value: dict } = readPickle(Buffer.from(hex, 'hex'), torchVocabulary(new Map()));
    assert.deepEqual(
      [...(dict as Map<string, unknown>)],
      [
        ['b', 1],
        ['a', [2]],
      ],
    );
  });
}
