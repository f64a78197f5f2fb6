"""Correct answers to the exercises of chapter 01, in styles other than the reference's."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

X = torch.tensor([[2.0, 1, 3, 1], [4, 2, 1, 3], [1, 5, 2, 4]])
K = torch.tensor([[2.0, -1], [1, 3]])


def by_building_the_layer(height, width, channels, units):
    layer = nn.Linear(height * width * channels, units, device="meta")
    return sum(p.numel() for p in layer.parameters())


def by_building_weights_and_biases(height, width, channels, units):
    layer = nn.Linear(height * width * channels, units, device="meta")
    return layer.weight.numel() + layer.bias.numel()


def cut_with_loops(V, delta):
    V = V.clone()
    middle_h, middle_w = V.shape[2] // 2, V.shape[3] // 2
    for a in range(V.shape[2]):
        for b in range(V.shape[3]):
            if abs(a - middle_h) > delta or abs(b - middle_w) > delta:
                V[:, :, a, b] = 0
    return V


def cut_with_offsets(V, delta):
    kept = torch.zeros_like(V)
    reach_h, reach_w = V.shape[2] // 2, V.shape[3] // 2
    for a, b in product(range(-reach_h, reach_h + 1), range(-reach_w, reach_w + 1)):
        if -delta <= a <= delta and -delta <= b <= delta:
            kept[:, :, a + reach_h, b + reach_w] = V[:, :, a + reach_h, b + reach_w]
    return kept


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


def cut_in_double(V, delta):
    return cut_with_loops(V.double(), delta)


def cut_with_masked_rows_and_columns(V, delta):
    out = V.clone()
    reach_h, reach_w = (V.shape[2] - 1) // 2, (V.shape[3] - 1) // 2
    out[:, :, torch.arange(-reach_h, reach_h + 1).abs() > delta, :] = 0
    out[:, :, :, torch.arange(-reach_w, reach_w + 1).abs() > delta] = 0
    return out


def count_in_a_loop(height, width, delta):
    window = sum(1 for _ in range(-delta, delta + 1) for _ in range(-delta, delta + 1))
    return window * height * width


def count_from_a_tensor(height, width, delta):
    return torch.ones(2 * delta + 1, 2 * delta + 1).numel() * height * width


def pixel_by_pixel(X, W):
    Y = torch.zeros(W.shape[0], *X.shape[1:])
    for i in range(X.shape[1]):
        for j in range(X.shape[2]):
            Y[:, i, j] = W @ X[:, i, j]
    return Y


def channel_by_channel(X, W):
    return torch.stack([sum(w * x for w, x in zip(row, X)) for row in W])


def sums_of_products(x, k):
    return torch.tensor(
        [
            sum(float(k[a]) * float(x[i + a]) for a in range(len(k)))
            for i in range(len(x) - len(k) + 1)
        ]
    )


def slide_into_zeros(x, k):
    y = torch.zeros(x.shape[0] - k.shape[0] + 1)
    for i in range(y.shape[0]):
        y[i] = (x[i : i + k.shape[0]] * k).sum()
    return y


def letters(letter):
    return [letter.upper(), f" {letter} ", f"'{letter}'", f"{letter})", f"({letter})"]


def tuples(*numbers):
    """A tuple of numbers in the forms that people write."""
    return [
        list(numbers),
        tuple(map(float, numbers)),
        torch.tensor(numbers),
        np.array(numbers),
        tuple(map(torch.tensor, numbers)),
    ]


RIGHT = {
    "window_sum": [
        (X[1:3, 0:2] * K).sum(),
        22.0,
        np.int64(22),
        4 * 2 + 2 * -1 + 1 * 1 + 5 * 3,
        torch.tensor([22]),
    ],
    "one_unit": [
        3e6,
        1000**2 * 3,
        3_000_000,
        np.float32(3e6),
        torch.tensor(1000 * 1000 * 3),
    ],
    "gigabytes": [
        12.0,
        3e9 * 4 / 1e9,
        Fraction(12),
        np.float64(12),
        torch.tensor(12.0),
    ],
    "neighbours": letters("c"),
    "shuffled": letters("a"),
    "dense_on_shuffled": letters("b"),
    "moves_or_stays": letters("b"),
    "three_stages": [(42 * 48, 42 * 2, 2), *tuples(2016, 84, 2)],
    "equivariant_stage": ["Shared", " shared ", '"shared"', "'shared'", "SHARED"],
    "exact_shifts": [{3, 6}, (6, 3), *tuples(3, 6)],
    "dense_parameters": [
        lambda height, width, channels, units: (height * width * channels + 1) * units,
        lambda h, w, c, u: math.prod([h, w, c, u]) + u,
        lambda h, w, c, u: torch.tensor([h, w, c, u]).prod() + u,
        by_building_the_layer,
        by_building_weights_and_biases,
    ],
    "source_of_v": tuples(1, 1, 0, 2),
    "keep_local": [
        cut_with_loops,
        cut_with_offsets,
        cut_by_slices,
        cut_with_where,
        cut_in_double,
        cut_with_masked_rows_and_columns,
    ],
    "local_parameters": [
        lambda height, width, delta: (2 * delta + 1) * (2 * delta + 1) * height * width,
        lambda h, w, d: h * w * (4 * d**2 + 4 * d + 1),
        lambda h, w, d: float(h * w * (2 * d + 1) ** 2),
        count_in_a_loop,
        count_from_a_tensor,
    ],
    "shared_only": [
        (2 * 4 - 1) * (2 * 5 - 1),
        63.0,
        np.int64(63),
        torch.tensor(63),
        7 * 9,
    ],
    "pixel_layer": [
        lambda X, W: torch.einsum("oc,cij->oij", W, X),
        lambda X, W: F.conv2d(X[None], W[:, :, None, None])[0],
        lambda X, W: F.conv2d(X, W[:, :, None, None]),
        lambda X, W: (X.permute(1, 2, 0) @ W.T).permute(2, 0, 1),
        lambda X, W: torch.tensordot(W, X, dims=1),
        pixel_by_pixel,
        channel_by_channel,
    ],
    "sound_task": letters("c"),
    "correlate_sound": [
        lambda x, k: x.unfold(0, len(k), 1) @ k,
        lambda x, k: F.conv1d(x[None, None], k[None, None])[0, 0],
        lambda x, k: torch.from_numpy(np.correlate(x.numpy(), k.numpy(), mode="valid")),
        lambda x, k: torch.stack([x[i : i + len(k)] @ k for i in range(len(x) - len(k) + 1)]),
        sums_of_products,
        slide_into_zeros,
    ],
    "spectrogram_columns": [
        1024 / 256,
        4.0,
        np.int64(4),
        torch.tensor(4),
        Fraction(1024, 256),
    ],
    "where_it_hurts": letters("b"),
    "reach_of_are": [8.0, np.int64(8), torch.tensor(8), Fraction(8), 9 - 1],
    "windows_on_a_pixel": [(1 * 1, 1 * 3, 3 * 3), *tuples(1, 3, 9)],
}
