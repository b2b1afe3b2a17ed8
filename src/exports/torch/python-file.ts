// Writes generator.py, which defines the torch module of the exported state_dict and loads it.
import type { Config } from '../../config/config.ts';
import { indented } from './sequence.ts';

/** The source of a Python module with `create_generator` and `load_generator`. */
export function pythonFile(title: string, { data, generator }: Config, moduleCode: string): string {
  const [low, high] = data.range;
  const { size, distribution } = generator.latent;
  const latents = distribution === 'normal' ? `torch.randn(16, ${size})` : `torch.rand(16, ${size}) * 2 - 1`;
  const classes = [permuteClass, residualClass].filter((source) => moduleCode.includes(`${nameOf(source)}(`)).join('');
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

${classes}
def create_generator():
    """[batch, ${size}] -> [batch, ${data.channels}, ${data.height}, ${data.width}]; comments state the output shapes."""
${indented(`return ${moduleCode}`)}


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

const residualClass = `
class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)

`;

function nameOf(pythonClass: string): string {
  return /class (\w+)/.exec(pythonClass)![1]!;
}
