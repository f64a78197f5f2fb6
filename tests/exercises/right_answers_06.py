"""Correct answers to chapter 06's exercises, in other styles than the reference."""

import math

import torch

from helpers import receptive_field as by_recurrence


def size_from_the_top(layers):
    size = 1
    for layer in layers[::-1]:
        size = (size - 1) * layer.stride + layer.dilation * (layer.kernel_size - 1) + 1
    return size


def size_as_a_sum(layers):
    strides = [1] + [layer.stride for layer in layers]
    return 1 + sum(
        layer.dilation * (layer.kernel_size - 1) * math.prod(strides[: n + 1])
        for n, layer in enumerate(layers)
    )


def size_as_a_tensor(layers):
    extents = torch.tensor([layer.dilation * (layer.kernel_size - 1) for layer in layers])
    jumps = torch.tensor([1] + [layer.stride for layer in layers[:-1]]).cumprod(0)
    return int((extents * jumps).sum()) + 1


def ends_by_formula(layers, i):
    size, jump, padding = 1, 1, 0
    for layer in layers:
        size += layer.dilation * (layer.kernel_size - 1) * jump
        padding += layer.padding * jump
        jump *= layer.stride
    return [i * jump - padding, i * jump - padding + size - 1]


def ends_recursively(layers, i):
    if not layers:
        return (i, i)
    *below, top = layers
    first = i * top.stride - top.padding
    last = first + top.dilation * (top.kernel_size - 1)
    return (ends_recursively(below, first)[0], ends_recursively(below, last)[1])


def layers_one_by_one(size, kernel_size):
    depth = 0
    while depth * (kernel_size - 1) + 1 < size:
        depth += 1
    return depth


RIGHT = {
    "receptive_field": [
        size_from_the_top,
        size_as_a_sum,
        size_as_a_tensor,
        by_recurrence.receptive_field,
    ],
    "inputs_seen": [
        ends_by_formula,
        ends_recursively,
        lambda layers, i: by_recurrence.receptive_field(layers).inputs(i),
    ],
    "layers_needed": [
        lambda size, kernel_size: math.ceil((size - 1) / (kernel_size - 1)),
        lambda size, kernel_size: (size + kernel_size - 3) // (kernel_size - 1),
        layers_one_by_one,
    ],
    "dilations_without_gaps": [(7, 5, 2, 1), [1, 3, 4, 7], (1, 1, 4, 9), (2, 1, 3, 9)],
    "two_layers": [3, 3.0],
    "depth_for_twice_the_width": [4, 4.0],
}
