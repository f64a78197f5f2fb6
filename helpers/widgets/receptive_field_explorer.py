"""ReceptiveFieldExplorer: a stack of layers, and the cone below any cell of any map."""

from collections.abc import Iterator

import ipywidgets
from traitlets import Bool, Dict, List, TraitError, validate

from helpers.checks import described, is_whole
from helpers.networks import NETWORKS
from helpers.receptive_field import Layer, map_sizes, receptive_field
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Dropdown, int_slider, link, wrap_row
from helpers.widgets.traits import BROWSER_OWNED, Whole
from helpers.widgets.view import Panel, View

MAX_LAYERS, LARGEST_PICTURE = 24, 256
LIMITS = {"kernel_size": (1, 15), "stride": (1, 8), "padding": (0, 8), "dilation": (1, 8)}


def _problem(stack):
    """What keeps the explorer from showing these layers, as a sentence, or None."""
    if not 1 <= len(stack) <= MAX_LAYERS:
        return f"There are {len(stack)} layers: give 1 to {MAX_LAYERS}."
    for layer in stack:
        if set(layer) != {"kind", *LIMITS}:
            return f"A layer has {list(layer)}: give a kind, {', '.join(LIMITS)}."
        for name, (least, most) in LIMITS.items():
            if type(layer[name]) is not int or not least <= layer[name] <= most:
                return f"{name} is {described(layer[name])}: the explorer takes {least} to {most}."
    return None


def _chain(layers):
    """Layers that a learner slider_steps in, as the browser wants them."""
    layers = list(layers) if isinstance(layers, Iterator) else layers
    receptive_field(layers)  # refuses what is no list of layers
    for layer in layers:
        if not isinstance(layer, Layer):
            raise ValueError(f"layers contains {described(layer)}: give a chain of Layer objects.")
    chain = _as_dicts(layers)
    problem = _problem(chain)
    if problem:
        raise ValueError(problem)
    return chain


def _side(input_size):
    if not is_whole(input_size):
        raise ValueError(f"input_size is {described(input_size)}: give a whole number.")
    if not 1 <= input_size <= LARGEST_PICTURE:
        raise ValueError(
            f"input_size is {described(input_size)}: give 1 to {LARGEST_PICTURE} pixels."
        )
    return int(input_size)


def _as_dicts(layers, kind="conv"):
    """Layers as JSON-ready dicts: their four numbers and what to call them."""
    return [{"kind": kind} | {name: getattr(layer, name) for name in LIMITS} for layer in layers]


def _layer(numbers):
    return Layer(*(numbers[name] for name in LIMITS))


def _side_for(stack):
    """Side of a picture that holds a few whole fields, as far as the explorer goes."""
    field = receptive_field([_layer(numbers) for numbers in stack])
    return min(LARGEST_PICTURE, field.size + 4 * field.stride)


def _traits(stack, input_size):
    """Traits of the picture for a stack: its last layer selected, its middle cell pointed at."""
    level = len(stack)
    try:
        middle = (map_sizes([_layer(numbers) for numbers in stack], input_size)[-1] - 1) // 2
    except ValueError:  # nothing is left on top: the picture says so, in words
        middle = 0
    traits = {"layers": [dict(numbers) for numbers in stack], "selected": level}
    traits |= {"input_size": input_size, "level": level, "cell": middle}
    traits |= {name: numbers[name] for numbers in stack[-1:] for name in LIMITS}
    return traits | {"preset": 0, "pinned": False}


def _published(name):
    """A network of `helpers.networks`, its pooling layers called so."""
    return [
        numbers
        for stage, layers in NETWORKS[name].items()
        for numbers in _as_dicts(layers, "pool" if "pool" in stage else "conv")
    ]


_POOL = _as_dicts([Layer(2, stride=2)], "pool")
# Name -> (side of the picture, layers from the picture on).
PRESETS = {
    "Your own": (0, []),
    "Two 2×2 layers": (8, _as_dicts([Layer(2), Layer(2)])),
    "Three 3×3 layers": (16, _as_dicts([Layer(3)] * 3)),
    "Dilation 1, 2, 4, 8": (
        48,
        _as_dicts([Layer(3, padding=d, dilation=d) for d in (1, 2, 4, 8)]),
    ),
    "LeNet": (28, _as_dicts([Layer(5, padding=2)]) + _POOL + _as_dicts([Layer(5)]) + _POOL),
    "AlexNet": (224, _published("alexnet_v2")),
    "VGG-16": (224, _published("vgg_16")),
    "ResNet stem": (
        64,
        _as_dicts([Layer(7, stride=2, padding=3)])
        + _as_dicts([Layer(3, stride=2, padding=1)], "pool")
        + _as_dicts([Layer(3, padding=1)] * 2),
    ),
}


