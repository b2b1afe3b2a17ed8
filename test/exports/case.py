"""What the scripts beside this one share: the latents and images that a test has written, and the answer it waits for."""
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
