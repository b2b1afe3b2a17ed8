// generator.py: the torch module whose state_dict lies beside it, and how to load it.
import type { Config } from '../../config/config.ts';
import type { InferenceLayer } from '../inference-layers.ts';
import type { TorchModule } from './torch-module.ts';

export interface NamedLayer {
  layer: InferenceLayer;
  modules: readonly TorchModule[];
}

/** The source of a Python module with `create_generator` and `load_generator`. */
export function pythonFile(title: string, { data, generator }: Config, layers: readonly NamedLayer[]): string {
  const [low, high] = data.range;
  const { size, distribution } = generator.latent;
  const latents = distribution === 'normal' ? `torch.randn(16, ${size})` : `torch.rand(16, ${size}) * 2 - 1`;
  const lines = layers.flatMap(({ layer, modules }) =>
    modules.map(({ code }, index) => `        ${code},${index === modules.length - 1 ? shapeNote(layer) : ''}`),
  );
  const permute = lines.some((line) => line.includes('Permute(')) ? permuteClass : '';
  return `"""${title}: a DCGAN generator, written by dcgan export.

    import torch
    from generator import load_generator

    generator = load_generator()
    with torch.no_grad():
        images = generator(${latents})  # [16, ${data.channels}, ${data.height}, ${data.width}] in [${low}, ${high}]
"""
import os

from safetensors.torch import load_file
from torch import nn

WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "generator.safetensors")

${permute}
def create_generator():
    """[batch, ${size}] -> [batch, ${data.channels}, ${data.height}, ${data.width}]; what stands behind a line is its output's shape."""
    return nn.Sequential(
${lines.join('\n')}
    )


def load_generator(path=WEIGHTS):
    """The trained generator, ready to make images."""
    generator = create_generator()
    generator.load_state_dict(load_file(path), strict=True)
    return generator.eval()
`;
}

const permuteClass = `
class Permute(nn.Module):
    def __init__(self, *order):
        super().__init__()
        self.order = order

    def forward(self, x):
        return x.permute(self.order)

`;

function shapeNote({ type, output }: InferenceLayer): string {
  if (/relu|tanh|sigmoid|batchNorm/i.test(type)) return '';
  const [height, width, channels] = output;
  return `  # [${output.length === 3 ? [channels, height, width].join(', ') : output.join(', ')}]`;
}
