"""Gradient descent on the squared error of one kernel, and why it converges or diverges.

The loss is the squared difference between a feature map and a target, summed over the map.
With the windows of X as the rows of a matrix W, the feature map is W k, so the loss is quadratic
in the kernel's entries k. Its gradient is 2 Wᵀ(W k − y). Its Hessian 2 WᵀW does not depend on k,
and alone decides which learning rates converge.
"""

import math
from typing import NamedTuple

import torch

from helpers.checks import check_same_dtype, check_tensor, described, number, whole
from helpers.correlation import output_shape

# Far beyond any lesson; they stop a typo before it fills the memory or takes hours.
_MOST_WINDOW_ENTRIES = 2**25
_MOST_WEIGHTS = 1024
_MOST_STEPS = 100_000


class Descent(NamedTuple):
    """The kernels and losses of a run of `descend`, the start included."""

    kernels: torch.Tensor
    losses: torch.Tensor


def hessian(X, kernel_shape):
    """The second derivatives of the loss with respect to the kernel's entries, row by row.

    Args:
        X: picture, float32 or float64.
        kernel_shape: height and width of the kernel, at most 1,024 entries.
    Shape:
        X (n_h, n_w), kernel_shape (k_h, k_w) -> (k_h * k_w, k_h * k_w), dtype of X.
    Raises:
        ValueError: X is not a matrix of finite floats, X is too large, or the kernel does not
            fit into it.
    Source: chapter 05.
    """
    return _hessian(X, kernel_shape).to(X.dtype)


def largest_stable_lr(X, kernel_shape):
    """The learning rate below which gradient descent converges from every start.

    Along an eigenvector of the Hessian with eigenvalue λ, each step multiplies the error by
    1 − lr λ. The error shrinks as long as lr < 2 / λ, so the largest λ sets the limit.

    Args: as `hessian`.
    Returns:
        A float; infinity for an all-black picture, where no kernel changes the loss.
    Raises:
        ValueError: as `hessian`.
    Source: chapter 05.
    """
    steepest = torch.linalg.eigvalsh(_hessian(X, kernel_shape))[-1].item()
    return 2 / steepest if steepest > 0 else math.inf


def descend(X, Y, start, lr, num_steps):
    """Gradient descent on ((corr2d(X, K) − Y) ** 2).sum(), from K = start.

    A run that diverges ends early, at the last step whose kernel and loss are finite.

    Args:
        X: picture, float32 or float64.
        Y: target feature map, same dtype.
        start: kernel to start from, same dtype; left unchanged.
        lr: learning rate, at least 0.
        num_steps: number of updates, from 0 to 100,000.
    Returns:
        A `Descent`: `.kernels` and `.losses`, each beginning with the start.
    Shape:
        X (n_h, n_w), Y (o_h, o_w), start (k_h, k_w)
        -> kernels (num_steps + 1, k_h, k_w), losses (num_steps + 1,).
    Raises:
        ValueError: a tensor is not a matrix of finite floats, shapes or dtypes do not match,
            lr is negative, num_steps is out of range, or the first loss is not finite.
    Source: chapter 05; d2l 7.2.4.
    """
    _check_run(X, Y, start, lr, num_steps)
    lr, num_steps = float(lr), int(num_steps)
    W = _windows(X.detach(), tuple(start.shape))
    y = Y.detach().reshape(-1)
    k = start.detach().reshape(-1).clone()
    kernels, losses = [], []
    for _ in range(num_steps + 1):
        error = W @ k - y
        loss = (error**2).sum()
        if not (loss.isfinite() and k.isfinite().all()):
            break
        kernels.append(k)
        losses.append(loss)
        k = k - lr * 2 * (W.T @ error)
    if not losses:
        raise ValueError("The loss at the start overflows: scale X, Y or start down.")
    return Descent(torch.stack(kernels).reshape(-1, *start.shape), torch.stack(losses))


def _hessian(X, kernel_shape):
    check_tensor(X, "X", 2, floats=True)
    W = _windows(X.detach().double(), kernel_shape)
    if W.shape[1] > _MOST_WEIGHTS:
        raise ValueError(
            f"A kernel of shape {described(kernel_shape)} has {W.shape[1]} entries: "
            f"take one of at most {_MOST_WEIGHTS}."
        )
    H = 2 * W.T @ W
    if not H.isfinite().all():
        raise ValueError("X holds numbers too large to square: scale the picture down.")
    return H


def _windows(X, kernel_shape):
    """Every window of X as a row: (o_h * o_w, k_h * k_w)."""
    o_h, o_w = output_shape(tuple(X.shape), kernel_shape)
    k_h, k_w = X.shape[0] - o_h + 1, X.shape[1] - o_w + 1
    if o_h * o_w * k_h * k_w > _MOST_WINDOW_ENTRIES:
        raise ValueError(
            f"{o_h * o_w} windows of {k_h}×{k_w} pixels are too many to compute with: "
            f"take a smaller picture or kernel."
        )
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(o_h * o_w, k_h * k_w)


def _check_run(X, Y, start, lr, num_steps):
    for name, tensor in (("X", X), ("Y", Y), ("start", start)):
        check_tensor(tensor, name, 2, floats=True)
    check_same_dtype(X=X, Y=Y, start=start)
    expected = output_shape(tuple(X.shape), tuple(start.shape))
    if tuple(Y.shape) != expected:
        raise ValueError(
            f"Y has shape {tuple(Y.shape)}, but a kernel of shape {tuple(start.shape)} makes a "
            f"feature map of shape {expected} from X: give a target of that shape."
        )
    number(lr, "lr", 0)
    whole(num_steps, "num_steps", 0, _MOST_STEPS)
