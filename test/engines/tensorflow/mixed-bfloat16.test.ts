import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conv2d, grad, sum, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { openEngine } from '../../../src/engines/open.ts';
import { biasAdd } from '../../../src/engines/ops/bias-add.ts';
import { DataType, type GraphNode, typeAttribute } from '../../../src/engines/tensorflow/graph/graph.ts';
import { toMixedBfloat16 } from '../../../src/engines/tensorflow/mixed-bfloat16.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { residualLayers, type SmallGan, smallGan, train } from '../small-gan.ts';

function node(name: string, op: string, ...inputs: string[]): GraphNode {
  return { name, op, inputs, attributes: [typeAttribute('T', DataType.float32)] };
}

function lines(nodes: readonly GraphNode[]): string[] {
  return nodes.map(({ name, op, inputs, attributes }) => {
    const types = attributes.map(({ value }) => (value === DataType.bfloat16 ? 'half' : 'float')).join('>');
    return `${name} = ${op}<${types}>(${inputs.join(', ')})`;
  });
}

test('heavy ops compute in bfloat16 with each tensor cast once; shapes and all other ops are unchanged', () => {
  const nodes = [
    node('y', 'Conv2D', 'x', 'w'),
    node('sum', 'AddV2', 'y', 'b'),
    node('dx', 'Conv2DBackpropInput', 'sizes', 'w', 'sum:1'),
    node('dw', 'Conv2DBackpropFilter', 'x', 'sizes', 'sum:1'),
    node('product', 'BatchMatMulV2', 'dx', 'k', '^dw'),
    node('out', 'Pack', 'product', 'dw'),
  ];
  assert.deepEqual(lines(toMixedBfloat16(nodes)), [
    'x/bfloat16 = Cast<float>half>(x)',
    'w/bfloat16 = Cast<float>half>(w)',
    'y/bfloat16 = Conv2D<half>(x/bfloat16, w/bfloat16)',
    'y = Cast<half>float>(y/bfloat16)',
    'sum = AddV2<float>(y, b)',
    'sum-1/bfloat16 = Cast<float>half>(sum:1)',
    'dx/bfloat16 = Conv2DBackpropInput<half>(sizes, w/bfloat16, sum-1/bfloat16)',
    'dw/bfloat16 = Conv2DBackpropFilter<half>(x/bfloat16, sizes, sum-1/bfloat16)',
    'dw = Cast<half>float>(dw/bfloat16)',
    'k/bfloat16 = Cast<float>half>(k)',
    'product/bfloat16 = BatchMatMulV2<half>(dx/bfloat16, k/bfloat16, ^dw)', // dx is not cast back: it was rounded already
    'product = Cast<half>float>(product/bfloat16)',
    'out = Pack<float>(product, dw)',
  ]);
});

test('movement ops before a heavy op move bfloat16 after the cast, and unused nodes are removed', () => {
  const nodes = [
    node('turned', 'Transpose', 'x', 'axes'),
    node('framed', 'PadV2', 'turned', 'sides', 'zero'),
    node('y', 'Conv2D', 'framed', 'w'),
    node('out', 'Identity', 'y'),
  ];
  assert.deepEqual(lines(toMixedBfloat16(nodes)), [
    'x/bfloat16 = Cast<float>half>(x)',
    'turned/bfloat16 = Transpose<half>(x/bfloat16, axes)',
    'zero/bfloat16 = Cast<float>half>(zero)',
    'framed/bfloat16 = PadV2<half>(turned/bfloat16, sides, zero/bfloat16)',
    'w/bfloat16 = Cast<float>half>(w)',
    'y/bfloat16 = Conv2D<half>(framed/bfloat16, w/bfloat16)',
    'y = Cast<half>float>(y/bfloat16)',
    'out = Identity<float>(y)',
  ]);
});

test('other readers of a moved tensor still get float32', () => {
  const nodes = [
    node('turned', 'Transpose', 'x', 'axes'),
    node('y', 'Conv2D', 'turned', 'w'),
    node('out', 'AddV2', 'turned', 'y'),
  ];
  assert.deepEqual(lines(toMixedBfloat16(nodes)), [
    'turned = Transpose<float>(x, axes)',
    'x/bfloat16 = Cast<float>half>(x)',
    'turned/bfloat16 = Transpose<half>(x/bfloat16, axes)',
    'w/bfloat16 = Cast<float>half>(w)',
    'y/bfloat16 = Conv2D<half>(turned/bfloat16, w/bfloat16)',
    'y = Cast<half>float>(y/bfloat16)',
    'out = AddV2<float>(turned, y)',
  ]);
});

test('the result of a heavy op moves to the next heavy op without a cast', () => {
  const nodes = [
    node('y', 'Conv2D', 'x', 'w'),
    node('pixels', 'DepthToSpace', 'y'),
    node('both', 'ConcatV2', 'pixels', 'y', 'axis'),
    node('mixed', 'ConcatV2', 'both', 'x', 'axis'), // x is not a heavy op's result, so this stays float32
    node('z', 'Conv2D', 'mixed', 'w'),
    node('out', 'Pack', 'both', 'mixed', 'z'),
  ];
  assert.deepEqual(lines(toMixedBfloat16(nodes)), [
    'x/bfloat16 = Cast<float>half>(x)',
    'w/bfloat16 = Cast<float>half>(w)',
    'y/bfloat16 = Conv2D<half>(x/bfloat16, w/bfloat16)',
    'pixels/bfloat16 = DepthToSpace<half>(y/bfloat16)',
    'both/bfloat16 = ConcatV2<half>(pixels/bfloat16, y/bfloat16, axis)',
    'both = Cast<half>float>(both/bfloat16)',
    'mixed = ConcatV2<float>(both, x, axis)',
    'mixed/bfloat16 = ConcatV2<half>(both/bfloat16, x/bfloat16, axis)',
    'z/bfloat16 = Conv2D<half>(mixed/bfloat16, w/bfloat16)',
    'z = Cast<half>float>(z/bfloat16)',
    'out = Pack<float>(both, mixed, z)',
  ]);
});

