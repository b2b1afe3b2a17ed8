"""Shared by the scripts in this folder: reads the latents and images written by a test, and reports the result to it."""
import json
import os
import sys

import numpy as np

folder = sys.argv[1]

with open(os.path.join(folder, "shapes.json")) as file:
    shapes = json.load(file)

latents = np.fromfile(os.path.join(folder, "latents.bin"), np.float32).reshape(shapes["latents"])
images = np.fromfile(os.path.join(folder, "images.bin"), np.uint8).reshape(shapes["images"])  # NHWC


def answer(pixels, **more):
    """pixels: float [n, height, width, channels] in 0 to 255."""
    assert pixels.shape == images.shape, (pixels.shape, images.shape)
    difference = np.abs(np.asarray(pixels, np.float64) - images).max()
    print(json.dumps({"largestDifference": float(difference), **more}))
