// Pickles that name code are refused by that name, and nothing is run.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { call, mark, pickle, text } from '../helpers/pickle-bytes.ts';
import { readAll, torchZip, trace } from './hostile-files.ts';

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
  test(`refuses without running it: ${title}`, async () => {
    await assert.rejects(readAll(torchZip(pickle(bytes))), (error: Error & { code: string; exitCode: number }) => {
      assert.equal(error.code, 'checkpoint.unsafe');
      assert.equal(error.exitCode, 4);
      assert.match(error.message, new RegExp(`asks for "${refused.replaceAll('.', '\\.')}"`));
      return true;
    });
    assert.ok(!existsSync(trace));
  });
}

test('refuses a pickle of the old format that runs code', async () => {
  await assert.rejects(readAll(pickle(call('os', 'system', text(`touch ${trace}`)))), { code: 'checkpoint.unsafe' });
  assert.ok(!existsSync(trace));
});
