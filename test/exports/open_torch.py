"""Loads generator.safetensors into the module of generator.py, strictly, and computes its images with torch."""
import re
import sys

import torch
from case import answer, folder, latents, shapes

sys.path.insert(0, folder)
import generator as exported

model = exported.load_generator()
with torch.no_grad():
    images = model(torch.from_numpy(latents)).numpy()
low, high = shapes["range"]
answer(
    (images.transpose(0, 2, 3, 1) - low) / (high - low) * 255,
    modules=[re.sub(r", affine=True.*\)", ")", str(module)) for module in model],
)
