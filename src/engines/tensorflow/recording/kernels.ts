// Kernels that run our operations as TensorFlow's fused ops.
import { type NamedAttrMap, scalar, tensor1d } from '@tensorflow/tfjs-core';
import { applyAdamOp } from '../../ops/adam.ts';
import type { FormChoices } from '../convolutions/choices.ts';
import { convolutionKernels } from '../convolutions/kernels.ts';
import { AttributeType, DataType, type OpAttribute, stringAttribute, typeAttribute } from '../graph/graph.ts';
import { type Kernel, kernel } from './kernel.ts';
import { applyAdamOpName, type Recorder } from './recorder.ts';

const float = typeAttribute('T', DataType.float32);

function floatAttribute(name: string, value: number): OpAttribute {
  return { name, type: AttributeType.float, value };
}

/** An op with one output and these inputs, in this order. */
function direct(
  kernelName: string,
  op: string,
  names: readonly string[],
  attributes: (attrs: NamedAttrMap) => OpAttribute[] = () => [],
): Kernel {
  return kernel(kernelName, (backend, inputs, attrs) =>
    backend.executeSingleOutput(
      op,
      [float, ...attributes(attrs)],
      names.map((name) => inputs[name]!),
    ),
  );
}

const nhwc = stringAttribute('data_format', 'NHWC');

const elementwise = [
  direct('BiasAdd', 'BiasAdd', ['x', 'bias'], () => [nhwc]),
  direct('BiasAddGradient', 'BiasAddGrad', ['dy'], () => [nhwc]),
  direct('ReluGradient', 'ReluGrad', ['dy', 'y']),
  direct('LeakyReluGradient', 'LeakyReluGrad', ['dy', 'y'], ({ alpha }) => [floatAttribute('alpha', alpha as number)]),
  direct('TanhGradient', 'TanhGrad', ['y', 'dy']),
  direct('SigmoidGradient', 'SigmoidGrad', ['y', 'dy']),
];

function batchNormAttributes(epsilon: number): OpAttribute[] {
  return [
    float,
    typeAttribute('U', DataType.float32),
    floatAttribute('epsilon', epsilon),
    nhwc,
    { name: 'is_training', type: AttributeType.bool, value: true },
  ];
}

const batchNorm = [
  kernel('BatchNorm', (backend, { x, scale, offset }, { epsilon }) => {
    const empty = tensor1d([], 'float32'); // no moving averages in training mode
    const attributes = [...batchNormAttributes(epsilon as number), floatAttribute('exponential_avg_factor', 1)];
    const inputs = [x!, scale!, offset!, empty, empty];
    const [y, mean, variance, ...reserves] = backend.executeMultipleOutputs('FusedBatchNormV3', attributes, inputs, 6);
    return [y!, mean!, variance!, ...reserves];
  }),
  kernel('BatchNormGradient', (backend, { dy, x, scale, reserve1, reserve2, reserve3 }, { epsilon }) => {
    const inputs = [dy!, x!, scale!, reserve1!, reserve2!, reserve3!];
    const attributes = batchNormAttributes(epsilon as number);
    const [dx, dScale, dOffset] = backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, inputs, 5);
    return [dx!, dScale!, dOffset!];
  }),
];

/** XLA would turn the same random bits into other numbers, so it must leave this op to TensorFlow. */
const notByXla: OpAttribute = { name: '_XlaCompile', type: AttributeType.bool, value: false };

const statelessUniform = kernel('StatelessUniform', (backend, { seed }, { shape }) => {
  const size = tensor1d(shape as number[], 'int32');
  const attributes = [
    typeAttribute('dtype', DataType.float32),
    typeAttribute('T', DataType.int32),
    typeAttribute('Tseed', DataType.int32),
    notByXla,
  ];
  return backend.executeSingleOutput('StatelessRandomUniform', attributes, [size, seed!]);
});

/** When recorded, Adam is one in-place op (see graph-builder.ts); eagerly it is composed. */
function applyAdam(recorder: Recorder): Kernel {
  return kernel('ApplyAdam', (backend, inputs, attrs) => {
    if (!recorder.active) return applyAdamOp.compose!(inputs, attrs);
    const names = ['weight', 'm', 'v', 'gradient', 'stepSize', 'epsilon'];
    const beta2 = inputs['beta2'] ?? scalar(attrs['beta2'] as number);
    const all = [...names.map((name) => inputs[name]!), scalar(attrs['beta1'] as number), beta2, scalar(0)];
    return backend.executeMultipleOutputs(applyAdamOpName, [], all, 3);
  });
}

export function tensorflowKernels(recorder: Recorder, choices: FormChoices): Kernel[] {
  return [...elementwise, ...batchNorm, statelessUniform, ...convolutionKernels(choices), applyAdam(recorder)];
}
