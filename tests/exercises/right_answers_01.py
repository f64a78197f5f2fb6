"""Correct answers to the exercises of chapter 01, in styles other than the reference's."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def by_building_the_layer(height, width, channels, units):
    layer = nn.Linear(height * width * channels, units, device="meta")
    return sum(p.numel() for p in layer.parameters())


def cut_with_loops(V, delta):
    V = V.clone()
    middle_h, middle_w = V.shape[2] // 2, V.shape[3] // 2
    for a in range(V.shape[2]):
        for b in range(V.shape[3]):
            if abs(a - middle_h) > delta or abs(b - middle_w) > delta:
                V[:, :, a, b] = 0
    return V


def cut_by_slices(V, delta):
    kept = torch.zeros_like(V)
    rows, columns = (
        slice(max(n // 2 - delta, 0), n // 2 + delta + 1) for n in (V.shape[2], V.shape[3])
    )
    kept[:, :, rows, columns] = V[:, :, rows, columns]
    return kept


def cut_with_where(V, delta):
    a = (torch.arange(V.shape[2]) - V.shape[2] // 2).abs().view(-1, 1)
    b = (torch.arange(V.shape[3]) - V.shape[3] // 2).abs().view(1, -1)
    return torch.where(torch.maximum(a, b) <= delta, V, torch.zeros(()))


def count_in_a_loop(height, width, delta):
    window = sum(1 for _ in range(-delta, delta + 1) for _ in range(-delta, delta + 1))
    return window * height * width


def pixel_by_pixel(X, W):
    Y = torch.zeros(W.shape[0], *X.shape[1:])
    for i in range(X.shape[1]):
        for j in range(X.shape[2]):
            Y[:, i, j] = W @ X[:, i, j]
    return Y


def sums_of_products(x, k):
    return torch.tensor(
        [
            sum(float(k[a]) * float(x[i + a]) for a in range(len(k)))
            for i in range(len(x) - len(k) + 1)
        ]
    )


RIGHT = {
    "one_unit": [3e6, 1000**2 * 3, 3_000_000],
    "gigabytes": [12, 12.0, 3e9 * 4 / 1e9],
    "dense_parameters": [
        lambda height, width, channels, units: (height * width * channels + 1) * units,
        lambda h, w, c, u: math.prod([h, w, c, u]) + u,
        by_building_the_layer,
    ],
    "neighbours": ["C", " c "],
    "three_stages": [[2016, 84, 2], (2016.0, 84.0, 2.0)],
    "source_of_v": [[1, 1, 0, 2]],
    "keep_local": [cut_with_loops, cut_by_slices, cut_with_where],
    "local_parameters": [
        lambda height, width, delta: (2 * delta + 1) * (2 * delta + 1) * height * width,
        lambda h, w, d: h * w * (4 * d**2 + 4 * d + 1),
        count_in_a_loop,
    ],
    "exact_shifts": [[3, 6]],
    "pixel_layer": [
        lambda X, W: torch.einsum("oc,cij->oij", W, X),
        lambda X, W: F.conv2d(X[None], W[:, :, None, None])[0],
        lambda X, W: (X.permute(1, 2, 0) @ W.T).permute(2, 0, 1),
        lambda X, W: torch.tensordot(W, X, dims=1),
        pixel_by_pixel,
    ],
    "correlate_sound": [
        lambda x, k: x.unfold(0, len(k), 1) @ k,
        lambda x, k: F.conv1d(x[None, None], k[None, None])[0, 0],
        sums_of_products,
    ],
    "windows_on_a_pixel": [[1, 3, 9]],
}
