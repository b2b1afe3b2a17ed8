"""Times one pass of torchvision over a folder of pictures, set up as in PyTorch's DCGAN tutorial; prints JSON."""
import json
import resource
import sys
import time

import torch
from torch.utils.data import DataLoader

# PyPI's torchvision is built for PyTorch with CUDA; beside the CPU build its compiled operators do not load, and its import fails
# without these two. Reading folders and transforming PIL images does not need them.
library = torch.library.Library('torchvision', 'FRAGMENT')
library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
library.define('qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')

import torchvision
from torchvision import datasets, transforms

folder, side, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
# uint8, as in the cache: ToTensor and Normalize, which the tutorial adds, would cost more
steps = transforms.Compose([transforms.Resize(side), transforms.CenterCrop(side), transforms.PILToTensor()])


def processor_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]  # children: the workers, when they are gone
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


used = processor_seconds()
began = time.perf_counter()
loader = DataLoader(datasets.ImageFolder(folder, steps), batch_size=128, num_workers=workers)
images = sum(len(pixels) for pixels, _ in loader)
seconds = time.perf_counter() - began
versions = {'torch': torch.__version__, 'torchvision': torchvision.__version__}
print(json.dumps({'images': images, 'seconds': seconds, 'processor': processor_seconds() - used, 'versions': versions}))
