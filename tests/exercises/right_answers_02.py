"""Right answers to chapter 02's exercises, in other styles than the reference."""

import math

import numpy as np
import torch
from d2l import torch as d2l
from scipy import signal
from torch.nn import functional as F


def two_loops(X, K):
    k_h, k_w = K.shape
    Y = X.new_zeros(X.shape[0] - k_h + 1, X.shape[1] - k_w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + k_h, j : j + k_w] * K).sum()
    return Y


def four_loops(X, K):
    rows = X.shape[0] - K.shape[0] + 1
    columns = X.shape[1] - K.shape[1] + 1
    Y = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            for a in range(K.shape[0]):
                for b in range(K.shape[1]):
                    Y[i][j] += float(X[i + a, j + b] * K[a, b])
    return torch.tensor(Y, dtype=X.dtype)


def by_unfold(X, K):
    return torch.einsum("ijab,ab->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)


def by_library(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]


def by_fft(X, K):
    full = [n + k - 1 for n, k in zip(X.shape, K.shape)]
    spectrum = torch.fft.rfft2(X.double(), s=full) * torch.fft.rfft2(K.flip(0, 1).double(), s=full)
    Y = torch.fft.irfft2(spectrum, s=full)
    return Y[K.shape[0] - 1 : X.shape[0], K.shape[1] - 1 : X.shape[1]].to(X.dtype)


def by_scipy(X, K):
    return torch.from_numpy(signal.correlate2d(X.numpy(), K.numpy(), mode="valid")).to(X.dtype)


def shape_with_math(n, k, stride, padding):
    return (
        math.floor((n[0] + 2 * padding - k[0]) / stride) + 1,
        math.floor((n[1] + 2 * padding - k[1]) / stride) + 1,
    )


def shape_by_counting(n, k, stride, padding):
    return [len(range(0, n[a] + 2 * padding - k[a] + 1, stride)) for a in (0, 1)]


def shape_by_trying(n, k, stride, padding):
    Y = F.conv2d(torch.ones(1, 1, *n), torch.ones(1, 1, *k), stride=stride, padding=padding)
    return Y.shape[2:]


def matrix_entry_by_entry(K, input_shape):
    (n_h, n_w), (k_h, k_w) = input_shape, K.shape
    o_h, o_w = n_h - k_h + 1, n_w - k_w + 1
    W = torch.zeros(o_h * o_w, n_h * n_w)
    for i in range(o_h):
        for j in range(o_w):
            for a in range(k_h):
                for b in range(k_w):
                    W[i * o_w + j, (i + a) * n_w + j + b] = K[a, b]
    return W


def matrix_column_by_column(K, input_shape):
    n = input_shape[0] * input_shape[1]
    pictures = torch.eye(n).reshape(n, 1, *input_shape)
    return F.conv2d(pictures, K[None, None]).reshape(n, -1).T


def matrix_in_numpy(K, input_shape):
    rows = []
    for i in range(input_shape[0] - K.shape[0] + 1):
        for j in range(input_shape[1] - K.shape[1] + 1):
            row = np.zeros(input_shape, dtype=np.float32)
            row[i : i + K.shape[0], j : j + K.shape[1]] = K.numpy()
            rows.append(row.ravel())
    return torch.from_numpy(np.stack(rows))


def convolve_by_sums(X, K):
    k_h, k_w = K.shape
    Y = torch.zeros(X.shape[0] - k_h + 1, X.shape[1] - k_w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            for a in range(k_h):
                for b in range(k_w):
                    Y[i, j] += X[i + k_h - 1 - a, j + k_w - 1 - b] * K[a, b]
    return Y


def matrix_of_the_book(K, input_shape):
    W = torch.zeros(4, 9)
    k = torch.zeros(5)
    if tuple(input_shape) != (3, 3) or tuple(K.shape) != (2, 2):
        return matrix_entry_by_entry(K, input_shape)
    k[:2], k[3:5] = K[0, :], K[1, :]
    W[0, :5], W[1, 1:6], W[2, 3:8], W[3, 4:] = k, k, k, k
    return W


X = torch.arange(9.0).reshape(3, 3)
K = torch.arange(4.0).reshape(2, 2)

RIGHT = {
    "recall_weights": [20 * 30, torch.ones(20, 30).numel(), torch.nn.Linear(600, 1).weight.numel()],
    "recall_property": ["Equivariance", "equivariance.", " EQUIVARIANCE"],
    "first_sum": [(X[0:2, 0:2] * K).sum(), two_loops(X, K)[0, 0], d2l.corr2d(X, K)[0][0]],
    "shape_of_map": [
        two_loops(torch.ones(6, 8), torch.ones(3, 4)).shape,
        F.conv2d(torch.ones(1, 1, 6, 8), torch.ones(1, 1, 3, 4)).shape[2:],
        (6 - 3 + 1, 8 - 4 + 1),
    ],
    "corr2d": [d2l.corr2d, two_loops, four_loops, by_unfold, by_library, by_fft, by_scipy],
    "same_padding": [(5 - 1) / 2, (5 - 1) // 2, torch.tensor(5).sub(1).div(2)],
    "output_shape": [shape_with_math, shape_by_counting, shape_by_trying],
    "correlation_matrix": [
        matrix_entry_by_entry,
        matrix_column_by_column,
        matrix_in_numpy,
        matrix_of_the_book,
    ],
    "first_sum_flipped": [
        (X[0:2, 0:2] * K.flip(0, 1)).sum(),
        signal.convolve2d(X, K, mode="valid")[0, 0],
        3 * 0 + 2 * 1 + 1 * 3 + 0 * 4,
    ],
    "convolve2d": [
        lambda X, K: d2l.corr2d(X, K.flip(0, 1)),
        lambda X, K: two_loops(X, K.flip(1).flip(0)),
        lambda X, K: by_library(X, torch.rot90(K, 2)),
        lambda X, K: torch.from_numpy(signal.convolve2d(X.numpy(), K.numpy(), mode="valid")),
        convolve_by_sums,
    ],
    "order_matters": [
        not np.allclose(signal.convolve2d(X, K), signal.convolve2d(K, X)),
        ~torch.tensor(True),
        np.any(signal.convolve2d(X, K) != signal.convolve2d(K, X)),
    ],
}
