"""Correct answers to the exercises of chapter 03, in styles other than the reference's."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.conv2d import Conv2D
from helpers.correlation import corr2d, corr2d_unfold


class ScalarBias(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.tensor(0.0))

    def forward(self, X):
        return self.bias + corr2d_unfold(X, self.weight)


class Registered(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.zeros(*kernel_size)))
        self.register_parameter("bias", nn.Parameter(torch.zeros(1)))

    def forward(self, X):
        Y = F.conv2d(X[None, None], self.weight[None, None], self.bias)
        return Y[0, 0]


def channels_at_once(X, K, bias):
    windows = X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
    return torch.einsum("cijab,ocab->oij", windows, K) + bias[:, None, None]


def channels_in_place(X, K, bias):
    shape = (X.shape[1] - K.shape[2] + 1, X.shape[2] - K.shape[3] + 1)
    Y = torch.zeros(len(K), *shape)
    for o in range(len(K)):
        Y[o] += bias[o]
        for c in range(len(X)):
            Y[o] += corr2d(X[c], K[o, c])
    return Y


def kernel_gradient_by_autograd(X, dY):
    K = torch.zeros(
        X.shape[0] - dY.shape[0] + 1,
        X.shape[1] - dY.shape[1] + 1,
        dtype=X.dtype,
        requires_grad=True,
    )
    corr2d(X, K).backward(dY)
    return K.grad


def kernel_gradient_in_loops(X, dY):
    k_h, k_w = X.shape[0] - dY.shape[0] + 1, X.shape[1] - dY.shape[1] + 1
    dK = torch.zeros(k_h, k_w, dtype=X.dtype)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            dK += dY[i, j] * X[i : i + k_h, j : j + k_w]
    return dK


def picture_gradient_by_flipping(K, dY):
    k_h, k_w = K.shape
    return corr2d(F.pad(dY, (k_w - 1, k_w - 1, k_h - 1, k_h - 1)), K.flip(0, 1))


RIGHT = {
    "parameters_found": [0, 0.0],
    "Conv2D": [ScalarBias, Registered, Conv2D],
    "parameters_of_conv": [10, 9 + 1],
    "shape_of_weight": [[16, 3, 5, 5], torch.Size([16, 3, 5, 5])],
    "shape_of_batch": [[8, 16, 28, 36]],
    "convolve_channels": [
        channels_at_once,
        channels_in_place,
        lambda X, K, bias: F.conv2d(X[None], K, bias).squeeze(0),
    ],
    "shape_of_gradient": [[2, 3]],
    "kernel_gradient": [
        kernel_gradient_by_autograd,
        kernel_gradient_in_loops,
        lambda X, dY: F.conv2d(X[None, None], dY[None, None])[0, 0],
    ],
    "picture_gradient": [
        picture_gradient_by_flipping,
        lambda K, dY: F.conv_transpose2d(dY[None, None], K[None, None])[0, 0],
        lambda K, dY: torch.nn.grad.conv2d_input(
            (1, 1, dY.shape[0] + K.shape[0] - 1, dY.shape[1] + K.shape[1] - 1),
            K[None, None],
            dY[None, None],
        )[0, 0],
    ],
}
