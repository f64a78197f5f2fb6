"""Receptive fields, three ways: by recurrence, by gradient and by perturbation.

All three give the same three whole numbers, counted along one side of the picture. They say
which inputs the output cell `i` can see: `size` of them, from `i * stride - padding` on.
"""

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import pairwise
from numbers import Integral

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from helpers.wording import described, is_whole

# Brightness of the pictures that are shown to a module: where every weight is positive it makes
# no difference, except that ReLU6 would answer a bright picture with its constant 6.
FAINT = 2.0**-20

# Far beyond any network; they keep a slip of the keyboard from filling the memory.
LARGEST = 2**31 - 1
MOST_INPUTS = 2**24


@dataclass(frozen=True, repr=False)
class Layer:
    """The geometry of a convolution or a pooling, the same along both sides of the picture.

    Args:
        kernel_size: cells in the window, at least 1.
        stride: steps from one window to the next, at least 1.
        padding: cells added at each end, at least 0.
        dilation: steps from one cell of the window to the next, at least 1.
    Raises:
        ValueError: one of them is not a whole number, or is too small.
    Source: chapter 06; the names are those of `torch.nn.Conv2d`.
    """

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self):
        for field in fields(self):
            least = 0 if field.name == "padding" else 1
            number = _whole_number(getattr(self, field.name), field.name, least)
            object.__setattr__(self, field.name, number)

    def __repr__(self):
        """As short as one would write it: Layer(7, stride=2, padding=3)."""
        options = {"stride": 1, "padding": 0, "dilation": 1}
        said = [f"{name}={getattr(self, name)}" for name in options]
        plain = [f"{name}={value}" for name, value in options.items()]
        return f"Layer({', '.join([str(self.kernel_size), *(s for s in said if s not in plain)])})"

    @property
    def extent(self):
        """Cells from the first of the window to its last, holes of the dilation included."""
        return self.dilation * (self.kernel_size - 1) + 1


@dataclass(frozen=True)
class Parallel:
    """Paths that leave the same map and meet again, to be added or stacked.

    Args:
        paths: lists of layers; an empty one is a shortcut that changes nothing.
    Raises:
        ValueError: there is no path, or the strides of two paths differ.
    Source: chapter 06; the blocks of ResNet and Inception.
    """

    paths: tuple

    def __init__(self, *paths):
        paths = tuple(tuple(_checked_layers(path)) for path in paths)
        strides = [receptive_field(path).stride for path in paths]
        if len(set(strides)) != 1:
            raise ValueError(
                f"The strides of the paths are {strides}: give one path or more, all with the "
                "same stride, or their outputs cannot be joined."
            )
        object.__setattr__(self, "paths", paths)


@dataclass(frozen=True)
class ReceptiveField:
    """What an output cell sees along one side of the picture.

    Args:
        size: inputs from the first that is seen to the last.
        stride: inputs between the fields of two neighbouring cells, also called jump.
        padding: inputs by which the field of cell 0 starts before the picture.
    Source: chapter 06.
    """

    size: int
    stride: int
    padding: int

    def inputs(self, i):
        """The first and the last input that output cell `i` sees; outside the picture is padding.

        Args:
            i: index of the output cell.
        Raises:
            ValueError: `i` is not a whole number of at least 0.
        Source: chapter 06.
        """
        first = _whole_number(i, "i", 0) * self.stride - self.padding
        return first, first + self.size - 1


def receptive_field(layers):
    """The receptive field of a stack of layers, by recurrence; gaps count, where there are any.

    Each layer widens the field by its extent less one, counted in steps of the strides so far.

    Args:
        layers: `Layer` and `Parallel` objects, from the input to the output.
    Raises:
        ValueError: something else is among them.
    Source: chapter 06; r = 1 + sum of (k_l - 1) times the product of the strides before l.
    """
    size, stride, padding = 1, 1, 0
    for layer in _checked_layers(layers):
        step = _joined(layer) if isinstance(layer, Parallel) else layer
        extent = step.size if isinstance(layer, Parallel) else step.extent
        size += (extent - 1) * stride
        padding += step.padding * stride
        stride *= step.stride
    return ReceptiveField(size, stride, padding)


def _joined(parallel):
    """The field of a block: from the earliest start of its paths to their latest end."""
    paths = [receptive_field(path) for path in parallel.paths]
    first = min(path.inputs(0)[0] for path in paths)
    last = max(path.inputs(0)[1] for path in paths)
    return ReceptiveField(last - first + 1, paths[0].stride, -first)


