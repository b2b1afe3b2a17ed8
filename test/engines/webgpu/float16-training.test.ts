// Compares training steps of a small GAN in mixed_float16 and in float32.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostValues } from '../../../src/engines/engine.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noFloat16 } from '../../helpers/webgpu.ts';
import { smallGan, train } from '../small-gan.ts';

test('three steps stay within 0.5 % of float32, and weights are float32', { skip: noFloat16 }, async () => {
  const { engine } = await openEngine('webgpu');
  const gan = smallGan('discriminator-first');
  const after: HostValues[] = [];
  for (const precision of ['float32', 'mixed_float16'] as const) {
    const compiled = await engine.compile(gan.program, { precision });
    after.push(await train(gan, compiled, 3));
    compiled.dispose();
  }
  const [expected, found] = [after[0]!, after[1]!];
  for (const name of ['means/discriminator', 'means/generator']) {
    const [mean, reference] = [found[name]!, expected[name]!].map((sums) => sums.slice(0, 4)); // the accuracies after them are counts
    const error = relativeError(mean!, reference!);
    assert.ok(error > 0 && error < 0.005, `${name} is off by ${error}`); // 0 would mean that nothing was rounded
  }
  for (const name of Object.keys(gan.program.variables).filter((variable) => variable.endsWith('/kernel'))) {
    assert.ok(relativeError(found[name]!, expected[name]!) < 0.005, name);
    const bits = new Uint32Array(found[name]!.buffer);
    const rounded = bits.filter((value) => (value & 0x1fff) === 0).length; // float16 has 13 bits less than float32
    assert.ok(rounded < 0.01 * bits.length, `${rounded} of ${bits.length} values of ${name} are float16`);
  }
});

test('a float32 program is unaffected by a mixed_float16 program on the same device', { skip: noFloat16 }, async () => {
  const { engine } = await openEngine('webgpu');
  const gan = smallGan('simultaneous');
  const full = await engine.compile(gan.program, { precision: 'float32' });
  const alone = await train(gan, full, 2);
  const mixed = await engine.compile(gan.program, { precision: 'mixed_float16' });
  await mixed.write(gan.start);
  await full.write(gan.start);
  for (const step of [1, 2]) await Promise.all([full, mixed].map((each) => each.run(gan.step, gan.feedsOf(step))));
  assert.deepEqual(await full.read(), alone);
  full.dispose();
  mixed.dispose();
});