class ExplorerView(View):
    """Picture and maps as strips of cells, one above the other; the browser computes them.

    `selected` counts the layers from 1; the sliders set its four numbers, which are also kept in
    `layers`. `level` and `cell` say which cell is pointed at; level 0 is the picture.
    """

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"max_layers": MAX_LAYERS}).tag(sync=True)
    layers = List(Dict()).tag(sync=True)
    input_size = Whole(8, min=1, max=LARGEST_PICTURE).tag(sync=True)
    selected = Whole(1, min=1, max=MAX_LAYERS).tag(sync=True)
    level = Whole(0, min=0, max=MAX_LAYERS).tag(sync=True)
    cell = Whole(0, min=0).tag(sync=True)
    pinned = Bool(False).tag(sync=True)
    presets = List().tag(sync=True)
    preset = Whole(0, min=0, max=len(PRESETS) - 1).tag(**BROWSER_OWNED)

    for _name, (_least, _most) in LIMITS.items():
        vars()[_name] = Whole(_least, min=_least, max=_most).tag(**BROWSER_OWNED)
    del _name, _least, _most

    @validate("layers")
    def _layers_within_limits(self, proposal):
        problem = _problem(proposal["value"])
        if problem:
            raise TraitError(problem)
        return proposal["value"]


class ReceptiveFieldExplorer(Panel):
    """Build a stack of layers and point at a cell: its cone shows what it sees.

    The sliders set the layer whose name is framed; a click on another name frames that one.
    `layers` and `input_size` may be read and set from the next cell; `receptive_field` is that
    of the whole stack.

    Args:
        layers: 1 to 24 `Layer` objects, from the picture on; None takes two 2×2 layers.
        input_size: side of the picture, 1 to 256 pixels; None takes what suits the layers.
    Raises:
        ValueError: something else is among the layers, or a number is outside the range of its
            slider.
    Source: chapter 06.
    """

    def __init__(self, layers=None, input_size=None):
        side, stack = PRESETS["Two 2×2 layers"]
        if layers is not None:
            stack = _chain(layers)
            side = max(8, _side_for(stack))
        traits = _traits(stack, side if input_size is None else _side(input_size))
        if layers is None and input_size is None:
            traits["preset"] = list(PRESETS).index("Two 2×2 layers")
        presets = [{"input_size": side, "layers": stack} for side, stack in PRESETS.values()]
        self.view = ExplorerView(presets=presets, **traits)
        super().__init__([self._controls(), self.view])

    def __repr__(self):
        return f"ReceptiveFieldExplorer({len(self.view.layers)} layers)"

    @property
    def layers(self):
        """The stack as a list of `Layer`; the picture grows if it is too small for a new one."""
        return [_layer(described) for described in self.view.layers]

    @layers.setter
    def layers(self, layers):
        stack = _chain(layers)
        side = max(self.view.input_size, _side_for(stack))
        self.view.update(_traits(stack, side))

    @property
    def input_size(self):
        """Side of the picture in pixels."""
        return self.view.input_size

    @input_size.setter
    def input_size(self, side):
        self.view.input_size = _side(side)

    @property
    def receptive_field(self):
        """The receptive field of a cell behind the last layer."""
        return receptive_field(self.layers)

    def _controls(self):
        p = self.view
        preset = Dropdown(
            options=list(PRESETS), index=p.preset, description="stack", layout={"width": "18em"}
        )
        preset.style.description_width = "initial"
        side = int_slider(p, "input_size", "picture side", 1, LARGEST_PICTURE)
        stack = [link(preset, p, "preset", of="index"), side]
        kernel_size, stride, padding, dilation = (
            int_slider(p, name, name.replace("_", " "), *limits) for name, limits in LIMITS.items()
        )
        columns = [stack, [kernel_size, stride], [padding, dilation]]
        return wrap_row([ipywidgets.VBox(column) for column in columns])
