// Export format onnx: one file for onnxruntime and torch-fidelity. From z [batch, latent size] it computes two outputs [batch, C, H, W]:
// rgb, uint8 with always 3 channels, and images, float32 in [-1, 1] with the generator's channels. rgb is the first output,
// which torch-fidelity feeds to networks that take 3 x uint8.
import { join } from 'node:path';
import { elementCount } from '../../formats/tensor-shape.ts';
import { writeFileAtomic } from '../../system/write-file.ts';
import type { ExportFormat, ExportSource } from '../format.ts';
import { inferenceLayers } from '../inference-layers.ts';
import {
  DataType,
  encodeOnnx,
  intAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './messages.ts';
import { type Constant, integers, type Operator, type Step, type Sum, scalar, stepsOf } from './steps.ts';

const opset = 13;
const irVersion = 7; // the first with that opset

export const exportOnnx: ExportFormat = async (source, folder) => {
  const file = 'generator.onnx';
  await writeFileAtomic(join(folder, file), encodeOnnx(onnxModel(source)));
  return [file];
};

function onnxModel({ generator, step, runHash }: ExportSource): OnnxModel {
  const { latent } = generator.config.generator;
  const { height, width, channels, range } = generator.config.data;
  const steps = inferenceLayers(generator).flatMap(stepsOf);
  const images = chain([...steps, ...toSymmetricRange(range)], 'layer', 'z', 'images');
  const rgb = chain([...toBytes, ...toThreeChannels(channels)], 'byte', 'images', 'rgb');
  return {
    irVersion,
    opsetImport: [{ domain: '', version: opset }],
    producerName: 'dcgan',
    docString: `${generator.config.name}, step ${step} of run ${runHash}`,
    metadataProps: Object.entries({ runHash, step, latentDistribution: latent.distribution }).map(([key, value]) => ({
      key,
      value: String(value),
    })),
    graph: {
      name: 'generator',
      node: [...images.nodes, ...rgb.nodes],
      initializer: [...images.tensors, ...rgb.tensors],
      input: [described('z', DataType.float32, [latent.size])],
      output: [
        described('rgb', DataType.uint8, [3, height, width]),
        described('images', DataType.float32, [channels, height, width]),
      ],
    },
  };
}

/** [low, high] -> [-1, 1], clamped. */
function toSymmetricRange([low, high]: readonly [number, number]): Step[] {
  const scale = 2 / (high - low);
  const rescaled: Step[] = [
    { op: 'Mul', constants: [scalar(scale)] },
    { op: 'Add', constants: [scalar(-1 - low * scale)] },
  ];
  const isSymmetric = low === -1 && high === 1;
  return [...(isSymmetric ? [] : rescaled), { op: 'Clip', constants: [scalar(-1), scalar(1)] }];
}

/** [-1, 1] -> 0 ... 255. */
const toBytes: readonly Step[] = [
  { op: 'Add', constants: [scalar(1)] },
  { op: 'Mul', constants: [scalar(127.5)] },
  { op: 'Round' },
  { op: 'Cast', attributes: [intAttribute('to', DataType.uint8)] },
];

/** Repeats gray three times, and drops alpha. */
function toThreeChannels(channels: 1 | 3 | 4): Step[] {
  if (channels === 1) return [{ op: 'Tile', constants: [integers(1, 3, 1, 1)] }];
  if (channels === 4) return [{ op: 'Slice', constants: [integers(0), integers(3), integers(1)] }];
  return [];
}

interface Chain {
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  /** The name of the last value. */
  value: string;
}

/** A sequence of steps from the value `from`; `to` names the last value. */
function chain(steps: readonly Step[], prefix: string, from: string, to?: string): Chain {
  const result: Chain = { nodes: [], tensors: [], value: from };
  for (const [index, step] of steps.entries()) {
    const name = `${prefix}/${index}-${'op' in step ? step.op : 'Add'}`;
    const made = 'op' in step ? operatorNode(step, name, result.value) : sumNode(step, name, result.value);
    const value = index === steps.length - 1 ? (to ?? name) : name;
    result.nodes.push(...made.before, { ...made.node, output: [value] });
    result.tensors.push(...made.tensors);
    result.value = value;
  }
  return result;
}

interface MadeNode {
  node: Omit<OnnxNode, 'output'>;
  /** Nodes that compute its inputs. */
  before: OnnxNode[];
  tensors: OnnxTensor[];
}

function operatorNode({ op, constants = [], attributes = [] }: Operator, name: string, value: string): MadeNode {
  const tensors = constants.map((constant, k) => constant && tensorOf(`${name}/${k}`, constant));
  const inputs = [value, ...tensors.map((tensor) => tensor?.name ?? '')];
  const node = { name, opType: op, input: inputs, attribute: attributes };
  return { node, before: [], tensors: tensors.filter((tensor) => tensor !== undefined) };
}

function sumNode({ sum }: Sum, name: string, value: string): MadeNode {
  const branches = sum.map((steps, k) => chain(steps, `${name}/${k}`, value));
  const node = { name, opType: 'Add', input: branches.map((branch) => branch.value), attribute: [] };
  return {
    node,
    before: branches.flatMap(({ nodes }) => nodes),
    tensors: branches.flatMap(({ tensors }) => tensors),
  };
}

function tensorOf(name: string, { shape, values }: Constant): OnnxTensor {
  if (elementCount(shape) !== values.length) throw new Error(`${name} has ${values.length} values for [${shape}].`);
  const dataType = values instanceof Float32Array ? DataType.float32 : DataType.int64;
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: shape, dataType, rawData };
}

function described(name: string, elemType: number, shape: readonly number[]): OnnxValue {
  const dim = [{ dimParam: 'batch' }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
