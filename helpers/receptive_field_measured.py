"""Receptive fields measured on a PyTorch module, by gradient and by perturbation.

Both work on a copy of the module in which every output can only grow with its inputs: weights
are positive and biases zero. An output that does not respond to an input then has no path to it;
in the module itself, a zero weight or a ReLU could hide one.
"""

import copy
import math
from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from helpers.checks import LARGEST_SIZE, described, is_whole, whole
from helpers.receptive_field import ReceptiveField

# The brightness of inputs that are switched on. All weights are positive, so any would do, were
# it not for ReLU6: it answers bright inputs with a constant 6.
_FAINT = 2.0**-20
_MOST_INPUTS = 2**24  # stops a typo before it fills the memory


def receptive_field_by_gradient(module, input_shape, axis=-1):
    """The receptive field of a module: where the gradient of an output is not zero.

    Average pooling stands in for max pooling, which passes the gradient to one input only.

    Args:
        module: convolutions, poolings and the like; its output must still be a map.
        input_shape: shape of a picture larger than the field; a long, narrow strip will do and
            saves time.
        axis: -1 measures along the width, -2 along the height.
    Shape:
        input_shape (n_h, n_w), (channels, n_h, n_w) or (1, channels, n_h, n_w).
    Raises:
        ValueError: the module is not made of convolutions and poolings, it does not accept such
            a picture, nothing is left of the picture, or fewer than two output cells have their
            whole field inside it.
    Source: chapter 06.
    """
    shape, axis = _checked_shape(input_shape), _checked_axis(axis)
    model, cells = _positive_copy(module, shape, axis)
    X = torch.full(shape, _FAINT, dtype=torch.float64, requires_grad=True)
    with torch.enable_grad(), _AverageForMax():
        Y = model(X)
    fields = []
    for cell in cells:
        (gradient,) = torch.autograd.grad(Y.select(axis, cell).sum(), X, retain_graph=True)
        fields.append(_along(axis, gradient)[0] > 0)
    return _fit(cells, fields)


