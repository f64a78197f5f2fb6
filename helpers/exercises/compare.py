"""What counts as the same answer.

An answer is read as the kind of thing that the reference is, and compared by value.

- A number may be an int, float, Fraction, Decimal, NumPy scalar, or a tensor or array that holds a
  single number. Against an int it may be off by 0.001, so that a measured zero of 2.4e-07 is zero;
  against a float by a thousandth of it. What a coarse dtype cannot hold is not held against it.
  `True` is not a number, and neither is a number in quotes.
- A tuple may be any sequence: list, range, `torch.Size`, tensor or array with one axis; its items
  are read by the same rules. Where a question asks *which ones* (`unordered`), order does not
  matter and a set is as good.
- True and False may come from Python, NumPy or torch, or in words: "true", "no"; 1 and 0 are
  numbers.
- A word may differ in case, blanks, quotes and brackets: " 'B' ", "b)".
- A tensor must be a tensor, whose shape is the reference's. Its entries may be off by 1e-4 of
  themselves plus 1e-5 of the largest, or by what the coarser of the two dtypes rounds off. Another
  real dtype is right and gets a note, except in an exercise about dtypes (`same_dtype`). Whether it
  requires a gradient, or on which device it lies, makes no difference.
- A dict is what a check with several parts measures: all parts must agree.

Whatever cannot be read gets a sentence that says why (`Problem`).
"""

import inspect
import math
from collections.abc import Sequence, Set
from decimal import Decimal
from numbers import Integral, Real
from typing import NamedTuple

import torch

from helpers.checks import described

WORDS = {"true": True, "yes": True, "false": False, "no": False}
AROUND_A_WORD = " \t\n\"'`“”‘’()[]{}.,:;"  # what may stand around the word that answers


class Problem(Exception):  # noqa: N818
    """A sentence for the learner, where an answer cannot be compared.

    Raised or returned in an exercise's `call`, it is the feedback.
    """

    def __eq__(self, other):
        return isinstance(other, Problem) and str(self) == str(other)

    __hash__ = Exception.__hash__


class Match(NamedTuple):
    """How an answer compares with a reference.

    Args:
        same: whether it counts as the same.
        problem: the sentence that says why it cannot be compared, or "".
        dtypes: the (answer's, reference's) dtypes where they differ, or None.
    """

    same: bool
    problem: str = ""
    dtypes: tuple | None = None


class _Number(NamedTuple):
    """A number that was read, and by what part of itself its dtype rounds it."""

    value: int | float
    rounding: float = 0.0


def compare(expected, answer, *, unordered=False, same_dtype=False):
    """Compare an answer with a reference, by the policy above.

    Args:
        expected: the reference's value.
        answer: anything.
        unordered: whether the order of a sequence's items makes no difference.
        same_dtype: whether a tensor must have the reference's dtype.
    Returns:
        Match.
    """
    try:
        if isinstance(answer, Problem):
            raise answer
        if isinstance(expected, Problem):  # a known mistake's; the answer has none
            return Match(False)
        if inspect.isroutine(answer) and not callable(expected):
            raise Problem("It is a function: call it, and hand in what it returns.")
        if isinstance(expected, torch.Tensor) and expected.dim():
            return _compare_tensors(expected, _read_tensor(answer), same_dtype)
        if isinstance(expected, dict):
            return _compare_parts(expected, answer, same_dtype)
        if unordered:
            return Match(_same_items_in_any_order(expected, _items(answer, unordered=True)))
        return Match(_same(expected, answer))
    except Problem as problem:
        return Match(False, str(problem))


def read(expected, answer):
    """An answer as an ordinary value of the reference's kind, for a judge of its own.

    Returns:
        bool, int, float, a str in lower case, a tuple of these, or a detached tensor of the
        reference's dtype.
    Raises:
        Problem: the answer is not of this kind.
    """
    if isinstance(expected, torch.Tensor) and expected.dim():
        return _read_tensor(answer).to(expected.dtype)
    if isinstance(expected, (tuple, list)):
        items = _items(answer, unordered=False)
        return tuple(read(kind, item) for kind, item in _with_kinds(expected, items))
    if isinstance(expected, bool):
        return _read_bool(answer)
    if is_number(expected):
        return _read_number(answer).value
    return _read_word(answer) if isinstance(expected, str) else answer


