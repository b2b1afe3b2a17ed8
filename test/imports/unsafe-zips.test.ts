// Malicious ZIP files: entries with paths to elsewhere, false sizes or compression.
import { int, pickle, storage } from '../helpers/pickle-bytes.ts';
import { zipOf } from '../helpers/zip-bytes.ts';
import { data, numbers, oneWeight, testRefusals, torchZip } from './hostile-files.ts';

testRefusals({
  'an entry whose name leads out of the folder': {
    bytes: () => torchZip(pickle('}'), { name: '../../outside', bytes: numbers(1) }),
    reason: /invalid relative path: \.\.\/\.\.\/outside/,
  },
  'an entry with an absolute name': {
    bytes: () => torchZip(pickle('}'), { name: '/etc/outside', bytes: numbers(1) }),
    reason: /absolute path/,
  },
  'an entry with backslashes': {
    bytes: () => torchZip(pickle('}'), { name: '..\\outside', bytes: numbers(1) }),
    reason: /invalid characters/,
  },
  'a compressed entry (a bomb needs one)': {
    bytes: () => torchZip(pickle('}'), { ...data(1), lies: { method: 8 } }),
    reason: /is compressed/,
  },
  'an encrypted entry': {
    bytes: () => torchZip(pickle('}'), { ...data(4), lies: { flags: 1, uncompressed: 4 } }),
    reason: /is encrypted/,
  },
  'an entry larger than the file': {
    bytes: () => torchZip(pickle('}'), { ...data(1), lies: { size: 4_000_000_000 } }),
    reason: /overflows file bounds/,
  },
  'entries that share their bytes': {
    bytes: () => torchZip(pickle('}'), data(1), { name: 'archive/data/1', bytes: numbers(0), lies: { header: 0 } }),
    reason: /overlap/,
  },
  'two entries of one name': {
    bytes: () => torchZip(pickle('}'), data(1), data(1)),
    reason: /two entries called archive\/data\/0/,
  },
  'two pickles': {
    bytes: () => zipOf(['a', 'b'].map((folder) => ({ name: `${folder}/data.pkl`, bytes: pickle('}') }))),
    reason: /2 entries data\.pkl/,
  },
  'numbers in the order of other machines': {
    bytes: () => torchZip(pickle('}'), { name: 'archive/byteorder', bytes: Buffer.from('big') }),
    reason: /big-endian/,
  },
  'an entry that is not what it was': {
    bytes: () =>
      torchZip(oneWeight(storage('0', int(1)), int(0), [int(1)], [int(1)]), { ...data(1), lies: { crc32: 1 } }),
    reason: /checksum of its entry archive\/data\/0/,
  },
  'half a file': {
    bytes: () => torchZip(oneWeight(storage('0', int(8)), int(0), [int(8)], [int(1)]), data(8)).subarray(0, 200),
    reason: /end of central directory/i,
  },
  'control characters for the terminal': {
    bytes: () => torchZip(pickle('}'), { name: '/\x1b[2J', bytes: numbers(1) }),
    reason: /^[^\p{Cc}]*\n?[^\p{Cc}]*$/u,
  },
});