def receptive_field_by_perturbation(module, input_shape, axis=-1):
    """The receptive field of a module: which outputs change when an input does.

    The module is shown a dark picture with one bright column (or row) after the other.

    Args:
        module: convolutions, poolings and the like; its output must still be a map.
        input_shape: shape of a picture larger than the field.
        axis: -1 measures along the width, -2 along the height.
    Shape:
        input_shape (n_h, n_w), (channels, n_h, n_w) or (1, channels, n_h, n_w).
    Raises:
        ValueError: the module is not made of convolutions and poolings, it does not accept such
            a picture, nothing is left of the picture, or fewer than two output cells have their
            whole field inside it.
    Source: chapter 06.
    """
    shape, axis = _checked_shape(input_shape), _checked_axis(axis)
    model, cells = _positive_copy(module, shape, axis)
    positions = torch.arange(shape[axis])
    answers = []
    # As many pictures at a time as hold a million inputs together.
    for part in positions.split(max(1, 2**20 // torch.Size(shape).numel())):
        X = torch.zeros((len(part), *shape[1:]), dtype=torch.float64)
        for example, position in enumerate(part.tolist()):
            X[example].select(axis, position).fill_(_FAINT)
        with torch.no_grad():
            answers.append(_along(axis, model(X))[:, cells] > 0)
    return _fit(cells, torch.cat(answers).T)


def _fit(cells, fields):
    """The receptive field, from the inputs that neighbouring cells see."""
    ends = [torch.nonzero(field).flatten()[[0, -1]].tolist() for field in fields if field.any()]
    strides = {after[0] - before[0] for before, after in pairwise(ends)}
    sizes = {last - first + 1 for first, last in ends}
    if len(sizes) != 1 or len(strides) != 1 or min(strides) < 1 or len(ends) < len(cells):
        raise ValueError(
            "Neighbouring cells do not see fields of one size at a fixed stride: the module must "
            "be made of convolutions and poolings, and layers that keep the size of the map."
        )
    (size,), (stride,) = sizes, strides
    return ReceptiveField(size, stride, cells[0] * stride - ends[0][0])


def _positive_copy(module, shape, axis):
    """A copy with positive weights and no biases, and two or three neighbouring cells to measure.

    The whole field of these cells lies inside the picture.
    """
    if not isinstance(module, nn.Module):
        raise ValueError(f"module must be a torch.nn.Module, but is {described(module)}.")
    dark = torch.zeros(shape, dtype=torch.float64)
    try:
        model = copy.deepcopy(module).double().eval()
        if any(tensor.is_meta for tensor in model.state_dict().values()):
            model = model.to_empty(device="cpu")  # a model built without storage for its weights
        with torch.no_grad():
            Y = model(dark)
    except Exception as error:  # a module may raise anything
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        if "Kernel size can't be greater" in reason or "Output size is too small" in reason:
            reason = "nothing is left of the picture; use a larger one"
        raise ValueError(f"The module cannot take an input of shape {shape}: {reason}.") from error
    if not isinstance(Y, torch.Tensor) or Y.dim() != 4:
        raise ValueError("The output is not a map: keep only the layers up to the last map.")
    model.requires_grad_(False)
    for name, tensor in model.state_dict().items():
        if name.endswith(("bias", "running_mean")):
            tensor.zero_()
        elif tensor.dim() > 1:
            tensor.fill_(1 / tensor[0].numel())  # a mean, so that deep stacks do not overflow
        else:
            tensor.fill_(1)
    # Cells that see padding see less of the picture. Bright padding shows which they are.
    with torch.no_grad(), _BrightPadding(axis):
        inside = torch.nonzero(_along(axis, model(dark))[0] == 0).flatten().tolist()
    if len(inside) < 2:
        raise ValueError(
            "Fewer than two output cells have their whole receptive field inside an input of shape "
            f"{shape}: use a larger picture."
        )
    middle = len(inside) // 2
    return model, inside[middle - 1 : middle + 2]


class _AverageForMax(TorchFunctionMode):
    """Replaces max pooling, which passes the gradient to one input, by average pooling."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is not F.max_pool2d:
            return func(*args, **(kwargs or {}))
        pool = _named_arguments(func, args, kwargs)
        return F.avg_pool2d(
            pool["input"],
            _extent(pool),  # without the gaps of the dilation: its ends are the same
            stride=pool.get("stride") or pool["kernel_size"],
            padding=pool.get("padding", 0),
            ceil_mode=pool.get("ceil_mode", False),
        )


class _BrightPadding(TorchFunctionMode):
    """Pads with bright cells instead of zeros along one side of the picture."""

    def __init__(self, axis):
        super().__init__()
        self.axis = axis

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is F.pad:
            left, right, top, bottom = (*args[1], 0, 0)[:4]
            return self._pad(args[0], (top, left), (bottom, right))
        if func not in _ARGUMENTS:
            return func(*args, **(kwargs or {}))
        window = _named_arguments(func, args, kwargs)
        X, extent = window["input"], _extent(window)
        before, after = self._margins(window, X, extent)
        window["input"] = self._pad(X, before, after)
        return func(**window | {"padding": 0})

    def _margins(self, window, X, extent):
        """The cells that a layer adds before and after the map, as (rows, columns) each."""
        padding = window.get("padding", 0)
        if padding == "same":
            before = tuple((span - 1) // 2 for span in extent)
            return before, tuple(
                span - 1 - cells for span, cells in zip(extent, before, strict=True)
            )
        before = (0, 0) if padding == "valid" else _pair(padding)
        after = list(before)
        if window.pop("ceil_mode", False):
            stride = _pair(window.get("stride") or window["kernel_size"])
            for side in (0, 1):
                cells = X.shape[2 + side] + before[side]
                start = -(-(cells + after[side] - extent[side]) // stride[side]) * stride[side]
                if start < cells:  # PyTorch drops a window that would start in the padding
                    after[side] = max(after[side], start + extent[side] - cells)
        return before, tuple(after)

    def _pad(self, X, before, after):
        (top, left), (bottom, right) = before, after
        bright = (left, right, 0, 0) if self.axis == -1 else (0, 0, top, bottom)
        dark = (0, 0, top, bottom) if self.axis == -1 else (left, right, 0, 0)
        return F.pad(F.pad(X, dark), bright, value=_FAINT)


_ARGUMENTS = {
    F.conv2d: ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    F.max_pool2d: ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    F.avg_pool2d: ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
}


def _named_arguments(func, args, kwargs):
    return dict(zip(_ARGUMENTS[func], args, strict=False)) | dict(kwargs or {})


def _extent(window):
    """Cells from the first of a window to the last, as (rows, columns)."""
    kernel_size = window["weight"].shape[2:] if "weight" in window else window["kernel_size"]
    sides = zip(_pair(kernel_size), _pair(window.get("dilation", 1)), strict=True)
    return tuple(dilation * (kernel - 1) + 1 for kernel, dilation in sides)


def _along(axis, tensor):
    """The sum over everything but the examples and one side of the picture."""
    return tensor.sum(dim=(1, 2 if axis == -1 else 3))


def _pair(value):
    return tuple(value) if isinstance(value, Iterable) else (value, value)


def _checked_shape(input_shape):
    """The shape as (1, channels, n_h, n_w); one channel unless it is given."""
    if not isinstance(input_shape, (tuple, list)) or len(input_shape) not in (2, 3, 4):
        raise ValueError(
            f"input_shape must be (n_h, n_w) or (channels, n_h, n_w), "
            f"but is {described(input_shape)}."
        )
    shape = [whole(side, "each side in input_shape", 1, LARGEST_SIZE) for side in input_shape]
    shape = (*[1] * (4 - len(shape)), *shape)
    if shape[0] != 1:
        raise ValueError(f"input_shape is {shape}: give one picture, (1, channels, n_h, n_w).")
    if math.prod(shape) > _MOST_INPUTS:
        raise ValueError(
            f"input_shape is {shape}: give a picture of at most {_MOST_INPUTS} numbers."
        )
    return shape


def _checked_axis(axis):
    if not is_whole(axis) or axis not in (-1, -2):
        raise ValueError(
            f"axis must be -1 for the width or -2 for the height, but is {described(axis)}."
        )
    return axis
