"""Gradient descent on the squared error of one kernel, and why it settles or runs away.

The loss is the squared difference between a feature map and a target, summed over the map.
With the windows of X as the rows of a matrix W, the feature map is W k, so the loss is a
quadratic in the kernel's entries k: its gradient is 2 Wᵀ(W k − y), its Hessian 2 WᵀW, the same
everywhere. The Hessian alone decides which learning rates settle.
"""

import math
import sys
from numbers import Real
from typing import NamedTuple

import torch

from helpers.correlation import output_shape
from helpers.wording import described, is_whole

# Far beyond any lesson; they keep a slip of the keyboard from filling the memory or the hour.
_MOST_WINDOW_ENTRIES = 2**25
_MOST_WEIGHTS = 1024
_MOST_STEPS = 100_000


class Descent(NamedTuple):
    """What `descend` went through, the start included."""

    kernels: torch.Tensor
    losses: torch.Tensor


def hessian(X, kernel_shape):
    """Second derivatives of the loss by the kernel's entries, taken row by row.

    Args:
        X: picture, float32 or float64.
        kernel_shape: height and width of the kernel, at most 1,024 entries.
    Shape:
        X (n_h, n_w), kernel_shape (k_h, k_w) -> (k_h * k_w, k_h * k_w), dtype of X.
    Raises:
        ValueError: X is no matrix of finite floats, is too large, or the kernel does not fit.
    Source: chapter 05.
    """
    return _hessian(X, kernel_shape).to(X.dtype)


def largest_stable_lr(X, kernel_shape):
    """The learning rate that gradient descent must stay below to settle from every start.

    Along an eigenvector of the Hessian with eigenvalue λ, one step multiplies the error by
    1 − lr λ. Its size is below 1 as long as lr < 2 / λ, and the largest λ sets the limit.

    Args: as `hessian`.
    Returns:
        A float; infinity for an all-black picture, whose loss no kernel changes.
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
        start: kernel to start from, same dtype; it is not changed.
        lr: learning rate, at least 0.
        num_steps: number of updates, from 0 to 100,000.
    Returns:
        A `Descent`: `.kernels` and `.losses`, each beginning with the start.
    Shape:
        X (n_h, n_w), Y (o_h, o_w), start (k_h, k_w)
        -> kernels (num_steps + 1, k_h, k_w), losses (num_steps + 1,).
    Raises:
        ValueError: a tensor that is no matrix of finite floats, shapes or dtypes that do not
            belong together, a negative lr, or a num_steps out of range.
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
        raise ValueError(
            "The loss at the start is too large to be a number: scale X, Y or start down."
        )
    return Descent(torch.stack(kernels).reshape(-1, *start.shape), torch.stack(losses))


def _hessian(X, kernel_shape):
    _check_floats(X, "X")
    W = _windows(X.detach().double(), kernel_shape)
    if W.shape[1] > _MOST_WEIGHTS:
        raise ValueError(
            f"A kernel of shape {described(kernel_shape)} has {W.shape[1]} entries: "
            f"take one of at most {_MOST_WEIGHTS}."
        )
    H = 2 * W.T @ W
    if not H.isfinite().all():
        raise ValueError("X holds numbers too large to be squared: scale the picture down.")
    return H


def _windows(X, kernel_shape):
    """Every window of X as a row: (o_h * o_w, k_h * k_w)."""
    o_h, o_w = output_shape(tuple(X.shape), kernel_shape)
    k_h, k_w = X.shape[0] - o_h + 1, X.shape[1] - o_w + 1
    if o_h * o_w * k_h * k_w > _MOST_WINDOW_ENTRIES:
        raise ValueError(
            f"{o_h * o_w} windows of {k_h}×{k_w} pixels are more than this computes with: "
            f"take a smaller picture or kernel."
        )
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(o_h * o_w, k_h * k_w)


def _check_run(X, Y, start, lr, num_steps):
    for name, tensor in (("X", X), ("Y", Y), ("start", start)):
        _check_floats(tensor, name)
    if not X.dtype == Y.dtype == start.dtype:
        raise ValueError(
            f"X is {X.dtype}, Y is {Y.dtype} and start is {start.dtype}: "
            f"give all three one dtype, for instance with .float()."
        )
    expected = output_shape(tuple(X.shape), tuple(start.shape))
    if tuple(Y.shape) != expected:
        raise ValueError(
            f"Y has shape {tuple(Y.shape)}, but a kernel of shape {tuple(start.shape)} makes a "
            f"feature map of shape {expected} from X: give a target of that shape."
        )
    number = isinstance(lr, Real) and not isinstance(lr, bool)
    if not number or not 0 <= lr <= sys.float_info.max:
        raise ValueError(f"lr must be a finite number of at least 0, but is {described(lr)}.")
    if not is_whole(num_steps) or not 0 <= num_steps <= _MOST_STEPS:
        raise ValueError(
            f"num_steps must be a whole number from 0 to {_MOST_STEPS}, "
            f"but is {described(num_steps)}."
        )


def _check_floats(M, name):
    if not isinstance(M, torch.Tensor) or M.dtype not in (torch.float32, torch.float64):
        given = M.dtype if isinstance(M, torch.Tensor) else type(M).__name__
        raise ValueError(
            f"{name} must be a float32 or float64 tensor, but is {given}: "
            f"make one with torch.tensor(...).float()."
        )
    if M.layout is not torch.strided or M.device.type != "cpu":
        raise ValueError(f"{name} must be an ordinary (dense) tensor on the CPU.")
    if M.dim() != 2 or M.numel() == 0:
        raise ValueError(
            f"{name} must be a matrix with at least one row and one column, "
            f"but has shape {tuple(M.shape)}."
        )
    if not M.isfinite().all():
        raise ValueError(f"{name} holds NaN or infinity: give finite numbers only.")
