"""The Fréchet distance of the features saved by `npx tsx bench/probes/frechet.ts IMAGES VALUES FOLDER`, computed by torch-fidelity and
pytorch-fid: pip install numpy scipy torch==2.13.0 torchvision==0.28.0 torch-fidelity==0.4.0 pytorch-fid==0.3.0
"""
import pathlib
import sys

import numpy as np
import scipy.linalg
import torch

torchvision = torch.library.Library('torchvision', 'DEF')  # both import it and call nothing of it; PyPI's wants CUDA's torch
for name in ('nms', 'qnms'):
    torchvision.define(f'{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
from pytorch_fid.fid_score import calculate_frechet_distance  # noqa: E402
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric  # noqa: E402

folder, size = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2048
sets = [np.fromfile(folder / f'{name}.float32', np.float32).reshape(-1, size) for name in ('real', 'fake')]

statistics = [fid_features_to_statistics(torch.from_numpy(features)) for features in sets]
fidelity = fid_statistics_to_metric(*statistics, verbose=False)['frechet_inception_distance']
print(f'torch-fidelity {fidelity:.10f}')

sqrtm = scipy.linalg.sqrtm  # pytorch-fid 0.3.0 asks for the error that SciPy no longer returns
scipy.linalg.sqrtm = lambda matrix, disp=True: (sqrtm(matrix), 0) if not disp else sqrtm(matrix)
moments = [part for features in sets for part in (features.astype(np.float64).mean(0), np.cov(features.astype(np.float64), rowvar=False))]
print(f'pytorch-fid    {calculate_frechet_distance(*moments):.10f}')
