"""Right answers to chapter 04's exercises, in other styles than the reference."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from helpers import kernels
from helpers.correlation import corr2d


def central_differences(v):
    across = torch.tensor([[0.0, 0, 0], [-1, 0, 1], [0, 0, 0]]) / 2
    return v[0] * across + v[1] * across.T


def two_by_two(v):
    right, down = v
    across = torch.tensor([[-0.5, 0.5], [-0.5, 0.5]], dtype=torch.float64)
    return right * across + down * across.T


def entry_by_entry(v):
    K = torch.zeros(1 + 2, 3)
    for i in range(3):
        for j in range(3):
            K[i, j] = (v[0] * (j - 1) + v[1] * (i - 1)) / 6
    return K


def three_entries(v):
    return torch.tensor([[-v[0] - v[1], v[0]], [v[1], 0.0]])


def binomials(d):
    return torch.tensor([[(-1.0) ** (d - n) * math.comb(d, n) for n in range(d + 1)]])


def by_numpy(d):
    K = np.array([1.0])
    for _ in range(d):
        K = np.convolve(K, [-1, 1])
    return torch.from_numpy(K)[None]


def by_recursion(d):
    if d == 0:
        return torch.tensor([[1]])
    K = by_recursion(d - 1)[0].tolist()
    return torch.tensor([[a - b for a, b in zip([0, *K], [*K, 0], strict=True)]])


def strength_by_hypot(X):
    return torch.hypot(corr2d(X, kernels.SOBEL_X), corr2d(X, kernels.SOBEL_Y))


def strength_by_norm(X):
    both = torch.stack([kernels.SOBEL_X, kernels.SOBEL_Y])[:, None]
    return F.conv2d(X[None, None], both)[0].norm(dim=0)


def strength_pixel_by_pixel(X):
    G_x, G_y = corr2d(X, kernels.SOBEL_X), corr2d(X, kernels.SOBEL_Y)
    rows = [
        [math.sqrt(a * a + b * b) for a, b in zip(p, q, strict=True)]
        for p, q in zip(G_x.tolist(), G_y.tolist(), strict=True)
    ]
    return torch.tensor(rows)


def bank_by_library(X, bank):
    return F.conv2d(X[None, None], bank[:, None])[0]


def bank_filled_in(X, bank):
    n, k_h, k_w = bank.shape
    Y = torch.empty(n, X.shape[0] - k_h + 1, X.shape[1] - k_w + 1)
    for channel in range(n):
        Y[channel] = corr2d(X, bank[channel])
    return Y


def bank_by_einsum(X, bank):
    windows = X.unfold(0, bank.shape[1], 1).unfold(1, bank.shape[2], 1)
    return torch.einsum("ijab,nab->nij", windows, bank)


def derivative_by_conditions(d):
    places = torch.arange(d + 1.0, dtype=torch.float64)
    conditions = torch.stack([places**power for power in range(d + 1)])
    target = torch.zeros(d + 1, dtype=torch.float64)
    target[-1] = math.factorial(d)
    return torch.linalg.solve(conditions, target)[None]


RIGHT = {
    "striped_row": [[0, 1, 0, 0, 0, -1, 0], (0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0)],
    "transposed_shape": [[8, 5], torch.Size([8, 5])],
    "diagonal_row": [[-1, 1, 0, 0, 0]],
    "map_shape": [[6, 5], torch.Size([6, 5]), (7 - 2 + 1, 9 - 5 + 1)],
    "correlation_and_convolution": [[11, 4], (11.0, 4.0)],
    "kernel_for_the_horizon": ["sobel_y", "SOBEL_Y", " Sobel_Y "],
    "shape_of_maps": [torch.Size([1, 8, 118, 158]), [1, 8, 118, 158]],
    "diagonal_picture_transposed": ["Same", " same "],
    "diagonal_kernel_transposed": [[1, -1, 0, 0, 0, 0]],
    "impulse_corner": [9.0],
    "brightness_change": [[0.0, 0.25, 0.25, 0.0], (0, 1 / 4, 1 / 4, 0)],
    "diagonal_edge_kernel": [
        torch.tensor([[0.0, -1.0], [1.0, 0.0]]),
        3 * kernels.DIAGONAL_UP,
        kernels.SOBEL_X - kernels.SOBEL_Y,
        torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).requires_grad_(),
    ],
    "directional_kernel": [central_differences, two_by_two, entry_by_entry, three_entries],
    "second_derivative_kernel": [
        torch.tensor([[1.0, -2, 1]]).clone(),
        torch.tensor([[0.0, 1, -2, 1, 0]]),
        torch.tensor([[1.0, 0, -2, 0, 1]]) / 4,
        torch.tensor([[0.0, 0, 0], [1, -2, 1], [0, 0, 0]]),
    ],
    "blur_kernel": [
        kernels.GAUSSIAN_BLUR,
        torch.full((2, 2), 0.25),
        torch.full((5, 3), 1 / 15),
        torch.softmax(torch.arange(16.0), 0).reshape(4, 4),
    ],
    "smallest_size": [
        lambda d: 1 + d,
        lambda d: len(range(d + 1)),
        lambda d: float(d + 1),
        lambda d: 1 - -d,
    ],
    "derivative_kernel": [binomials, by_numpy, by_recursion, derivative_by_conditions],
    "edge_strength": [strength_by_hypot, strength_by_norm, strength_pixel_by_pixel],
    "filter_bank": [bank_by_library, bank_filled_in, bank_by_einsum],
}
