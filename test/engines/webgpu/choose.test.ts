import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseAdapter } from '../../../src/engines/webgpu/choose.ts';
import type { Adapter } from '../../../src/engines/webgpu/dawn.ts';

function adapter(name: string, software = false): Adapter {
  const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 1, maxComputeWorkgroupStorageSize: 1 };
  return { name, api: 'vulkan', vendor: '', architecture: '', driver: '', software, float16: false, limits };
}

const [intel, nvidia, swiftshader] = [
  adapter('Intel(R) UHD Graphics'),
  adapter('NVIDIA GeForce RTX 3060'),
  adapter('SwiftShader Device', true),
];

test('chooses the preferred GPU without a name, and a software adapter only on request', () => {
  const all = [swiftshader, intel, nvidia];
  assert.equal(chooseAdapter(all, nvidia, { software: false }), nvidia);
  assert.equal(chooseAdapter(all, swiftshader, { software: false }), intel);
  assert.equal(chooseAdapter([swiftshader], swiftshader, { software: true }), swiftshader);
  assert.throws(() => chooseAdapter([swiftshader], swiftshader, { software: false }), {
    message: /no GPU, only SwiftShader Device.*--engine webgpu/,
  });
});

test('accepts a part of a name, in upper or lower case', () => {
  const wish = (device: string) => ({ device, software: true });
  assert.equal(chooseAdapter([intel, nvidia], nvidia, wish('uhd')), intel);
  assert.equal(chooseAdapter([intel, nvidia], intel, wish('NVIDIA GeForce RTX 3060')), nvidia);
  const longer = adapter('NVIDIA GeForce RTX 3060 Ti');
  assert.equal(chooseAdapter([longer, nvidia], longer, wish('nvidia geforce rtx 3060')), nvidia);
});

test('an unknown or ambiguous name is an error that lists the adapters', () => {
  const code = 'engine.unknown-device';
  const wish = (device: string) => ({ device, software: true });
  assert.throws(() => chooseAdapter([intel, nvidia], nvidia, wish('radeon')), {
    code,
    message: /No adapter is called 'radeon'\.\nAvailable: Intel\(R\) UHD Graphics, NVIDIA GeForce RTX 3060\.\n--device/,
  });
  assert.throws(() => chooseAdapter([intel, nvidia], nvidia, wish('i')), { code, message: /^Several adapters/ });
  assert.throws(() => chooseAdapter([intel, nvidia], nvidia, wish('')), { code });
});

test('without an adapter, the message says what to do and names a driver file that does not work', () => {
  const choose = () => chooseAdapter([], undefined, { software: true });
  const before = process.env['VK_DRIVER_FILES'];
  try {
    process.env['VK_DRIVER_FILES'] = '/nowhere/icd.json';
    assert.throws(choose, process.platform === 'linux' ? { message: /VK_DRIVER_FILES names.*nowhere/ } : Error);
    delete process.env['VK_DRIVER_FILES'];
    assert.throws(choose, { message: /driver/ });
  } finally {
    if (before === undefined) delete process.env['VK_DRIVER_FILES'];
    else process.env['VK_DRIVER_FILES'] = before;
  }
});
