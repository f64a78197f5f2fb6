"""Checks of what a function is given: each rule, and the sentence for breaking it, written once.

A check that fails raises a ValueError that says what is wrong and what would be right.
"""

import inspect
import sys
from contextlib import suppress
from numbers import Integral, Real

import numpy as np
import torch

LARGEST_SIZE = 2**31 - 1  # pixels; stops a typo before it fills the memory
_LARGEST_FLOAT = sys.float_info.max
_LONGEST = 60  # characters of a value's description
_KINDS = {1: "a vector", 2: "a matrix", 3: "a stack of matrices"}


def is_whole(value):
    """Whether a value is an int, Python's or NumPy's. Rejects bools."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def whole(value, name, least, most):
    """A whole number, as a Python int.

    Raises:
        ValueError: value is not a whole number from `least` to `most`.
    """
    if not is_whole(value) or not least <= value <= most:
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}, but is {described(value)}."
        )
    return int(value)


def whole_pair(value, name, least, most):
    """A (height, width) tuple of ints; a single whole number stands for both.

    Raises:
        ValueError: value is not one or two whole numbers from `least` to `most`.
    """
    pair = (value, value) if is_whole(value) else value
    ok = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not (ok and all(is_whole(side) and least <= side <= most for side in pair)):
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}, or a (height, width) pair "
            f"of them, but is {described(value)}."
        )
    return int(pair[0]), int(pair[1])


def number(value, name, least, most=_LARGEST_FLOAT):
    """A finite number, as a Python float. Rejects bools.

    Raises:
        ValueError: value is not a number from `least` to `most`.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):  # an int too large for a float
            if least <= float(value) <= most:
                return float(value)
    bounds = f"of at least {least:g}" if most == _LARGEST_FLOAT else f"from {least:g} to {most:g}"
    raise ValueError(f"{name} must be a number {bounds}, but is {described(value)}.")


def one_of(value, name, choices):
    """The value, which must be one of a few words.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, but is {described(value)}.")
    return value


def check_tensor(X, name, dimensions, floats=False):
    """Check a tensor of real numbers that has at least one of them.

    Args:
        X: what should be a tensor.
        name: what to call it in the error.
        dimensions: how many it must have: 1, 2 or 3.
        floats: whether only finite float32 or float64 numbers will do.
    Raises:
        ValueError: X is not such a tensor.
    """
    if not isinstance(X, torch.Tensor):
        raise ValueError(
            f"{name} must be a tensor, but is {described(X)}: make one with torch.tensor(...)."
        )
    if X.layout is not torch.strided or X.is_meta:
        raise ValueError(f"{name} must be an ordinary (dense) tensor that holds its numbers.")
    if X.dim() != dimensions or X.numel() == 0:
        raise ValueError(
            f"{name} must be {_KINDS[dimensions]} of at least one number, "
            f"but has shape {tuple(X.shape)}."
        )
    if X.dtype == torch.bool or X.is_complex():
        raise ValueError(f"{name} must hold real numbers, but has dtype {X.dtype}.")
    if floats and X.dtype not in (torch.float32, torch.float64):
        raise ValueError(
            f"{name} must hold float32 or float64 numbers, but has dtype {X.dtype}: "
            f"call .float() on it."
        )
    if floats and not X.isfinite().all():
        raise ValueError(f"{name} holds NaN or infinity: give finite numbers only.")


def check_same_dtype(**tensors):
    """Check that tensors, given by their names, have one dtype.

    Raises:
        ValueError: they do not.
    """
    if len({X.dtype for X in tensors.values()}) > 1:
        dtypes = ", ".join(f"{name} is {X.dtype}" for name, X in tensors.items())
        raise ValueError(f"{dtypes}: give all of them one dtype, for instance with .float().")


def matrix_rows(M, name, max_shape, limit):
    """A matrix in any form (tensor, array, nested list) as a list of rows of floats.

    Args:
        M: the matrix.
        name: what to call it in the error.
        max_shape: the most (rows, columns) it may have.
        limit: largest absolute value allowed.
    Raises:
        ValueError: M is not a matrix of finite numbers, or is too large.
    """
    try:
        # torch rejects arrays with negative strides, such as a flipped one.
        M = torch.as_tensor(np.ascontiguousarray(M) if isinstance(M, np.ndarray) else M).detach()
        if M.layout is not torch.strided or M.is_meta or M.is_complex():
            raise TypeError
        M = M.to("cpu", torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise ValueError(f"{name} must be a matrix of numbers, but is {described(M)}.") from None
    if M.dim() != 2 or M.numel() == 0 or M.shape[0] > max_shape[0] or M.shape[1] > max_shape[1]:
        raise ValueError(
            f"{name} must be a matrix of at most {max_shape[0]}×{max_shape[1]} numbers, "
            f"but has shape {tuple(M.shape)}."
        )
    if not bool((M.abs() <= limit).all()):  # also false for NaN
        raise ValueError(f"{name} must hold numbers from −{limit} to {limit} only.")
    return M.tolist()


def described(value):
    """A value in a few words: "a tensor of shape (2, 3)", "the function len", or its repr.

    Args:
        value: anything, even an object whose repr raises.
    Returns:
        A string of one line, about 60 characters at most.
    """
    if inspect.isclass(value) or inspect.isroutine(value):
        kind = "class" if inspect.isclass(value) else "function"
        return f"a {kind}" if "<" in value.__name__ else f"the {kind} {value.__name__}"
    try:
        if hasattr(value, "shape") and hasattr(value, "dtype") and len(value.shape):
            kind = "a tensor" if isinstance(value, torch.Tensor) else "an array"
            return f"{kind} of shape {tuple(value.shape)}"
        text = " ".join(repr(value).split())
    except Exception:  # a learner's own class, or an int too long for repr
        text = object.__repr__(value)
    if " at 0x" in text:  # which says where it lies, not what it is
        return f"an object of class {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