def differing(expected, answer):
    """A mask of the entries that differ, of two dense real tensors of one shape."""
    expected, answer = expected.detach(), answer.detach()
    rounding = max(_rounding(expected.dtype), _rounding(answer.dtype))
    if rounding == 0:
        return expected != answer
    expected, answer = expected.double(), answer.double()
    finite = expected[expected.isfinite()].abs()
    largest = float(finite.max()) if finite.numel() else 0.0
    allowed = 1e-4 * expected.abs() + max(1e-5 * (1 + largest), 4 * rounding * largest)
    return ~((expected == answer) | ((expected - answer).abs() <= allowed))


def is_number(value):
    """Whether a reference is a single real number."""
    if isinstance(value, torch.Tensor):
        return value.dim() == 0 and value.dtype != torch.bool
    return isinstance(value, Real) and not isinstance(value, bool)


def unusual_tensor(value):
    """The sentence that says why a tensor's entries cannot be read, or ""."""
    if value.layout is not torch.strided or value.is_meta or value.is_quantized:
        return "It should be an ordinary (dense) tensor that holds its numbers."
    if value.is_complex():
        return "It is complex: real numbers are asked for, its .real part."
    return ""


# --- one value ----------------------------------------------------------------------------------


def _same(expected, answer):
    """Whether an answer equals a reference, whatever their dtypes."""
    if isinstance(expected, torch.Tensor) and expected.dim():
        return _compare_tensors(expected, _read_tensor(answer), same_dtype=False).same
    if isinstance(expected, (tuple, list)):
        return _same_items(expected, _items(answer, unordered=False))
    if isinstance(expected, bool):
        return _read_bool(answer) is expected
    if isinstance(expected, str):
        return _read_word(answer) == _read_word(expected)
    if is_number(expected):
        return _same_number(_read_number(expected).value, _read_number(answer))
    return type(expected) is type(answer) and bool(expected == answer)


def _same_number(expected, answer):
    if isinstance(expected, int):
        if isinstance(answer.value, int):
            return expected == answer.value
        return abs(answer.value - expected) <= max(1e-3, answer.rounding / 2 * abs(expected))
    try:
        allowed = max(1e-3, answer.rounding)
        return math.isclose(expected, answer.value, rel_tol=allowed, abs_tol=1e-6)
    except OverflowError:  # a whole number beyond all floats
        return False


def _read_number(answer):
    if isinstance(answer, torch.Tensor) or _is_numpy(answer):
        if isinstance(answer, torch.Tensor):
            problem = unusual_tensor(answer)
            if problem:
                raise Problem(problem)
        if math.prod(answer.shape) != 1:
            raise Problem(f"It should be a single number, but is {described(answer)}.")
        value = answer.item()
        if isinstance(value, Real) and not isinstance(value, bool):
            return _Number(value, _rounding(answer.dtype))
    elif isinstance(answer, Integral) and not isinstance(answer, bool):
        return _Number(int(answer))
    elif isinstance(answer, (Real, Decimal)) and not isinstance(answer, bool):
        try:
            return _Number(float(answer))
        except (OverflowError, ValueError):  # a fraction beyond all floats, a signalling NaN
            return _Number(math.nan)
    elif isinstance(answer, str):
        raise Problem(f"It should be a number, without quotes, but is {described(answer)}.")
    raise Problem(f"It should be a number, but is {described(answer)}.")


def _read_bool(answer):
    if isinstance(answer, (torch.Tensor, bool)) or _is_numpy(answer):
        value = answer if isinstance(answer, bool) else None
        if value is None and math.prod(answer.shape) == 1 and "bool" in str(answer.dtype):
            value = answer.item()
        if value is not None:
            return value
    if isinstance(answer, str) and _read_word(answer) in WORDS:
        return WORDS[_read_word(answer)]
    raise Problem(f"Answer True or False, not {described(answer)}.")


