"""DescentCockpit: gradient descent on a kernel of two weights, with everything it does in view."""

from numbers import Integral, Real

import ipywidgets
import torch
from traitlets import Dict, List, TraitError, validate

from helpers.checks import described, matrix_rows
from helpers.correlation import corr2d_unfold
from helpers.descent import descend, largest_stable_lr
from helpers.images import striped_image
from helpers.kernels import EDGE
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Dropdown, IntSlider, Play, float_slider, link, wrap_row
from helpers.widgets.traits import BROWSER_OWNED, Finite, Whole
from helpers.widgets.view import Panel, View

MAX_SIDE, LIMIT, MAX_STEPS = 16, 9, 100
REACH = 3.0  # the plot shows weights from −3 to 3
MAX_LR = 0.06  # nearly twice the striped picture's limit


class CockpitView(View):
    """The loss over the two weights, the path, the loss curve, the kernel; the browser computes.

    `examples` are the pairs of X and Y to choose from, flat and row by row; `example` is the
    index of the present one.
    """

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"reach": REACH}).tag(sync=True)
    lr = Finite(0.03, min=0.0).tag(sync=True)
    max_lr = Finite(MAX_LR).tag(sync=True)
    num_steps = Whole(10, min=0, max=MAX_STEPS).tag(sync=True)
    start_0 = Finite(0.5, min=-REACH, max=REACH).tag(sync=True)
    start_1 = Finite(0.5, min=-REACH, max=REACH).tag(sync=True)
    thumb_lr = Finite(0.0).tag(**BROWSER_OWNED)
    thumb_start_0 = Finite(0.0).tag(**BROWSER_OWNED)
    thumb_start_1 = Finite(0.0).tag(**BROWSER_OWNED)
    slider_steps = Dict().tag(sync=True)
    examples = List(Dict(), minlen=1).tag(sync=True)
    example = Whole(0, min=0).tag(sync=True)

    @validate("lr")
    def _lr_on_the_slider(self, proposal):
        # Beyond it nothing new happens; and within it no run of 100 steps leaves the floats.
        if proposal["value"] > self.max_lr:
            raise TraitError(f"lr must be from 0 to {self.max_lr:g}, but is {proposal['value']}.")
        return proposal["value"]

    @validate("example")
    def _known_example(self, proposal):
        if proposal["value"] >= len(self.examples):
            raise TraitError(f"example must be below {len(self.examples)}, the number of examples.")
        return proposal["value"]