def map_sizes(layers, input_size):
    """The side of the picture and of the map behind every layer.

    Args:
        layers: `Layer` objects, from the input to the output.
        input_size: side of the picture in pixels.
    Raises:
        ValueError: a window is larger than the padded map it is laid on, so nothing is left.
    Source: chapter 06; the same rounding down as in PyTorch.
    """
    sizes = [_whole_number(input_size, "input_size", 1)]
    for number, layer in enumerate(_checked_layers(layers, Layer), start=1):
        padded = sizes[-1] + 2 * layer.padding
        if padded < layer.extent:
            raise ValueError(
                f"Nothing is left of the picture after layer {number}: its window spans "
                f"{layer.extent} cells and the padded map has {padded}; use a larger picture."
            )
        sizes.append((padded - layer.extent) // layer.stride + 1)
    return sizes


def receptive_field_by_gradient(module, input_shape, axis=-1):
    """The receptive field of a module, measured: where the gradient of an output is not zero.

    A copy of the module is made whose answer can only grow with its inputs: all weights
    positive, no biases, the mean in place of maximum pooling, a plain grey picture. A gradient
    that is zero there is zero because no path leads from the input to the output.

    Args:
        module: convolutions and what goes with them, as far as its output is still a map.
        input_shape: shape of a picture that is larger than the field; a long, narrow strip
            will do and saves time.
        axis: -1 measures along the width, -2 along the height.
    Shape:
        input_shape (n_h, n_w), (channels, n_h, n_w) or (1, channels, n_h, n_w).
    Raises:
        ValueError: the module cannot take such a picture, nothing is left of the picture, or
            fewer than two output cells have their whole field inside the picture.
    Source: chapter 06.
    """
    shape, axis = _checked_shape(input_shape), _checked_axis(axis)
    model, cells = _positive_copy(module, shape, axis)
    X = torch.full(shape, FAINT, dtype=torch.float64, requires_grad=True)
    with torch.enable_grad(), _MeanForMaximum():
        Y = model(X)
    fields = []
    for cell in cells:
        (gradient,) = torch.autograd.grad(Y.select(axis, cell).sum(), X, retain_graph=True)
        fields.append(_along(axis, gradient)[0] > 0)
    return _fit(cells, fields)


def receptive_field_by_perturbation(module, input_shape, axis=-1):
    """The receptive field of a module, measured: light up inputs and see which outputs answer.

    The same positive copy as in `receptive_field_by_gradient`, maximum pooling left as it is,
    is shown a dark picture with one lit column (or row) after the other.

    Args:
        module: convolutions and what goes with them, as far as its output is still a map.
        input_shape: shape of a picture that is larger than the field.
        axis: -1 lights up columns and so measures along the width, -2 rows, the height.
    Shape:
        input_shape (n_h, n_w), (channels, n_h, n_w) or (1, channels, n_h, n_w).
    Raises:
        ValueError: the module cannot take such a picture, nothing is left of the picture, or
            fewer than two output cells have their whole field inside the picture.
    Source: chapter 06.
    """
    shape, axis = _checked_shape(input_shape), _checked_axis(axis)
    model, cells = _positive_copy(module, shape, axis)
    positions = torch.arange(shape[axis])
    answers = []
    # So many pictures at a time that they hold a million inputs together.
    for lit in positions.split(max(1, 2**20 // torch.Size(shape).numel())):
        X = torch.zeros((len(lit), *shape[1:]), dtype=torch.float64)
        for example, position in enumerate(lit.tolist()):
            X[example].select(axis, position).fill_(FAINT)
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
            "Neighbouring cells do not see fields of one size, some pixels apart: the module must "
            "be made of convolutions and poolings, and what leaves the map as large as it is."
        )
    (size,), (stride,) = sizes, strides
    return ReceptiveField(size, stride, cells[0] * stride - ends[0][0])


def _positive_copy(module, shape, axis):
    """A copy with positive weights and no biases, and two or three neighbouring cells to look at.

    The cells are chosen so that their whole field lies inside the picture.
    """
    if not isinstance(module, nn.Module):
        raise ValueError(f"The module is {described(module)}: give a torch.nn.Module.")
    dark = torch.zeros(shape, dtype=torch.float64)
    try:
        model = copy.deepcopy(module).double().eval()
        if any(tensor.is_meta for tensor in model.state_dict().values()):
            model = model.to_empty(device="cpu")  # a model that was built without any weights
        with torch.no_grad():
            Y = model(dark)
    except Exception as error:  # whatever it is that the module does not like
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        if "Kernel size can't be greater" in reason or "Output size is too small" in reason:
            reason = "nothing is left of the picture; use a larger one"
        raise ValueError(f"The module cannot take an input of shape {shape}: {reason}.") from error
    if not isinstance(Y, torch.Tensor) or Y.dim() != 4:
        raise ValueError("The output is not a map: keep the module's layers up to the last map.")
    model.requires_grad_(False)
    for name, tensor in model.state_dict().items():
        if name.endswith(("bias", "running_mean")):
            tensor.zero_()
        elif tensor.dim() > 1:
            tensor.fill_(1 / tensor[0].numel())  # a mean, so that deep stacks do not overflow
        else:
            tensor.fill_(1)
    # A cell that sees padding has lost a part of its field. Light up the padding to find them.
    with torch.no_grad(), _LitPadding(axis):
        whole = torch.nonzero(_along(axis, model(dark))[0] == 0).flatten().tolist()
    if len(whole) < 2:
        raise ValueError(
            "Fewer than two output cells have their whole receptive field inside an input of shape "
            f"{shape}: use a larger picture."
        )
    middle = len(whole) // 2
    return model, whole[middle - 1 : middle + 2]


class _MeanForMaximum(TorchFunctionMode):
    """Maximum pooling hands the gradient to a single input, the mean hands it to every one."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is not F.max_pool2d:
            return func(*args, **(kwargs or {}))
        pool = _named_arguments(func, args, kwargs)
        return F.avg_pool2d(
            pool["input"],
            _extent(pool),  # a window without holes has the same ends as one with them
            stride=pool.get("stride") or pool["kernel_size"],
            padding=pool.get("padding", 0),
            ceil_mode=pool.get("ceil_mode", False),
        )


class _LitPadding(TorchFunctionMode):
    """Pads with light instead of zeros along one side of the picture."""

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
        """The cells that this window adds before and after the map, as (rows, columns)."""
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
        lit = (left, right, 0, 0) if self.axis == -1 else (0, 0, top, bottom)
        dark = (0, 0, top, bottom) if self.axis == -1 else (left, right, 0, 0)
        return F.pad(F.pad(X, dark), lit, value=FAINT)


_ARGUMENTS = {
    F.conv2d: ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    F.max_pool2d: ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    F.avg_pool2d: ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
}


def _named_arguments(func, args, kwargs):
    return dict(zip(_ARGUMENTS[func], args, strict=False)) | dict(kwargs or {})


def _extent(window):
    """Cells from the first of a window to its last, as (rows, columns)."""
    kernel_size = window["weight"].shape[2:] if "weight" in window else window["kernel_size"]
    sides = zip(_pair(kernel_size), _pair(window.get("dilation", 1)), strict=True)
    return tuple(dilation * (kernel - 1) + 1 for kernel, dilation in sides)


def _along(axis, tensor):
    """Sums over all but the examples and one side of the picture."""
    return tensor.sum(dim=(1, 2 if axis == -1 else 3))


def _pair(value):
    return tuple(value) if isinstance(value, Iterable) else (value, value)


def _whole_number(value, name, least):
    """The value as an int; True, 3.0 and "3" are not taken for numbers of cells."""
    if not is_whole(value):
        raise ValueError(f"{name} is {described(value)}: give a whole number.")
    if not least <= value <= LARGEST:
        raise ValueError(
            f"{name} is {described(value)}: give at least {least} and at most {LARGEST}."
        )
    return int(value)


def _checked_layers(layers, kinds=(Layer, Parallel)):
    kinds_named = "Layer objects" if kinds is Layer else "Layer or Parallel objects"
    if isinstance(layers, (str, dict, torch.Tensor)) or not isinstance(layers, Iterable):
        raise ValueError(f"layers is {described(layers)}: give a list of {kinds_named}.")
    layers = list(layers)
    for layer in layers:
        if not isinstance(layer, kinds):
            raise ValueError(f"layers contains {described(layer)}: give a list of {kinds_named}.")
    return layers


def _checked_shape(input_shape):
    """(1, channels, n_h, n_w), a single picture of a single channel unless said otherwise."""
    if not isinstance(input_shape, (tuple, list)) or len(input_shape) not in (2, 3, 4):
        raise ValueError(
            f"input_shape is {described(input_shape)}: give (n_h, n_w) or (channels, n_h, n_w)."
        )
    shape = [_whole_number(side, "a number in input_shape", 1) for side in input_shape]
    shape = (*[1] * (4 - len(shape)), *shape)
    if shape[0] != 1:
        raise ValueError(f"input_shape is {shape}: give a single picture, (1, channels, n_h, n_w).")
    if math.prod(shape) > MOST_INPUTS:
        raise ValueError(
            f"input_shape is {shape}: give a picture of at most {MOST_INPUTS} numbers."
        )
    return shape


def _checked_axis(axis):
    if not isinstance(axis, Integral) or axis not in (-1, -2):
        raise ValueError(f"axis is {described(axis)}: give -1 for the width or -2 for the height.")
    return axis
