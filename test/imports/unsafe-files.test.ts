// Files that were made to do harm: each is refused, with nothing run and nothing large allocated.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { candidatesOf } from '../../src/imports/candidates.ts';
import { describing, openWeights } from '../../src/imports/open-weights.ts';
import { residentMiB } from '../helpers/collect-garbage.ts';
import {
  call,
  dict,
  global,
  int,
  long,
  mark,
  pickle,
  reduce,
  storage,
  tensor,
  text,
  tuple,
} from '../helpers/pickle-bytes.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { type ZipEntry, zipOf } from '../helpers/zip-bytes.ts';

const root = temporaryFolder();
const path = join(root, 'weights.pt');
const trace = join(root, 'trace');

const torchZip = (content: Uint8Array, ...more: readonly ZipEntry[]) =>
  zipOf([{ name: 'archive/data.pkl', bytes: content }, ...more]);
const numbers = (count: number) => new Uint8Array(new Float32Array(count).buffer);
const data = (count: number): ZipEntry => ({ name: 'archive/data/0', bytes: numbers(count) });
const oneWeight = (...view: Parameters<typeof tensor>) => pickle(dict({ weight: tensor(...view) }));

/** Writes the file, opens it, and reads all of its tensors. */
async function readAll(bytes: Uint8Array): Promise<void> {
  writeFileSync(path, bytes);
  const weights = await openWeights(path);
  try {
    const tensors = [...weights.stateDicts.values()].flatMap((stateDict) => [...stateDict.values()]);
    for (const { read } of tensors) await describing(path, read);
  } finally {
    await weights.close();
  }
}

const namesThatAreRefused: Record<string, { bytes: string; refused: string }> = {
  'os.system': { bytes: call('os', 'system', text(`touch ${trace}`)), refused: 'os.system' },
  'posix.system, as os.system pickles itself': {
    bytes: call('posix', 'system', text(`touch ${trace}`)),
    refused: 'posix.system',
  },
  'builtins.eval': { bytes: call('builtins', 'eval', text('1 + 1')), refused: 'builtins.eval' },
  'builtins.exec by its name in Python 2': {
    bytes: call('__builtin__', 'exec', text('1')),
    refused: '__builtin__.exec',
  },
  'a chain of getattr': {
    bytes: call('builtins', 'getattr', call('builtins', '__import__', text('os')), text('system')),
    refused: 'builtins.getattr',
  },
  'a name from the stack (STACK_GLOBAL)': { bytes: `${text('os')}${text('system')}\x93`, refused: 'os.system' },
  'an object and its class in one (INST)': { bytes: `${mark}${text('x')}ios\nsystem\n`, refused: 'os.system' },
  'a name with dots that lead out of an allowed module': {
    bytes: `${text('collections')}${text('abc.sys')}\x93`,
    refused: 'collections.abc.sys',
  },
  'a model in place of its weights': {
    bytes: call('__main__', 'Generator'),
    refused: '__main__.Generator',
  },
  'a torch function that a state_dict does not need': {
    bytes: call('torch', 'load', text('x')),
    refused: 'torch.load',
  },
  'a name of every JavaScript object': {
    bytes: call('constructor', 'constructor'),
    refused: 'constructor.constructor',
  },
};

for (const [title, { bytes, refused }] of Object.entries(namesThatAreRefused)) {
  test(`refused by name, and not run: ${title}`, async () => {
    await assert.rejects(readAll(torchZip(pickle(bytes))), (error: Error & { code: string; exitCode: number }) => {
      assert.equal(error.code, 'checkpoint.unsafe');
      assert.equal(error.exitCode, 4);
      assert.match(error.message, new RegExp(`asks for "${refused.replaceAll('.', '\\.')}"`));
      return true;
    });
    assert.ok(!existsSync(trace));
  });
}

test('a pickle of the old format that runs code is refused as well', async () => {
  await assert.rejects(readAll(pickle(call('os', 'system', text(`touch ${trace}`)))), { code: 'checkpoint.unsafe' });
  assert.ok(!existsSync(trace));
});

