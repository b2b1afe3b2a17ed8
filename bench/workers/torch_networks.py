"""Builds a network of the task as a torch.nn.Sequential with the task's initial weights.

With uneven padding, PyTorch puts the extra pixel before the image and TensorFlow after it. Such a network is rotated by 180 degrees
here: its kernels when they are loaded, and its images. Sizes stay the same, and PyTorch's own padding then gives equal values.
"""
import math

import numpy as np
import torch
from torch import nn


class ToImage(nn.Module):
    """[B, n] -> [B, c, h, w]. With channels last the channels of a pixel are adjacent in the vector, so this is free."""

    def __init__(self, shape, channels_last):
        super().__init__()
        self.shape, self.channels_last = shape, channels_last

    def forward(self, x):
        height, width, channels = self.shape
        if self.channels_last:
            return x.reshape(-1, height, width, channels).permute(0, 3, 1, 2)
        return x.reshape(-1, channels, height, width)


class ToVector(nn.Module):
    """[B, c, h, w] -> [B, n]."""

    def __init__(self, channels_last):
        super().__init__()
        self.channels_last = channels_last

    def forward(self, x):
        return (x.permute(0, 2, 3, 1) if self.channels_last else x).flatten(1)


def torch_model(task, network, channels_last):
    entries = task.layers[network]
    stacks = [torch_layers(entry, is_rotated(task), channels_last) for entry in entries]
    for index, stack in enumerate(stacks):
        order = Order(entries, index, is_rotated(task), channels_last)
        for module in stack:
            load(module, task.weights_of(network, index), order)
    model = nn.Sequential(*sum(stacks, []))
    return model.to(memory_format=torch.channels_last) if channels_last else model


def is_rotated(task):
    sides = [side for entries in task.layers.values() for entry in entries for side in entry.get('sides', [])]
    return any(before < after for before, after in sides)


def rotated(images):
    """[..., h, w, c]"""
    return np.flip(images, (-3, -2))


def torch_layers(entry, is_rotated, channels_last):
    kind = entry['type']
    if kind == 'reshape':
        return [ToImage(entry['shape'], channels_last)]
    if kind == 'flatten':
        return [ToVector(channels_last)]
    if kind in ('conv', 'convTranspose') and is_rotated:
        entry = {**entry, 'sides': [side[::-1] for side in entry['sides']]}
    return LAYERS[kind](entry)


def dense(entry):
    return [nn.Linear(entry['input'][0], entry['units'], entry['bias'])]


def conv(entry):
    """Symmetric padding, if it gives the same size; otherwise explicit zeros before the layer."""
    options = entry['input'][-1], entry['filters'], entry['kernel'], entry['stride']
    padding = [before for before, _ in entry['sides']]
    sizes = [(n + 2 * p - k) // s + 1 for n, p, k, s in zip(entry['input'], padding, entry['kernel'], entry['stride'])]
    if sizes == entry['output'][:2]:
        return [nn.Conv2d(*options, padding, bias=entry['bias'])]
    vertical, horizontal = entry['sides']
    return [nn.ZeroPad2d((*horizontal, *vertical)), nn.Conv2d(*options, bias=entry['bias'])]


def conv_transpose(entry):
    """`sides` are cropped pixels; PyTorch crops `padding` on both sides and then adds `output_padding` after."""
    padding = [before for before, _ in entry['sides']]
    back = [before - after for before, after in entry['sides']]
    options = entry['input'][-1], entry['filters'], entry['kernel'], entry['stride'], padding, back
    return [nn.ConvTranspose2d(*options, bias=entry['bias'])]


def batch_norm(entry):
    if not (entry['scale'] and entry['center']):
        raise ValueError('torch.nn.BatchNorm has both scale and center, or neither.')
    kind = nn.BatchNorm2d if len(entry['input']) == 3 else nn.BatchNorm1d
    return [kind(entry['input'][-1], entry['epsilon'], 1 - entry['momentum'])]


def dropout(entry):
    return [(nn.Dropout2d if entry['channels'] else nn.Dropout)(entry['rate'])]


LAYERS = {
    'dense': dense,
    'conv': conv,
    'convTranspose': conv_transpose,
    'batchNorm': batch_norm,
    'relu': lambda entry: [nn.ReLU(inplace=True)],
    'leakyRelu': lambda entry: [nn.LeakyReLU(entry['slope'], inplace=True)],
    'tanh': lambda entry: [nn.Tanh()],
    'sigmoid': lambda entry: [nn.Sigmoid()],
    'dropout': dropout,
    'upsample': lambda entry: [nn.Upsample(scale_factor=entry['factor'], mode='nearest')],
}

PARTS = {'kernel': 'weight', 'bias': 'bias', 'gamma': 'weight', 'beta': 'bias', 'movingMean': 'running_mean', 'movingVariance': 'running_var'}


def load(module, weights, order):
    if not list(module.parameters()):
        return
    with torch.no_grad():
        for part, values in weights.items():
            getattr(module, PARTS[part]).copy_(torch.from_numpy(np.ascontiguousarray(order.in_torch(values))))


class Order:
    """Converts the values of a layer's weights to PyTorch's order.

    Kernels are [kh, kw, in, out] (transposed: [kh, kw, out, in]) and [in, out]; PyTorch's are [out, in, kh, kw] ([in, out, kh, kw]) and [out, in].
    """

    def __init__(self, entries, index, is_rotated, channels_last):
        self.is_rotated, self.channels_last = is_rotated, channels_last
        self.output_image = image_made_of(entries, index)
        self.input_image = image_behind(entries, index)

    def in_torch(self, values):
        if values.ndim == 4:
            kernel = np.flip(values, (0, 1)) if self.is_rotated else values
            return kernel.transpose(3, 2, 0, 1)
        by_output = self.as_vector(values, self.output_image)
        return by_output if values.ndim == 1 else self.as_vector(by_output.T, self.input_image)

    def as_vector(self, values, image):
        """If `image` is set, the last axis is a flattened image [h, w, c]: rotated by 180 degrees if `is_rotated`, and with channels first unless `channels_last`."""
        if image is None:
            return values
        pixels = values.reshape(*values.shape[:-1], *image)
        pixels = rotated(pixels) if self.is_rotated else pixels
        pixels = pixels if self.channels_last else np.moveaxis(pixels, -1, -3)
        return pixels.reshape(*values.shape[:-1], math.prod(image))


def image_made_of(entries, index):
    """The image that a later layer reshapes this layer's output to."""
    for entry in entries[index + 1 :] if len(entries[index]['output']) == 1 else []:
        if entry['type'] in ('reshape', 'dense'):
            return entry.get('shape')
    return None


def image_behind(entries, index):
    """The image that was flattened to this layer's input."""
    for entry in reversed(entries[:index]):
        if entry['type'] in ('flatten', 'dense'):
            return entry['input'] if entry['type'] == 'flatten' else None
    return None
