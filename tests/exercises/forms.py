"""Answers made from a right one: the same in other forms, and near ones that are wrong."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import torch

OTHER_DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64)


def right_forms(value, unordered=False):
    """Forms in which an honest learner may hand in a value."""
    if isinstance(value, bool):
        return [value, np.bool_(value), torch.tensor(value), np.array(value), str(value)]
    if isinstance(value, str):
        return [value, value.upper(), value.lower(), f"  {value} ", f"'{value}'", f'"{value}"']
    if isinstance(value, torch.Tensor):
        return _right_tensors(value)
    if isinstance(value, tuple):
        return _right_sequences(value, unordered)
    if isinstance(value, dict):
        return [value, {name: _right_part(part) for name, part in value.items()}]
    forms = [value, float(value)]
    forms += [Fraction(value), Decimal(value)] * math.isfinite(value)
    forms += [torch.tensor(value), torch.tensor(value, dtype=torch.float64), np.array(value)]
    forms += [np.float64(value), np.float32(value), torch.tensor([float(value)]), value + 2.4e-7]
    return forms + [np.int64(value)] * isinstance(value, int)


def _right_sequences(value, unordered):
    forms = [value, list(value)]
    if all(isinstance(x, (int, float)) for x in value):
        forms += [torch.tensor(value), np.array(value), torch.tensor(value).double()]
        forms += [tuple(map(torch.tensor, value)), tuple(map(float, value)), list(np.array(value))]
        if all(isinstance(x, int) and x >= 0 for x in value):
            forms.append(torch.Size(value))
    if unordered:
        forms += [value[::-1], set(value), frozenset(value), sorted(value), list(value[::-1])]
    return forms


def _right_tensors(value):
    whole = bool((value == value.round()).all())
    dtypes = [dtype for dtype in OTHER_DTYPES if dtype.is_floating_point or whole]
    strided = value.repeat_interleave(2, dim=-1)[..., ::2]
    forms = [value.clone(), strided, *(value.to(dtype) for dtype in dtypes)]
    return [*forms, value.double().requires_grad_(), torch.nn.Parameter(value.float())]


def _right_part(part):
    return part.double() if isinstance(part, torch.Tensor) else part


def wrong_forms(value, unordered=False):
    """Answers that are near a value and wrong, or right but for their kind."""
    wrong = [None, [], {}, object(), float("nan"), print, "a word that nobody asked for"]
    if isinstance(value, bool):
        return [*wrong, not value, np.bool_(not value), str(not value), int(value)]
    if isinstance(value, str):
        return [*wrong, value + "x", "", "?", 1, True]
    if isinstance(value, torch.Tensor):
        return wrong + _wrong_tensors(value)
    if isinstance(value, tuple):
        return wrong + _wrong_sequences(value, unordered)
    if isinstance(value, dict):
        return wrong + [{**value, name: None} for name in value] + [{}]
    wrong += [True, str(value)]
    return [*wrong, value + 1, value - 1, -value - 3, value * 2 + 1, value * 1.01 + 0.01]


def _wrong_sequences(value, unordered):
    forms = [value[:-1], (*value, 0), (value,)]
    if not isinstance(value[0], str):
        forms += [(value[0] + 1, *value[1:]), (*value[:-1], value[-1] - 1), np.array([value])]
        forms += [sum(value) + 0.5, tuple(map(str, value))]
    if value != value[::-1] and not unordered:
        forms += [value[::-1], list(value[::-1]), set(value)]
    return forms


def _wrong_tensors(value):
    off = value.double().clone()
    off.view(-1)[-1] += 0.05 * float(off.abs().max()) + 0.01
    forms = [off, off.float(), value + 1, value.tolist(), value.numpy(), value[None], value * 1.01]
    if value.dim() == 2 and value.shape[0] != value.shape[1]:
        forms.append(value.T)
    return [*forms, value.flatten()[:-1], value > 0, value + 0j, value.to_sparse()]
