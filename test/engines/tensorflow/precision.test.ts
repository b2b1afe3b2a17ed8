import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../src/engines/open.ts';
import { DataType, type GraphNode, typeAttribute } from '../../../src/engines/tensorflow/graph.ts';
import { toMixedBfloat16 } from '../../../src/engines/tensorflow/precision.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { smallGan, train } from './small-gan.ts';

function node(name: string, op: string, ...inputs: string[]): GraphNode {
  return { name, op, inputs, attributes: [typeAttribute('T', DataType.float32)] };
}

function lines(nodes: readonly GraphNode[]): string[] {
  return nodes.map(({ name, op, inputs, attributes }) => {
    const types = attributes.map(({ value }) => (value === DataType.bfloat16 ? 'half' : 'float')).join('>');
    return `${name} = ${op}<${types}>(${inputs.join(', ')})`;
  });
}

test('heavy ops compute in bfloat16 between casts, each tensor cast once; shapes and all other ops stay as they are', () => {
  const nodes = [
    node('y', 'Conv2D', 'x', 'w'),
    node('sum', 'AddV2', 'y', 'b'),
    node('dx', 'Conv2DBackpropInput', 'sizes', 'w', 'sum:1'),
    node('dw', 'Conv2DBackpropFilter', 'x', 'sizes', 'sum:1'),
    node('product', 'BatchMatMulV2', 'dx', 'k', '^dw'),
  ];
  assert.deepEqual(lines(toMixedBfloat16(nodes)), [
    'y/bfloat16-0 = Cast<float>half>(x)',
    'y/bfloat16-1 = Cast<float>half>(w)',
    'y/bfloat16 = Conv2D<half>(y/bfloat16-0, y/bfloat16-1)',
    'y = Cast<half>float>(y/bfloat16)',
    'sum = AddV2<float>(y, b)',
    'dx/bfloat16-2 = Cast<float>half>(sum:1)',
    'dx/bfloat16 = Conv2DBackpropInput<half>(sizes, y/bfloat16-1, dx/bfloat16-2)',
    'dx = Cast<half>float>(dx/bfloat16)',
    'dw/bfloat16 = Conv2DBackpropFilter<half>(y/bfloat16-0, sizes, dx/bfloat16-2)',
    'dw = Cast<half>float>(dw/bfloat16)',
    'product/bfloat16-0 = Cast<float>half>(dx)',
    'product/bfloat16-1 = Cast<float>half>(k)',
    'product/bfloat16 = BatchMatMulV2<half>(product/bfloat16-0, product/bfloat16-1, ^dw)',
    'product = Cast<half>float>(product/bfloat16)',
  ]);
});

test('training in mixed_bfloat16 stays within 2 % of float32, and its weights are float32', {
  skip: noTensorflow,
}, async () => {
  const { engine } = await openEngine('tensorflow');
  const gan = smallGan('discriminator-first');
  const [full, mixed] = [
    await engine.compile(gan.program, { precision: 'float32' }),
    await engine.compile(gan.program, { precision: 'mixed_bfloat16' }),
  ];
  const [expected, found] = [await train(gan, full, 3), await train(gan, mixed, 3)];
  for (const name of ['means/discriminator', 'means/generator']) {
    const [mean, reference] = [found[name]!, expected[name]!].map((sums) => sums.slice(0, 4)); // accuracies behind them are counts
    const error = relativeError(mean!, reference!);
    assert.ok(error > 0 && error < 0.02, `${name} is off by ${error}`); // 0 would mean that nothing was cast
  }
  const weights = Object.keys(gan.program.variables).filter((name) => name.endsWith('/kernel'));
  for (const name of weights) {
    assert.ok(relativeError(found[name]!, expected[name]!) < 0.02, name);
    const bits = new Uint32Array(found[name]!.buffer);
    const rounded = bits.filter((value) => (value & 0xffff) === 0).length; // bfloat16 is the upper half of float32
    assert.ok(rounded < 0.01 * bits.length, `${rounded} of ${bits.length} values of ${name} are bfloat16`);
  }
  full.dispose();
  mixed.dispose();
});
