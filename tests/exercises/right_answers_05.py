"""Right answers to chapter 05's exercises, in other styles than the reference."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers.correlation import corr2d, corr2d_shifted
from helpers.descent import descend, hessian
from helpers.descent import largest_stable_lr as stable_lr


def step_by_autograd(X, Y, K, lr):
    weight = K.clone().requires_grad_()
    loss = ((F.conv2d(X[None, None], weight[None, None])[0, 0] - Y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        weight -= lr * weight.grad
    return weight.detach()


def step_by_sgd(X, Y, K, lr):
    layer = nn.Conv2d(1, 1, tuple(K.shape), bias=False)
    layer.weight.data.copy_(K[None, None])
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    nn.MSELoss(reduction="sum")(layer(X[None, None]), Y[None, None]).backward()
    optimizer.step()
    return layer.weight[0, 0]


def step_by_loops(X, Y, K, lr):
    error = corr2d(X, K) - Y
    new = K.clone()
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            window = X[a : a + Y.shape[0], b : b + Y.shape[1]]
            new[a, b] -= lr * (2 * error * window).sum()
    return new


def step_by_windows(X, Y, K, lr):
    windows = F.unfold(X[None, None], tuple(K.shape))[0].T
    k = K.reshape(-1)
    return (k - 2 * lr * windows.T @ (windows @ k - Y.reshape(-1))).reshape(K.shape)


def eigenvalues_by_autograd(X, kernel_shape):
    def loss(K):
        return (F.conv2d(X[None, None], K[None, None]) ** 2).sum()

    size = kernel_shape[0] * kernel_shape[1]
    H = torch.autograd.functional.hessian(loss, torch.zeros(kernel_shape)).reshape(size, size)
    return torch.linalg.eigvalsh(H)


def singular_values(X, kernel_shape):
    return torch.linalg.svdvals(F.unfold(X[None, None], kernel_shape)[0].double())


def eigenvalues_by_numpy(X, kernel_shape):
    k_h, k_w = kernel_shape
    pictures = [
        X[a : X.shape[0] - k_h + 1 + a, b : X.shape[1] - k_w + 1 + b].numpy().ravel()
        for a in range(k_h)
        for b in range(k_w)
    ]
    return np.linalg.eigvalsh(2.0 * np.array(pictures) @ np.array(pictures).T)


def kernel_by_normal_equations(X, Y, kernel_shape):
    windows = F.unfold(X[None, None], kernel_shape)[0].T.double()
    y = Y.reshape(-1).double()
    return torch.linalg.solve(windows.T @ windows, windows.T @ y).reshape(kernel_shape).float()


def kernel_by_pseudo_inverse(X, Y, kernel_shape):
    k_h, k_w = kernel_shape
    windows = X.unfold(0, k_h, 1).unfold(1, k_w, 1).flatten(0, 1).flatten(1)
    return (torch.linalg.pinv(windows) @ Y.flatten()).view(k_h, k_w)


def kernel_by_numpy(X, Y, kernel_shape):
    columns = []
    for n in range(kernel_shape[0] * kernel_shape[1]):
        unit = torch.zeros(kernel_shape)
        unit.view(-1)[n] = 1
        columns.append(corr2d_shifted(X, unit).numpy().ravel())
    k = np.linalg.lstsq(np.stack(columns, axis=1), Y.numpy().ravel(), rcond=None)[0]
    return torch.from_numpy(k.reshape(kernel_shape))


def step_by_descend(X, Y, K, lr):
    return descend(X, Y, K, lr=lr, num_steps=1).kernels[-1]


RIGHT = {
    "gradient_step": [
        step_by_descend,
        step_by_autograd,
        step_by_sgd,
        step_by_loops,
        step_by_windows,
    ],
    "largest_stable_lr": [
        stable_lr,
        lambda X, kernel_shape: 2 / eigenvalues_by_autograd(X, kernel_shape).max(),
        lambda X, kernel_shape: 1 / singular_values(X, kernel_shape)[0].item() ** 2,
        lambda X, kernel_shape: 2 / eigenvalues_by_numpy(X, kernel_shape)[-1],
    ],
    "fastest_lr": [
        lambda X, kernel_shape: 2 / torch.linalg.eigh(hessian(X, kernel_shape))[0][[0, -1]].sum(),
        lambda X, kernel_shape: 2 / eigenvalues_by_autograd(X, kernel_shape)[[0, -1]].sum(),
        lambda X, kernel_shape: (
            1 / sum(singular_values(X, kernel_shape)[[0, -1]].square().tolist())
        ),
        lambda X, kernel_shape: (
            2 / (min(v := eigenvalues_by_numpy(X, kernel_shape)) + max(v)).item()
        ),
    ],
    "kernel_in_one_go": [
        kernel_by_normal_equations,
        kernel_by_pseudo_inverse,
        kernel_by_numpy,
        lambda X, Y, s: kernel_by_numpy(X, Y, s).double(),
    ],
    "row_of_differences": [
        [-3, 0, 4],
        (-3.0, 0.0, 4.0),
        corr2d(torch.tensor([[2.0, 5.0, 5.0, 1.0]]), torch.tensor([[1.0, -1.0]]))[0],
    ],
    "factors": [
        1 - 0.05 * torch.tensor([12.0, 60.0], dtype=torch.float64),
        [0.4, -2],
        (0.4, -2.0),
        (2 / 5, 1 - 3),
    ],
    "limit_for_the_mean": [1.4, 7 / 5],
    "limit_on_its_side": [0.025, 1 / 40],
    "smallest_side": [5, 5.0],
    "quickest_photo": ["grass", "Grass", " grass "],
    "kernel_learned_through_the_flip": [torch.tensor([[1.0, -1.0]]).flip(0, 1)],
}