class DescentCockpit(Panel):
    """Drive gradient descent on a 1×2 kernel; its loss is the squared error summed over the map.

    `lr`, `num_steps`, `start` and `example` may be set from the next cell; `X`, `Y`, `kernels`,
    `losses` and `kernel` say what the picture shows.

    Args:
        X: picture of at most 16×16 numbers from −9 to 9, with Y; None offers four examples.
        Y: its target map, one column narrower.
    Raises:
        ValueError: X or Y is no such matrix, or their shapes do not belong together.
    Source: chapter 05.
    """

    def __init__(self, X=None, Y=None):
        if X is None and Y is None:
            examples, max_lr, lr = _chapter_examples(), MAX_LR, 0.03
        else:
            example, max_lr = _own_example(X, Y)
            examples, lr = [example], max_lr / 4
        steps = {"lr": max_lr / 120, "start_0": 0.01, "start_1": 0.01}
        self.view = CockpitView(examples=examples, max_lr=max_lr, lr=lr, slider_steps=steps)
        super().__init__([self._controls(), self.view])

    def __repr__(self):
        return f"DescentCockpit(lr={self.lr:g}, num_steps={self.num_steps})"

    @property
    def lr(self):
        """The learning rate, from 0 to the end of its slider."""
        return self.view.lr

    @lr.setter
    def lr(self, lr):
        self.view.lr = _number(lr, "lr", Real, self.view.max_lr)

    @property
    def num_steps(self):
        """How many updates are made, from 0 to 100."""
        return self.view.num_steps

    @num_steps.setter
    def num_steps(self, num_steps):
        self.view.num_steps = _number(num_steps, "num_steps", Integral, MAX_STEPS)

    @property
    def start(self):
        """The kernel at the start, (1, 2), float64, each weight from −3 to 3."""
        return torch.tensor([[self.view.start_0, self.view.start_1]], dtype=torch.float64)

    @start.setter
    def start(self, start):
        rows = matrix_rows(start, "start", (1, 2), REACH)
        if len(rows[0]) != 2:
            raise ValueError("start must have shape (1, 2), but has shape (1, 1).")
        self.view.update({"start_0": rows[0][0], "start_1": rows[0][1]})

    @property
    def example(self):
        """Name of the data that the kernel is learned from."""
        return self._example["name"]

    @example.setter
    def example(self, name):
        names = [example["name"] for example in self.view.examples]
        if not isinstance(name, str) or name not in names:
            given = repr(name) if isinstance(name, str) else f"a {type(name).__name__}"
            raise ValueError(f"There is no example {given:.60}: take one of {', '.join(names)}.")
        self.view.example = names.index(name)

    @property
    def X(self):
        """The picture, (n_h, n_w), float64."""
        return torch.tensor(self._example["X"], dtype=torch.float64)

    @property
    def Y(self):
        """The target, (n_h, n_w − 1), float64."""
        return torch.tensor(self._example["Y"], dtype=torch.float64)

    @property
    def kernels(self):
        """The kernel at the start and after every step, (num_steps + 1, 1, 2)."""
        return self._run().kernels

    @property
    def losses(self):
        """The loss at the start and after every step, (num_steps + 1,)."""
        return self._run().losses

    @property
    def kernel(self):
        """The kernel after the last step, (1, 2)."""
        return self.kernels[-1]

    @property
    def _example(self):
        return self.view.examples[self.view.example]

    def _run(self):
        return descend(self.X, self.Y, self.start, self.lr, self.num_steps)

    def _controls(self):
        p = self.view
        lr = float_slider(p, "lr", "lr", 0, p.max_lr, width="22em", readout_format=".4f")
        steps = link(
            IntSlider(value=p.num_steps, min=0, max=MAX_STEPS, description="steps"),
            p,
            "num_steps",
        )
        steps.layout.width = "18em"
        play = Play(value=p.num_steps, min=0, max=MAX_STEPS, interval=400)
        starts = [
            float_slider(p, f"start_{n}", f"start K[0,{n}]", -REACH, REACH, width="19em")
            for n in (0, 1)
        ]
        names = [example["name"] for example in p.examples]
        data = Dropdown(options=names, index=p.example, description="data")
        return ipywidgets.VBox(
            [
                wrap_row([lr, steps, link(play, p, "num_steps")]),
                wrap_row([*starts, link(data, p, "example", of="index")]),
            ]
        )


def _number(value, name, kind, high):
    """A number from 0 to `high` that a learner sets."""
    right_kind = isinstance(value, kind) and not isinstance(value, bool)
    if not right_kind or not 0 <= value <= high:
        given = f"{described(value)}" if right_kind else f"a {type(value).__name__}"
        what = "a whole number" if kind is Integral else "a number"
        raise ValueError(f"{name} must be {what} from 0 to {high:g}, but is {given}.")
    return int(value) if kind is Integral else float(value)


def _chapter_examples():
    X = striped_image()
    Y = corr2d_unfold(X, EDGE)
    noise = torch.randn(Y.shape, generator=torch.Generator().manual_seed(5))
    on_its_side = X.T.contiguous()
    return [
        _example("striped picture", X, Y),
        _example("on its side", on_its_side, corr2d_unfold(on_its_side, EDGE)),
        _example("one pixel of Y", X[:1, 1:3], Y[:1, 1:2]),
        _example("noisy Y", X, Y + noise),
    ]


def _own_example(X, Y):
    X = torch.tensor(matrix_rows(X, "X", (MAX_SIDE, MAX_SIDE), LIMIT), dtype=torch.float64)
    Y = torch.tensor(matrix_rows(Y, "Y", (MAX_SIDE, MAX_SIDE), LIMIT), dtype=torch.float64)
    if X.shape[1] < 2 or Y.shape != (X.shape[0], X.shape[1] - 1):
        raise ValueError(
            f"Y must be one column narrower than X, but X has shape {tuple(X.shape)} "
            f"and Y has shape {tuple(Y.shape)}."
        )
    limit = largest_stable_lr(X, (1, 2))
    # A picture that is all but black would allow any lr: 1 is enough to play with.
    return _example("yours", X, Y), min(float(f"{1.8 * limit:.2g}"), 1.0)


def _example(name, X, Y):
    return {"name": name, "X": X.tolist(), "Y": Y.tolist()}
