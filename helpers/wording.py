"""Which values are whole numbers, or pairs of them, and how any value is called in an error."""

import inspect
from numbers import Integral

import torch

LONGEST = 60


def is_whole(value):
    """Whether a value is a whole number, of Python or NumPy; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def whole_pair(value, name, least, most):
    """A whole number, or two of them, as a (height, width) tuple.

    Raises:
        ValueError: one of them is no whole number from `least` to `most`.
    """
    pair = (value, value) if is_whole(value) else value
    ok = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not (ok and all(is_whole(side) and least <= side <= most for side in pair)):
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}, or a (height, width) pair "
            f"of them, but is {described(value)}."
        )
    return int(pair[0]), int(pair[1])


def described(value):
    """A value in a few words: 'a tensor of shape (2, 3)', 'the function len', or its repr.

    Args:
        value: anything, one whose repr raises included.
    Returns:
        A string without line breaks, of about 60 characters at most.
    """
    if inspect.isclass(value) or inspect.isroutine(value):
        return f"the {'class' if inspect.isclass(value) else 'function'} {value.__name__}"
    try:
        if hasattr(value, "shape") and hasattr(value, "dtype") and len(value.shape):
            kind = "a tensor" if isinstance(value, torch.Tensor) else "an array"
            return f"{kind} of shape {tuple(value.shape)}"
        text = " ".join(repr(value).split())
    except Exception:  # a class of the learner's own, or a number with thousands of digits
        return f"an object of class {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
