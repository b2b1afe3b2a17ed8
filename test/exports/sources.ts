// Generators to export: shipped designs with fewer channels, and one with all other layers and options.
import { exportSource } from '../../src/exports/export-source.ts';
import type { ExportSource } from '../../src/exports/format.ts';
import { silent } from '../../src/sampling/sampling.ts';
import type { TrainedGenerator } from '../../src/sampling/trained-generator.ts';
import { generatorOf, shippedDesign } from '../helpers/trained-generators.ts';

/** A generator as export formats get it. */
export function sourceOf(generator: TrainedGenerator, label = 'test'): ExportSource {
  return exportSource(
    { generator, label, step: 20, runHash: '1234567', dataFingerprint: 'abc' },
    { engine: 'auto' },
    silent,
  );
}

const files = { mnist: 'mnist.yaml', afg: 'afg.yaml', emoji: 'emoji.json', simpsons: 'simpsons.yaml' };

export const shapeNames = ['mnist', 'afg', 'emoji', 'simpsons', 'odd', 'residual'] as const;
export type ShapeName = (typeof shapeNames)[number];

/** A generator of this shape, the same each time. */
export async function sourceOfShape(shape: ShapeName): Promise<ExportSource> {
  if (shape === 'odd') return sourceOf(oddGenerator(), shape);
  return sourceOf(shape === 'residual' ? residualGenerator() : await shippedDesign(files[shape]), shape);
}

/** Unequal paddings, sides and strides, output beyond the kernels' reach, bilinear upsampling, spectral norms, features as vectors. */
function oddGenerator(): TrainedGenerator {
  const layers = [
    { type: 'reshape', shape: [2, 2, 3] },
    { type: 'conv', filters: 4, kernel: [1, 2], spectralNorm: true },
    { type: 'flatten' },
    { type: 'relu' },
    { type: 'dense', units: 30, spectralNorm: true, bias: false },
    { type: 'batchNorm', scale: false, momentum: 0.99 },
    { type: 'dropout', rate: 0.5 },
    { type: 'reshape', shape: [3, 2, 5] },
    { type: 'batchNorm', center: false },
    { type: 'convTranspose', filters: 6, kernel: [4, 3], stride: [2, 3], padding: [0, 2, 1, 0], spectralNorm: true },
    { type: 'convTranspose', filters: 5, kernel: 3, stride: 2, padding: 0, outputPadding: 1 },
    { type: 'leakyRelu', slope: 0.4 },
    { type: 'conv', filters: 4, kernel: 3, padding: [2, 1, 0, 2] },
    { type: 'upsample', factor: [1, 2], method: 'bilinear' },
    { type: 'upsample', factor: [2, 1], method: 'nearest' },
    { type: 'conv', filters: 3, kernel: 4, stride: [2, 1] },
    { type: 'sigmoid' },
  ];
  const latent = { size: 12, distribution: 'uniform' };
  return generatorOf(layers, { size: [15, 24], channels: 3, range: [-0.5, 2], latent });
}

/** Shortcuts that are the identity, change channels, upsample or pool; nested residual layers, one of them empty. */
export function residualGenerator(): TrainedGenerator {
  const norm = [{ type: 'batchNorm' }, { type: 'relu' }];
  const conv = (filters: number) => ({ type: 'conv', filters, kernel: 3 });
  const layers = [
    { type: 'dense', units: 2 * 3 * 6 },
    { type: 'reshape', shape: [2, 3, 6] },
    { type: 'residual', layers: [...norm, { type: 'upsample' }, conv(4), ...norm, conv(4)] },
    { type: 'residual', layers: [...norm, { type: 'residual', layers: [conv(4), { type: 'tanh' }] }, conv(4)] },
    {
      type: 'residual',
      layers: [
        { type: 'convTranspose', filters: 5, kernel: 4, stride: 2 },
        { type: 'leakyRelu', slope: 0.1 },
      ],
      shortcut: { bias: false },
    },
    { type: 'residual', layers: [conv(5), { type: 'averagePool', size: [2, 1] }] },
    { type: 'residual', layers: [{ type: 'dropout', rate: 0.5 }] },
    { type: 'batchNorm' },
    { type: 'tanh' },
    { type: 'conv', filters: 3, kernel: 3 },
    { type: 'tanh' },
  ];
  return generatorOf(layers, { size: [4, 12], channels: 3, latent: { size: 5 } });
}