const damaged: Record<string, { bytes: () => Uint8Array; reason: RegExp }> = {
  'an object made without its constructor (NEWOBJ)': {
    bytes: () => torchZip(pickle(global('collections', 'OrderedDict'), ')\x81')),
    reason: /instruction 0x81/,
  },
  'an allowed name called with what it is not for': {
    bytes: () => torchZip(pickle(call('collections', 'OrderedDict', tuple(int(1))))),
    reason: /OrderedDict/,
  },
  'what is no function called': { bytes: () => torchZip(pickle(text('x'), ')', reduce)), reason: /no function/ },
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
  'a group that never began': { bytes: () => torchZip(pickle('t')), reason: /never began/ },
  'a memory of what was never put there': {
    bytes: () => torchZip(pickle('j\xff\xff\xff\xff')),
    reason: /4294967295 before/,
  },
  'a name as deep as the stack': {
    bytes: () => torchZip(pickle(']'.repeat(2), '\x93')),
    reason: /a name that is no text/,
  },

  'more numbers than the storage has': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(0), [int(5)], [int(1)]), data(4)),
    reason: /reaches beyond the 4 numbers/,
  },
  'an offset that leads out of the storage': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(3), [int(2)], [int(1)]), data(4)),
    reason: /reaches beyond the 4 numbers/,
  },
  'a negative offset': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(-1), [int(2)], [int(1)]), data(4)),
    reason: /offset, size or stride is none/,
  },
  'a negative stride': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(3), [int(2)], [int(-1)]), data(4)),
    reason: /offset, size or stride is none/,
  },
  'a negative size': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(0), [int(-2)], [int(1)]), data(4)),
    reason: /offset, size or stride is none/,
  },
  'sizes beyond what numbers hold': {
    bytes: () => torchZip(oneWeight(storage('0', int(4)), int(0), [long(2n ** 62n)], [int(1)]), data(4)),
    reason: /offset, size or stride is none/,
  },
  'one number as a billion (stride 0)': {
    bytes: () => torchZip(oneWeight(storage('0', int(1)), int(0), [int(1_000_000_000)], [int(0)]), data(1)),
    reason: /overlaps itself/,
  },
  'rows that overlap': {
    bytes: () => torchZip(oneWeight(storage('0', int(8)), int(0), [int(2), int(3)], [int(2), int(1)]), data(8)),
    reason: /overlaps itself/,
  },
  'a storage larger than its entry': {
    bytes: () => torchZip(oneWeight(storage('0', int(1_000_000_000)), int(0), [int(1_000_000_000)], [int(1)]), data(1)),
    reason: /storage 0 has 4 bytes, where 4000000000 are claimed/,
  },
  'a storage that is not there': {
    bytes: () => torchZip(oneWeight(storage('1', int(1)), int(0), [int(1)], [int(1)]), data(1)),
    reason: /storage 1 has no bytes/,
  },
  'a storage by a path': {
    bytes: () => torchZip(oneWeight(storage('../../etc/passwd', int(1)), int(0), [int(1)], [int(1)]), data(1)),
    reason: /has no bytes/,
  },
  'one storage described in two ways': {
    bytes: () => torchZip(pickle(tuple(storage('0', int(1)), storage('0', int(2)))), data(1)),
    reason: /in two ways/,
  },

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
};

for (const [title, { bytes, reason }] of Object.entries(damaged)) {
  test(`refused: ${title}`, async () => {
    const content = bytes();
    const before = await residentMiB();
    await assert.rejects(readAll(content), (error: Error & { code: string }) => {
      assert.equal(error.code, 'checkpoint.damaged', error.stack);
      assert.match(error.message, reason);
      return true;
    });
    const grown = (await residentMiB()) - before;
    assert.ok(grown < 200, `${grown} MiB`);
    assert.deepEqual(
      readdirSync(root).filter((name) => name === 'outside'),
      [],
    );
  });
}

test('names that would command the terminal are refused before they are printed', async () => {
  const weight = tensor(storage('0', int(1)), int(0), [int(1)], [int(1)]);
  writeFileSync(path, torchZip(pickle(dict({ '\x1b[2Jweight': weight })), data(1)));
  const weights = await openWeights(path);
  assert.throws(() => candidatesOf(weights), { message: 'its names hold control characters' });
  await weights.close();
});

test('what doubles with every level when it is followed is not followed', async () => {
  // 100 dicts, each with the one before it twice: 2^100 paths
  let nested = `${dict({})}q\x00`;
  for (let level = 1; level < 100; level++)
    nested += `}(${text('a')}h${char(level - 1)}${text('b')}h${char(level - 1)}uq${char(level)}`;
  writeFileSync(path, torchZip(pickle(nested)));
  const weights = await openWeights(path);
  assert.equal(weights.stateDicts.size, 0);
  await weights.close();
});

test('a dict within itself is read once', async () => {
  const weight = tensor(storage('0', int(1)), int(0), [int(1)], [int(1)]);
  writeFileSync(path, torchZip(pickle(`}q\x00(${text('weight')}${weight}${text('self')}h\x00u`), data(1)));
  const weights = await openWeights(path);
  assert.deepEqual([...weights.stateDicts.keys()], ['']);
  await weights.close();
});

test('of a storage of two gigabytes only the part that is looked at is read', async () => {
  const count = 500_000_000;
  const weight = tensor(storage('0', int(count)), int(7), [int(3)], [int(1)]);
  const length = Buffer.alloc(8);
  length.writeBigInt64LE(BigInt(count));
  const magic = pickle('\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19');
  const head = [magic, pickle(int(1001)), pickle(dict({ little_endian: '\x88' })), pickle(dict({ weight }))];
  const bytes = Buffer.concat([...head, pickle(`](${text('0')}e`), length]);
  writeFileSync(path, bytes);
  truncateSync(path, bytes.length + 4 * count); // a sparse file: zeros that take no room
  const before = await residentMiB();
  const weights = await openWeights(path);
  assert.deepEqual(await weights.stateDicts.get('')!.get('weight')!.read(), new Float32Array(3));
  assert.ok((await residentMiB()) - before < 100);
  await weights.close();
});

function char(code: number): string {
  return String.fromCharCode(code);
}
