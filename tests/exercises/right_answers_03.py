"""Correct answers to the exercises of chapter 03, in styles other than the reference's."""

import torch
from d2l import torch as d2l
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


class OfTheBook(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return d2l.corr2d(x, self.weight) + self.bias


class BiasShapedAsAMap(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        k_h, k_w = kernel_size
        self.weight = nn.Parameter(torch.empty(k_h, k_w).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.zeros(1, 1))

    def forward(self, X):
        Y = corr2d(X, self.weight)
        return Y + self.bias.expand_as(Y)


class LikePyTorch(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        conv = nn.Conv2d(1, 1, kernel_size)
        self.weight, self.bias = conv.weight, conv.bias

    def forward(self, X):
        return F.conv2d(X.unsqueeze(0).unsqueeze(0), self.weight, self.bias).squeeze(0).squeeze(0)


class DoublePrecision(ScalarBias):
    def __init__(self, kernel_size):
        super().__init__(kernel_size)
        self.double()

    def forward(self, X):
        return super().forward(X.double())


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


def kernel_gradient_weight_by_weight(X, dY):
    dK = torch.zeros(X.shape[0] - dY.shape[0] + 1, X.shape[1] - dY.shape[1] + 1)
    for a in range(dK.shape[0]):
        for b in range(dK.shape[1]):
            dK[a, b] = (X[a : a + dY.shape[0], b : b + dY.shape[1]] * dY).sum()
    return dK


def picture_gradient_by_autograd(K, dY):
    shape = [o + k - 1 for o, k in zip(dY.shape, K.shape, strict=True)]
    X = torch.zeros(shape, dtype=K.dtype, requires_grad=True)
    corr2d(X, K).backward(dY)
    return X.grad


def picture_gradient_pixel_by_pixel(K, dY):
    (k_h, k_w), (o_h, o_w) = K.shape, dY.shape
    dX = torch.zeros(o_h + k_h - 1, o_w + k_w - 1)
    for p in range(dX.shape[0]):
        for q in range(dX.shape[1]):
            for i in range(o_h):
                for j in range(o_w):
                    if 0 <= p - i < k_h and 0 <= q - j < k_w:
                        dX[p, q] += dY[i, j] * K[p - i, q - j]
    return dX


X = torch.tensor([[1.0, 0, 2], [0, 3, 1]])
K = torch.tensor([[1.0, 2], [0, -1]])
COLOUR = nn.Conv2d(3, 16, kernel_size=5)

RIGHT = {
    "recall_size": [corr2d(torch.ones(28, 20), torch.ones(5, 3)).shape, [28 - 5 + 1, 20 - 3 + 1]],
    "recall_entry": [corr2d(X, K)[0, 1], (X[0:2, 1:3] * K).sum(), d2l.corr2d(X, K)[0][1].item()],
    "parameters_found": [0, 0.0, len(list(nn.Module().parameters()))],
    "Conv2D": [
        ScalarBias,
        Registered,
        Conv2D,
        OfTheBook,
        BiasShapedAsAMap,
        LikePyTorch,
        DoublePrecision,
    ],
    "parameters_of_conv": [
        10,
        9 + 1,
        sum(p.numel() for p in Conv2D((3, 3)).parameters()),
        sum(torch.tensor([p.numel() for p in nn.Conv2d(1, 1, 3).parameters()])),
    ],
    "shape_of_weight": [[16, 3, 5, 5], torch.Size([16, 3, 5, 5]), COLOUR.weight.shape],
    "shape_of_batch": [[8, 16, 28, 36], COLOUR(torch.ones(8, 3, 32, 40)).shape],
    "gradient_passes": [corr2d(X, K.clone().requires_grad_()).requires_grad, "yes"],
    "convolve_channels": [
        channels_at_once,
        channels_in_place,
        lambda X, K, bias: F.conv2d(X[None], K, bias).squeeze(0),
        lambda X, K, bias: torch.stack(
            [sum(corr2d(x, k) for x, k in zip(X, kernel)) + b for kernel, b in zip(K, bias)]
        ),
    ],
    "shape_of_gradient": [[2, 3], corr2d(torch.ones(6, 8), torch.ones(5, 6)).shape],
    "kernel_gradient": [
        kernel_gradient_by_autograd,
        kernel_gradient_in_loops,
        kernel_gradient_weight_by_weight,
        lambda X, dY: F.conv2d(X[None, None], dY[None, None])[0, 0],
        lambda X, dY: d2l.corr2d(X, dY),
    ],
    "picture_gradient": [
        picture_gradient_by_flipping,
        picture_gradient_by_autograd,
        picture_gradient_pixel_by_pixel,
        lambda K, dY: F.conv_transpose2d(dY[None, None], K[None, None])[0, 0],
        lambda K, dY: torch.nn.grad.conv2d_input(
            (1, 1, dY.shape[0] + K.shape[0] - 1, dY.shape[1] + K.shape[1] - 1),
            K[None, None],
            dY[None, None],
        )[0, 0],
    ],
}