test('ops between two heavy ops read and write bfloat16; statistics and parameters of batch norm stay float32', () => {
  const nodes = [
    node('y', 'Conv2D', 'x', 'w'),
    node('biased', 'BiasAdd', 'y', 'b'),
    node('normed', 'FusedBatchNormV3', 'biased', 'scale', 'offset', 'none', 'none'),
    node('active', 'LeakyRelu', 'normed'),
    node('z', 'Conv2D', 'active', 'w'),
    node('dx', 'FusedBatchNormGradV3', 'z', 'biased', 'scale', 'normed:3', 'normed:4', 'normed:5'),
    node('out', 'Pack', 'z', 'normed:1', 'dx:1'),
  ];
  assert.deepEqual(lines(toMixedBfloat16(nodes)), [
    'x/bfloat16 = Cast<float>half>(x)',
    'w/bfloat16 = Cast<float>half>(w)',
    'y/bfloat16 = Conv2D<half>(x/bfloat16, w/bfloat16)',
    'b/bfloat16 = Cast<float>half>(b)',
    'biased/bfloat16 = BiasAdd<half>(y/bfloat16, b/bfloat16)',
    'normed/bfloat16 = FusedBatchNormV3<half>(biased/bfloat16, scale, offset, none, none)',
    'active/bfloat16 = LeakyRelu<half>(normed/bfloat16)',
    'z/bfloat16 = Conv2D<half>(active/bfloat16, w/bfloat16)',
    'z = Cast<half>float>(z/bfloat16)',
    'dx/bfloat16 = FusedBatchNormGradV3<half>(z/bfloat16, biased/bfloat16, scale, normed/bfloat16:3, normed/bfloat16:4, normed/bfloat16:5)',
    'out = Pack<float>(z, normed/bfloat16:1, dx/bfloat16:1)',
  ]);
});

test('the same ops before any heavy op are unchanged', () => {
  const nodes = [node('active', 'LeakyRelu', 'x'), node('y', 'Conv2D', 'active', 'w'), node('out', 'Identity', 'y')];
  assert.deepEqual(lines(toMixedBfloat16(nodes)).slice(0, 2), [
    'active = LeakyRelu<float>(x)',
    'active/bfloat16 = Cast<float>half>(active)',
  ]);
});

test('a bias before batch norm has gradient zero', () => {
  const normed: GraphNode = { ...node('dx', 'FusedBatchNormGradV3', 'y', 'y', 'scale'), shape: [2, 3, 3, 5] };
  const made = toMixedBfloat16([node('y', 'Conv2D', 'x', 'w'), normed, node('db', 'BiasAddGrad', 'dx')]);
  const gradient = made.find(({ name }) => name === 'db')!;
  assert.equal(gradient.op, 'Const');
  assert.deepEqual(gradient.constant, { shape: [5], dtype: DataType.float32, values: new Float32Array(5) });
});

test('a bias gradient in bfloat16 sums beyond 256', { skip: noTensorflow }, async () => {
  const { engine } = await openEngine('tensorflow');
  const shapes = { x: [4, 16, 16, 4], w: [1, 1, 4, 4], b: [4] };
  const compiled = await engine.compile(
    {
      variables: shapes,
      functions: {
        gradient: {
          feeds: {},
          body({ x, w, b }) {
            const pixels = (bias: Tensor) =>
              conv2d(
                biasAdd(conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), bias as Tensor1D) as Tensor4D,
                w as Tensor4D,
                1,
                'same',
              );
            return { outputs: { gradient: grad((bias: Tensor) => sum(pixels(bias)))(b!) } };
          },
        },
      },
    },
    { precision: 'mixed_bfloat16' },
  );
  const identity = Float32Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : 0));
  await compiled.write({ x: new Float32Array(4096), w: identity, b: new Float32Array(4) });
  const { gradient } = await compiled.run('gradient', {});
  assert.deepEqual([...gradient!], [1024, 1024, 1024, 1024]); // 4 x 16 x 16 ones
  compiled.dispose();
});

test('a graph without heavy ops is unchanged', () => {
  const nodes = [node('turned', 'Transpose', 'x', 'axes'), node('out', 'Identity', 'turned')];
  assert.deepEqual(toMixedBfloat16(nodes), nodes);
});

async function checkMixedTraining(gan: SmallGan): Promise<void> {
  const { engine } = await openEngine('tensorflow');
  const [full, mixed] = [
    await engine.compile(gan.program, { precision: 'float32' }),
    await engine.compile(gan.program, { precision: 'mixed_bfloat16' }),
  ];
  const [expected, found] = [await train(gan, full, 3), await train(gan, mixed, 3)];
  for (const name of ['means/discriminator', 'means/generator']) {
    const [mean, reference] = [found[name]!, expected[name]!].map((sums) => sums.slice(0, 4)); // the accuracies after them are counts
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
}

test(
  'training in mixed_bfloat16 stays within 2 % of float32, and its weights are float32',
  {
    skip: noTensorflow,
  },
  () => checkMixedTraining(smallGan('discriminator-first')),
);

test('so does training of residual layers and of statistics over the batch', { skip: noTensorflow }, () =>
  checkMixedTraining(smallGan('discriminator-first', residualLayers)),
);
