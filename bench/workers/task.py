"""The task of a worker (bench/task.ts): resolved config, layers with shapes, initial weights, images, and a probe batch."""
import json
import math
import pathlib

import numpy as np


class Task:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        content = json.loads((folder / 'task.json').read_text())
        self.config = content['config']
        self.layers = {name: content[name] for name in ('generator', 'discriminator')}
        data = self.config['data']
        self.image_shape = data['height'], data['width'], data['channels']
        self.value_range = data['range']
        self.batch_size = self.config['training']['batchSize']
        self.latent = self.config['generator']['latent']
        self.images = np.fromfile(folder / 'images.bin', np.uint8).reshape(content['imageCount'], *self.image_shape)
        self.probe_images = self.images[: content['probeCount']]
        self.probe_latents = np.array(content['probeLatents'], np.float32).reshape(-1, self.latent['size'])
        self.weights = cut(np.fromfile(folder / 'weights.bin', np.float32), content['weights'])

    def weights_of(self, network, index):
        """Initial values of a layer by part: kernel, bias; gamma, beta, movingMean, movingVariance; in this order."""
        prefix = f'{network}/{index}/'
        return {name.removeprefix(prefix): values for name, values in self.weights.items() if name.startswith(prefix)}

    def batches(self):
        """Infinite batches of images, uint8 [batch, height, width, channels], reshuffled every epoch."""
        random = np.random.default_rng(self.config['seed'])
        while True:
            order = random.permutation(len(self.images))
            for first in range(0, len(order) - self.batch_size + 1, self.batch_size):
                yield self.images[order[first : first + self.batch_size]]


def cut(values, weights):
    sizes = [math.prod(weight['shape']) for weight in weights]
    pieces = np.split(values, np.cumsum(sizes)[:-1])
    return {weight['name']: piece.reshape(weight['shape']) for weight, piece in zip(weights, pieces)}
