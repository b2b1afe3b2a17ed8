"""Checks generator.onnx with onnx.checker and computes its images with onnxruntime."""
import os

import numpy as np
import onnx
import onnxruntime
from case import answer, folder, images, latents

path = os.path.join(folder, "generator.onnx")
onnx.checker.check_model(onnx.load(path), full_check=True)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

rgb, floats = session.run(None, {"z": latents})
single = session.run(["images"], {"z": latents[:1]})[0]
colours = images[..., :3] if images.shape[-1] > 1 else np.repeat(images, 3, axis=-1)
answer(
    (floats.transpose(0, 2, 3, 1) + 1) * 127.5,
    inputs=[[value.name, value.shape, value.type] for value in session.get_inputs()],
    outputs=[[value.name, value.shape, value.type] for value in session.get_outputs()],
    rgbDifference=int(np.abs(rgb.transpose(0, 2, 3, 1).astype(int) - colours).max()),
    singleDifference=float(np.abs(single - floats[:1]).max()),
    low=float(floats.min()),
    high=float(floats.max()),
)
