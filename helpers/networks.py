"""The geometry of published networks, for their receptive fields.

Each network is a dictionary: the name of a stage -> the layers of that stage, from the input to
the output. The geometry is that of TF-Slim for pictures with an even side. There, a 3×3 window at
stride 2 needs one cell of padding and gets it on the right; `padding` counts cells on the left, so
it is 0. Layers with a 1×1 kernel and stride 1 do not change the field and are left out.
"""

import json
from itertools import chain
from pathlib import Path

from helpers.checks import one_of
from helpers.receptive_field import Layer, Parallel, receptive_field

CONV3 = Layer(3, padding=1)
CONV5 = Layer(5, padding=2)
CONV7 = Layer(7, padding=3)
HALVE = Layer(3, stride=2)  # a convolution or a pooling


def published():
    """The published size, stride and padding of the fields of nine networks, and of some stages.

    Returns:
        A dict of "models" (network -> [size, stride, padding]) and "endpoints" (network -> stage
        -> size).
    Source: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks,
    Distill 2019.
    """
    path = Path(__file__).with_name("published_receptive_fields.json")
    return json.loads(path.read_text(encoding="utf-8"))


def flatten(network):
    """The layers of a network as one list, in order."""
    return list(chain.from_iterable(network.values()))


def end_points(network):
    """The receptive field after each stage of a network, by the name of the stage."""
    layers, after = [], {}
    for name, stage in network.items():
        layers += stage
        after[name] = receptive_field(layers)
    return after


def alexnet_v2():
    return {
        "conv1": [Layer(11, stride=4)],
        "pool1": [HALVE],
        "conv2": [CONV5],
        "pool2": [HALVE],
        "conv3": [CONV3],
        "conv4": [CONV3],
        "conv5": [CONV3],
        "pool5": [HALVE],
    }


def vgg_16():
    network = {}
    for stage, depth in enumerate([2, 2, 3, 3, 3], start=1):
        network[f"conv{stage}"] = [CONV3] * depth
        network[f"pool{stage}"] = [Layer(2, stride=2)]
    return network


def mobilenet_v1():
    """The depthwise convolutions; the 1×1 convolutions between them do not change the field."""
    halved = [0, 2, 4, 6, 12]
    return {f"conv{i}": [HALVE if i in halved else CONV3] for i in range(14)}


def resnet_v1(units, stride_in="last"):
    """A ResNet of bottleneck units.

    Args:
        units: number of units in each of the four blocks.
        stride_in: the unit of a block whose 3×3 convolution halves the map: "last" as in
            TF-Slim, or "first" as in torchvision.
    Raises:
        ValueError: `stride_in` is neither of the two.
    Source: chapter 06; He et al., Deep Residual Learning for Image Recognition, 2016.
    """
    one_of(stride_in, "stride_in", ("first", "last"))
    pool = HALVE if stride_in == "last" else Layer(3, stride=2, padding=1)
    network = {"conv1": [Layer(7, stride=2, padding=3)], "pool1": [pool]}
    for block, depth in enumerate(units, start=1):
        strides = [1] * depth
        if stride_in == "last" and block < len(units):
            strides[-1] = 2
        if stride_in == "first" and block > 1:
            strides[0] = 2
        # Where a unit halves the map, its shortcut takes every second cell.
        network[f"block{block}"] = [
            Parallel([Layer(1, stride=stride)], [Layer(3, stride=stride, padding=1)])
            for stride in strides
        ]
    return network


def inception_v2():
    block = Parallel([], [CONV3], [CONV3, CONV3], [CONV3])
    halving = Parallel([HALVE], [CONV3, HALVE], [HALVE])
    return {
        "Conv2d_1a": [Layer(7, stride=2, padding=2)],
        "MaxPool_2a": [HALVE],
        "Conv2d_2c": [CONV3],
        "MaxPool_3a": [HALVE],
        "Mixed_3": [block] * 2,
        "Mixed_4a": [halving],
        "Mixed_4": [block] * 4,
        "Mixed_5a": [halving],
        "Mixed_5": [block] * 2,
    }


def inception_v3():
    """Along the width, where a 1×7 kernel has size 7 and a 7×1 kernel has size 1."""
    early = Parallel([], [CONV5], [CONV3, CONV3], [CONV3])
    middle = Parallel([], [CONV7], [CONV7, CONV7], [CONV3])
    late = Parallel([], [CONV3], [CONV3, CONV3], [CONV3])
    return {
        "Conv2d_1a": [HALVE],
        "Conv2d_2a": [Layer(3)],
        "Conv2d_2b": [CONV3],
        "MaxPool_3a": [HALVE],
        "Conv2d_4a": [Layer(3)],
        "MaxPool_5a": [HALVE],
        "Mixed_5": [early] * 3,
        "Mixed_6a": [Parallel([HALVE], [CONV3, HALVE], [HALVE])],
        "Mixed_6": [middle] * 4,
        "Mixed_7a": [Parallel([HALVE], [CONV7, HALVE], [HALVE])],
        "Mixed_7": [late] * 2,
    }


NETWORKS = {
    "alexnet_v2": alexnet_v2(),
    "vgg_16": vgg_16(),
    "mobilenet_v1": mobilenet_v1(),
    "resnet_v1_50": resnet_v1([3, 4, 6, 3]),
    "resnet_v1_101": resnet_v1([3, 4, 23, 3]),
    "resnet_v1_152": resnet_v1([3, 8, 36, 3]),
    "resnet_v1_200": resnet_v1([3, 24, 36, 3]),
    "inception_v2": inception_v2(),
    "inception_v3": inception_v3(),
}
