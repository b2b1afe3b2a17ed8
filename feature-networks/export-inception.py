"""FID's Inception (pytorch-fid's network, 2048 values per image) as an ONNX file for --features, from weights that you have downloaded:
pt_inception-2015-12-05-6726825d.pth, from where pytorch_fid.inception.FID_WEIGHTS_URL says.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 torchvision==0.28.0 pytorch-fid==0.3.0 onnx==1.23.2
    .venv/bin/python feature-networks/export-inception.py pt_inception-2015-12-05-6726825d.pth inception.onnx

`random` in place of the weights' path makes random ones: for trying out what it costs. Its numbers mean nothing.
"""
import sys
from unittest.mock import patch

import torch
from pytorch_fid import inception


def open_network(path):
    """Builds the network by pytorch-fid's code, without its download."""
    if path == 'random':
        torch.manual_seed(0)
        with patch.object(inception, 'load_state_dict_from_url'), patch.object(torch.nn.Module, 'load_state_dict'):
            network = inception.fid_inception_v3()
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight)  # else all images look alike after 94 layers
    else:
        weights = torch.load(path, map_location='cpu', weights_only=True)
        with patch.object(inception, 'load_state_dict_from_url', lambda *_, **__: weights):
            network = inception.fid_inception_v3()
    network.fc = torch.nn.Identity()  # what goes into the verdict, not the verdict
    return network.eval()


def export(network, file):
    images = torch.zeros(2, 3, 299, 299)
    names = {'input_names': ['images'], 'output_names': ['features']}
    axes = {'images': {0: 'n'}, 'features': {0: 'n'}}
    torch.onnx.export(network, images, file, opset_version=17, dynamic_axes=axes, dynamo=False, **names)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    export(open_network(sys.argv[1]), sys.argv[2])
