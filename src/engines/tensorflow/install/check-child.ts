// The child process of check.ts: loads an installation, computes a convolution and its two gradients, and prints them as JSON.
// TensorFlow's stderr is not captured, so that its output before a crash is kept.
import { type Binding, loadBinding, withCapturedStderr } from '../binding.ts';
import { AttributeType, DataType, type OpAttribute, stringAttribute } from '../graph/graph.ts';
import { installationIn, type Variant } from './location.ts';

/** The three lists are the results of the three ops. */
export interface CheckReport {
  tensorflow: string;
  usesGpu: boolean;
  convolution: number[];
  filterGradient: number[];
  inputGradient: number[];
}

const attributes: OpAttribute[] = [
  { name: 'strides', type: AttributeType.int, value: [1, 1, 1, 1] },
  stringAttribute('padding', 'VALID'),
];

function report(directory: string, variant: Variant): CheckReport {
  withCapturedStderr(directory, () => undefined); // tests that the addon loads
  const { binding } = loadBinding(installationIn(directory, variant), { quiet: false });
  const image = floats(binding, [1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const filter = floats(binding, [2, 2, 1, 1], [1, 2, 3, 4]);
  const gradient = floats(binding, [1, 2, 2, 1], [1, -1, 0.5, 2]);
  return {
    tensorflow: binding.TF_Version,
    usesGpu: binding.isUsingGpuDevice(),
    convolution: compute(binding, 'Conv2D', [image, filter]),
    filterGradient: compute(binding, 'Conv2DBackpropFilter', [image, shape(binding, [2, 2, 1, 1]), gradient]),
    inputGradient: compute(binding, 'Conv2DBackpropInput', [shape(binding, [1, 3, 3, 1]), filter, gradient]),
  };
}

function floats(binding: Binding, dimensions: number[], values: number[]): number {
  return binding.createTensor(dimensions, DataType.float32, Float32Array.from(values));
}

function shape(binding: Binding, dimensions: number[]): number {
  return binding.createTensor([dimensions.length], DataType.int32, Int32Array.from(dimensions));
}

function compute(binding: Binding, op: string, inputs: number[]): number[] {
  const [output] = binding.executeOp(op, attributes, inputs, 1);
  return Array.from(binding.tensorDataSync(output!.id) as Float32Array);
}

const [directory, variant] = process.argv.slice(2);
process.stdout.write(JSON.stringify(report(directory!, variant as Variant)));