def _read_word(answer):
    if not isinstance(answer, str):
        raise Problem(f"It should be a word in quotes, but is {described(answer)}.")
    return " ".join(answer.strip(AROUND_A_WORD).casefold().split())


def _is_numpy(value):
    """Whether a value is a NumPy scalar or array; NumPy need not be loaded to say so."""
    return type(value).__module__ == "numpy" and hasattr(value, "dtype")


def _rounding(dtype):
    """By what part of itself a dtype rounds a number: its machine epsilon, 0 for whole numbers."""
    if isinstance(dtype, torch.dtype):
        return torch.finfo(dtype).eps if dtype.is_floating_point else 0.0
    if dtype.kind != "f":
        return 0.0
    import numpy as np

    return float(np.finfo(dtype).eps)


# --- sequences, tensors, parts ------------------------------------------------------------------


def _items(answer, unordered):
    """The items of a sequence; Problem where it is none."""
    if isinstance(answer, torch.Tensor) or (_is_numpy(answer) and answer.shape != ()):
        problem = isinstance(answer, torch.Tensor) and unusual_tensor(answer)
        if problem:
            raise Problem(problem)
        if len(answer.shape) != 1:
            raise Problem(f"It should be numbers in a row, but has shape {tuple(answer.shape)}.")
        return list(answer)
    if isinstance(answer, Set):
        if unordered:
            return list(answer)
        raise Problem("A set has no order: write the numbers in round brackets, as a tuple.")
    if isinstance(answer, Sequence) and not isinstance(answer, (str, bytes)):
        return list(answer)
    raise Problem(f"It should be a tuple such as (2, 3), but is {described(answer)}.")


def _with_kinds(expected, items):
    """Each item with the reference's item that says of which kind it should be."""
    return [(expected[min(n, len(expected) - 1)], item) for n, item in enumerate(items)]


def _same_items(expected, items):
    # All are read, also those beyond the reference's length: one may be no number at all.
    same = [_same(kind, item) for kind, item in _with_kinds(expected, items)]
    return len(expected) == len(items) and all(same)


def _same_items_in_any_order(expected, items):
    left = list(items)
    for wanted in expected:
        found = [n for n, item in enumerate(left) if _same(wanted, item)]
        if not found:
            return False
        left.pop(found[0])
    return not left


def _read_tensor(answer):
    """A tensor without its gradient, on the CPU; Problem where it is none."""
    if isinstance(answer, torch.Tensor):
        problem = unusual_tensor(answer)
        if not problem and answer.dtype == torch.bool:
            problem = "It holds True and False, where numbers are asked for."
        if problem:
            raise Problem(problem)
        return answer.detach().cpu()
    if isinstance(answer, (list, tuple)):
        kind = type(answer).__name__
        if len(answer) == 1 and isinstance(answer[0], torch.Tensor):
            raise Problem(f"It is a {kind} that holds a tensor: hand in the tensor itself.")
        if any(isinstance(item, torch.Tensor) and item.dim() for item in answer):
            raise Problem(f"It is a {kind} of tensors: make one of them, as torch.stack(...) does.")
        raise Problem(f"It is a {kind}, not a tensor: wrap it in torch.tensor(...).")
    if _is_numpy(answer):
        raise Problem(
            "It is a NumPy array, not a tensor: stay in torch, or use torch.from_numpy(...)."
        )
    raise Problem(f"It should be a tensor, but is {described(answer)}.")


def _compare_tensors(expected, answer, same_dtype):
    dtypes = None if answer.dtype == expected.dtype else (answer.dtype, expected.dtype)
    if dtypes and same_dtype:
        return Match(False, f"It has dtype {answer.dtype}, but should have {expected.dtype}.")
    same = answer.shape == expected.shape and not bool(differing(expected, answer).any())
    return Match(same, "", dtypes if same else None)


def _compare_parts(expected, answer, same_dtype):
    if not isinstance(answer, dict) or expected.keys() != answer.keys():
        return Match(False)
    matches = [compare(expected[k], answer[k], same_dtype=same_dtype) for k in expected]
    failed = next((match for match in matches if not match.same), None)
    return failed or Match(True, "", next((m.dtypes for m in matches if m.dtypes), None))
