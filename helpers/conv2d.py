"""The convolutional layer that chapter 03 builds: `corr2d`, with a kernel and a bias to learn."""

import torch
from torch import nn

from helpers.correlation import corr2d
from helpers.wording import whole_pair


class Conv2D(nn.Module):
    """A convolutional layer for one picture with one channel: a kernel, and one number added.

    `weight` starts at random (standard normal), `bias` at zero. Both are parameters of the
    module, so an optimiser finds them, `state_dict` saves them and `to` moves them.

    Args:
        kernel_size: height and width of the kernel, in entries; an int stands for both.
    Shape:
        X (n_h, n_w) -> (n_h - k_h + 1, n_w - k_w + 1).
    Raises:
        ValueError: kernel_size is not one or two whole numbers from 1 to 1024; when called,
            X is no matrix, has another dtype than `weight`, or is smaller than the kernel.
    Source: chapter 03; the layer of d2l 7.2.2.
    """

    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(_height_and_width(kernel_size)))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias


def _height_and_width(kernel_size):
    return whole_pair(kernel_size, "kernel_size", 1, 1024)
