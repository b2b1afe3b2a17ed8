"""Opens the folder with tf.saved_model.load and computes its images with TensorFlow."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf
from case import answer, folder, latents

generate = tf.saved_model.load(folder).signatures["serving_default"]
images = generate(z=tf.constant(latents))["images"].numpy()
single = generate(z=tf.constant(latents[:1]))["images"].numpy()
answer(
    images * 255,
    inputs={name: spec.shape.as_list() for name, spec in generate.structured_input_signature[1].items()},
    outputs={name: spec.shape.as_list() for name, spec in generate.structured_outputs.items()},
    singleDifference=float(abs(single - images[:1]).max()),
    low=float(images.min()),
    high=float(images.max()),
)
