"""The convolutional layer that chapter 03 builds: `corr2d` with a learnable kernel and bias."""

import torch
from torch import nn

from helpers.checks import whole_pair
from helpers.correlation import corr2d

_LARGEST_KERNEL = 1024


class Conv2D(nn.Module):
    """A convolutional layer with one input channel and one output channel.

    `weight` starts as standard normal noise, `bias` as zero. Both are `nn.Parameter`s, so an
    optimiser finds them, `state_dict` saves them and `to` moves them.

    Args:
        kernel_size: height and width of the kernel; an int stands for both.
    Shape:
        X (n_h, n_w) -> (n_h - k_h + 1, n_w - k_w + 1).
    Raises:
        ValueError: kernel_size is not one or two whole numbers from 1 to 1024; when called,
            X is not a matrix, has another dtype than `weight`, or is smaller than the kernel.
    Source: chapter 03; the layer of d2l 7.2.2.
    """

    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(
            torch.randn(whole_pair(kernel_size, "kernel_size", 1, _LARGEST_KERNEL))
        )
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias
