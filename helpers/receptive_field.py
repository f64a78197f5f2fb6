"""Receptive fields by recurrence, from the geometry of the layers alone.

A receptive field is three whole numbers along one side of the picture: output cell `i` sees the
`size` inputs that start at `i * stride - padding`. `receptive_field_measured` finds the same
numbers on a real module, by gradient or by perturbation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from helpers.checks import LARGEST_SIZE, described, whole


@dataclass(frozen=True, repr=False)
class Layer:
    """The geometry of a convolution or pooling layer, the same along both sides of the picture.

    Args:
        kernel_size: cells in the window, at least 1.
        stride: cells from one window to the next, at least 1.
        padding: cells added at each end, at least 0.
        dilation: cells from one kernel entry to the next, at least 1.
    Raises:
        ValueError: an argument is not a whole number, or is too small.
    Source: chapter 06; the arguments of `torch.nn.Conv2d`.
    """

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self):
        for field in fields(self):
            least = 0 if field.name == "padding" else 1
            size = whole(getattr(self, field.name), field.name, least, LARGEST_SIZE)
            object.__setattr__(self, field.name, size)

    def __repr__(self):
        """As short as one would write it: Layer(7, stride=2, padding=3)."""
        options = [
            f"{field.name}={getattr(self, field.name)}"
            for field in fields(self)[1:]
            if getattr(self, field.name) != field.default
        ]
        return f"Layer({', '.join([str(self.kernel_size), *options])})"

    @property
    def extent(self):
        """Cells from the first of the window to the last, gaps of the dilation included."""
        return self.dilation * (self.kernel_size - 1) + 1


@dataclass(frozen=True)
class Parallel:
    """Paths that start from the same map and whose outputs are added or concatenated.

    Args:
        paths: lists of layers; an empty list is a shortcut that changes nothing.
    Raises:
        ValueError: there is no path, or two paths have different strides.
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
    """The inputs that an output cell sees along one side of the picture.

    Args:
        size: number of inputs from the first to the last that it sees.
        stride: inputs from the field of one cell to that of its neighbour, also called jump.
        padding: inputs by which the field of cell 0 starts before the picture.
    Source: chapter 06.
    """

    size: int
    stride: int
    padding: int

    def inputs(self, i):
        """The first and the last input that output cell `i` sees; those outside are padding.

        Args:
            i: index of the output cell.
        Raises:
            ValueError: `i` is not a whole number of at least 0.
        Source: chapter 06.
        """
        first = whole(i, "i", 0, LARGEST_SIZE) * self.stride - self.padding
        return first, first + self.size - 1


def receptive_field(layers):
    """The receptive field of a stack of layers, gaps between the inputs it sees included.

    Each layer adds its extent minus 1, multiplied by the strides of all layers before it.

    Args:
        layers: `Layer` and `Parallel` objects, from the input to the output.
    Returns:
        A `ReceptiveField`.
    Raises:
        ValueError: layers holds something else.
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
    """The field of a block: from the earliest start among its paths to the latest end."""
    paths = [receptive_field(path) for path in parallel.paths]
    first = min(path.inputs(0)[0] for path in paths)
    last = max(path.inputs(0)[1] for path in paths)
    return ReceptiveField(last - first + 1, paths[0].stride, -first)


def map_sizes(layers, input_size):
    """The side of the picture and of the map after each layer.

    Args:
        layers: `Layer` objects, from the input to the output.
        input_size: side of the picture, in pixels.
    Returns:
        A list of ints, one longer than layers.
    Raises:
        ValueError: layers holds something else, or a window is larger than its padded map.
    Source: chapter 06; rounds down as PyTorch does.
    """
    sizes = [whole(input_size, "input_size", 1, LARGEST_SIZE)]
    for position, layer in enumerate(_checked_layers(layers, Layer), start=1):
        padded = sizes[-1] + 2 * layer.padding
        if padded < layer.extent:
            raise ValueError(
                f"Nothing is left of the picture after layer {position}: its window spans "
                f"{layer.extent} cells and the padded map has {padded}; use a larger picture."
            )
        sizes.append((padded - layer.extent) // layer.stride + 1)
    return sizes


def _checked_layers(layers, kinds=(Layer, Parallel)):
    wanted = "Layer objects" if kinds is Layer else "Layer or Parallel objects"
    if isinstance(layers, (str, dict)) or not isinstance(layers, Iterable):
        raise ValueError(f"layers must be a list of {wanted}, but is {described(layers)}.")
    try:
        layers = list(layers)
    except TypeError:  # a tensor of a single number looks iterable, but is not
        layers = [layers]
    for layer in layers:
        if not isinstance(layer, kinds):
            raise ValueError(f"layers must be a list of {wanted}, but has {described(layer)}.")
    return layers


def __getattr__(name):
    """Loads the measuring functions, which import this module, when they are first used."""
    if name in ("receptive_field_by_gradient", "receptive_field_by_perturbation"):
        from helpers import receptive_field_measured

        return getattr(receptive_field_measured, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
