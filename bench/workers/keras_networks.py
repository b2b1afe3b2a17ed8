"""Builds a network of the task as a keras.Sequential with the task's initial weights."""
import keras
from keras import layers


def keras_model(task, network):
    entries = task.layers[network]
    stacks = [keras_layers(entry) for entry in entries]
    model = keras.Sequential([keras.Input(entries[0]['input']), *sum(stacks, [])], name=network)
    for index, stack in enumerate(stacks):
        weights = list(task.weights_of(network, index).values())  # in Keras's order too
        for layer in stack:
            if layer.weights:
                layer.set_weights(weights)
    return model


def keras_layers(entry):
    return LAYERS[entry['type']](entry)


def conv(entry):
    """Keras supports SAME or no padding; other paddings become a ZeroPadding2D layer before it."""
    zeros = [layers.ZeroPadding2D(entry['sides'])] if surrounds(entry) else []
    return [*zeros, layers.Conv2D(**convolution_options(entry))]


def conv_transpose(entry):
    cut = [layers.Cropping2D(entry['sides'])] if surrounds(entry) else []
    return [layers.Conv2DTranspose(**convolution_options(entry)), *cut]


def surrounds(entry):
    return not entry['same'] and any(pixels for side in entry['sides'] for pixels in side)


def convolution_options(entry):
    return {
        'filters': entry['filters'],
        'kernel_size': entry['kernel'],
        'strides': entry['stride'],
        'padding': 'same' if entry['same'] else 'valid',
        'use_bias': entry['bias'],
    }


def batch_norm(entry):
    options = {key: entry[key] for key in ('momentum', 'epsilon', 'scale', 'center')}
    return [layers.BatchNormalization(**options)]


def dropout(entry):
    return [(layers.SpatialDropout2D if entry['channels'] else layers.Dropout)(entry['rate'])]


LAYERS = {
    'dense': lambda entry: [layers.Dense(entry['units'], use_bias=entry['bias'])],
    'conv': conv,
    'convTranspose': conv_transpose,
    'batchNorm': batch_norm,
    'relu': lambda entry: [layers.ReLU()],
    'leakyRelu': lambda entry: [layers.LeakyReLU(entry['slope'])],
    'tanh': lambda entry: [layers.Activation('tanh')],
    'sigmoid': lambda entry: [layers.Activation('sigmoid')],
    'dropout': dropout,
    'upsample': lambda entry: [layers.UpSampling2D(entry['factor'], interpolation='nearest')],
    'reshape': lambda entry: [layers.Reshape(entry['shape'])],
    'flatten': lambda entry: [layers.Flatten()],
}
