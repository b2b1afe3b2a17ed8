"""Keras 3 on TensorFlow: a training step in one tf.function, or jit-compiled by XLA; float32 or the policy mixed_bfloat16."""
import os

os.environ['KERAS_BACKEND'] = 'tensorflow'
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
import keras
import numpy as np
import tensorflow as tf
from keras_networks import keras_model
from serve import serve
from task import Task


class Networks:
    """Both models, their optimizers and losses."""

    def __init__(self, folder, mode):
        keras.mixed_precision.set_dtype_policy(mode['precision'])
        self.task = Task(folder)
        self.training = self.task.config['training']
        self.generator, self.discriminator = (keras_model(self.task, name) for name in ('generator', 'discriminator'))
        self.bce = keras.losses.BinaryCrossentropy(from_logits=self.training['loss']['on'] == 'logits')
        self.report = {
            'parameters': {model.name: parameters(model) for model in (self.generator, self.discriminator)},
            'scores': self.scores(),
            'versions': {'keras': keras.__version__, 'tensorflow': tf.__version__},
        }

    def shown(self, pixels):
        """uint8 -> float32 in the config's value range."""
        low, high = self.task.value_range
        return tf.cast(pixels, tf.float32) * ((high - low) / 255) + low

    def scores_of(self, images, training=True):
        """float32 [B, 1], also in mixed precision."""
        return tf.cast(tf.reshape(self.discriminator(images, training=training), [-1, 1]), tf.float32)

    def scores(self):
        fake = self.generator(self.task.probe_latents, training=False)
        scores = [self.scores_of(images, training=False) for images in (self.shown(self.task.probe_images), fake)]
        return np.concatenate(scores).reshape(-1).tolist()


class Training(Networks):
    def __init__(self, folder, mode):
        super().__init__(folder, mode)
        self.adams = {model: self.adam(model) for model in (self.generator, self.discriminator)}
        pixels = tf.TensorSpec([self.task.batch_size, *self.task.image_shape], tf.uint8)
        self.step = tf.function(self.update, input_signature=[pixels], jit_compile=mode['compiler'] == 'xla')
        self.batches = self.task.batches()

    def adam(self, model):
        options = self.task.config[model.name]['optimizer']
        adam = keras.optimizers.Adam(options['learningRate'], options['beta1'], options['beta2'], options['epsilon'])
        adam.build(model.trainable_variables)
        return adam

    def turn(self, count):
        for _ in range(count):
            losses = self.step(tf.constant(next(self.batches)))
        return dict(zip(('discriminator', 'generator'), map(float, losses)))

    def update(self, pixels):
        """One step. Returns [discriminator's loss, generator's loss]."""
        real = self.shown(pixels)
        order, fresh = self.training['order'], self.training['freshLatents']
        if order == 'simultaneous':
            return self.train_both(real)
        if fresh and order == 'discriminator-first':
            return self.train_discriminator(real, self.fake()), self.train_generator()[0]
        if fresh:
            generator_loss, _ = self.train_generator()
            return self.train_discriminator(real, self.fake()), generator_loss
        if order == 'discriminator-first':
            return self.train_discriminator_within_generator(real)
        generator_loss, fake = self.train_generator()
        return self.train_discriminator(real, fake), generator_loss

    def train_both(self, real):
        """Both gradients at the same weights; one pass of the fake images serves both losses."""
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake = self.scores_of(self.fake())
            generator_loss = self.generator_loss(fake)
            discriminator_loss = self.discriminator_loss(self.scores_of(real), fake)
        gradients = generator_tape.gradient(generator_loss, self.generator.trainable_variables)
        self.apply(self.discriminator, discriminator_tape, discriminator_loss)
        self.adams[self.generator].apply(gradients, self.generator.trainable_variables)
        return discriminator_loss, generator_loss

    def train_discriminator_within_generator(self, real):
        """Updates the discriminator, then the generator under the updated discriminator, on the same images."""
        with tf.GradientTape() as tape:
            fake = self.fake()
            with tape.stop_recording():
                discriminator_loss = self.train_discriminator(real, fake)
            generator_loss = self.generator_loss(self.scores_of(fake))
        self.apply(self.generator, tape, generator_loss)
        return discriminator_loss, generator_loss

    def train_discriminator(self, real, fake):
        with tf.GradientTape() as tape:
            loss = self.discriminator_loss(self.scores_of(real), self.scores_of(fake))
        self.apply(self.discriminator, tape, loss)
        return loss

    def train_generator(self):
        """Returns its loss and the generated images."""
        with tf.GradientTape() as tape:
            fake = self.fake()
            loss = self.generator_loss(self.scores_of(fake))
        self.apply(self.generator, tape, loss)
        return loss, fake

    def fake(self):
        shape = [self.task.batch_size, self.task.latent['size']]
        normal = self.task.latent['distribution'] == 'normal'
        return self.generator(tf.random.normal(shape) if normal else tf.random.uniform(shape, -1, 1), training=True)

    def discriminator_loss(self, real, fake):
        labels, scale = self.training['labels'], self.training['loss']['discriminatorScale']
        return scale * (self.bce(tf.fill(real.shape, float(labels['real'])), real) + self.bce(tf.fill(fake.shape, float(labels['fake'])), fake))

    def generator_loss(self, fake):
        return self.bce(tf.fill(fake.shape, 0.0 if self.training['labels']['inverted'] else 1.0), fake)

    def apply(self, model, tape, loss):
        self.adams[model].apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


class Sampling(Networks):
    def __init__(self, folder, mode):
        super().__init__(folder, mode)
        self.batch = mode['batch']

    def turn(self, count):
        """Latents -> uint8 pixels."""
        low, high = self.task.value_range
        latents = np.random.standard_normal([count, self.task.latent['size']]).astype(np.float32)
        images = self.generator.predict(latents, batch_size=self.batch, verbose=0)
        np.clip(np.rint((images - low) * (255 / (high - low))), 0, 255).astype(np.uint8)
        return {}


def parameters(model):
    count = lambda variables: sum(int(np.prod(variable.shape)) for variable in variables)  # noqa: E731
    return {'all': count(model.weights), 'trainable': count(model.trainable_weights)}


serve({'training': Training, 'sampling': Sampling})
