"""CorrelationStepper: cross-correlation one window at a time, with its arithmetic written out."""

import ipywidgets
import torch
from torch.nn import functional as F
from traitlets import Bool, Dict, List, TraitError, Unicode, validate

from helpers.checks import matrix_rows
from helpers.correlation import output_shape
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Checkbox, IntSlider, Play, int_slider, link, wrap_row
from helpers.widgets.kernel_panel import PLACES, KernelView, kernel_slider
from helpers.widgets.traits import BROWSER_OWNED, Finite, Whole
from helpers.widgets.view import Panel

MAX_PICTURE, MAX_KERNEL, LIMIT = 8, 3, 9


class StepperView(KernelView):
    """The three tables X, K and Y, and the arithmetic; the browser computes them.

    `cells` and `k_0_0` … `k_2_2` keep all numbers of the largest picture and kernel, so that
    what is cut off by a slider is there again when the slider goes back.
    """

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"max_picture": MAX_PICTURE, "limit": LIMIT}).tag(sync=True)
    n_h = Whole(3, min=1, max=MAX_PICTURE).tag(sync=True)
    n_w = Whole(3, min=1, max=MAX_PICTURE).tag(sync=True)
    cells = List(Finite()).tag(sync=True)
    k_h = Whole(2, min=1, max=MAX_KERNEL).tag(sync=True)
    k_w = Whole(2, min=1, max=MAX_KERNEL).tag(sync=True)
    stride = Whole(1, min=1, max=3).tag(sync=True)
    padding = Whole(0, min=0, max=3).tag(sync=True)
    dilation = Whole(1, min=1, max=3).tag(sync=True)
    flip = Bool(False).tag(sync=True)
    step = Whole(0, min=0).tag(sync=True)
    last_step = Whole(0, min=0).tag(**BROWSER_OWNED)
    pinned = Bool(False).tag(sync=True)

    # Whether the slider of an entry of K is shown ("flex") or not ("none"): the browser decides.
    for _place in PLACES:
        vars()[f"show_{_place}"] = Unicode("flex").tag(**BROWSER_OWNED)
    del _place

    @validate("cells")
    def _whole_store(self, proposal):
        if len(proposal["value"]) != MAX_PICTURE**2:
            raise TraitError(f"cells must hold {MAX_PICTURE**2} numbers, for the largest picture.")
        return proposal["value"]


class CorrelationStepper(Panel):
    """Step through the windows of a cross-correlation, or point at an entry of Y.

    `X`, `K` and `Y` are tensors; X and K may be set from the next cell.

    Args:
        X: picture of at most 8×8 numbers from −9 to 9; None takes 0, 1, 2, …, 8 in 3×3.
        K: kernel of at most 3×3 numbers from −9 to 9; None takes 0, 1, 2, 3 in 2×2.
    Raises:
        ValueError: X or K is no such matrix.
    Source: chapter 02.
    """

    def __init__(self, X=None, K=None):
        # Beyond the given picture lie small numbers that a larger picture uncovers.
        store = [
            float((3 * i + 2 * j) % 10) for i in range(MAX_PICTURE) for j in range(MAX_PICTURE)
        ]
        self.view = StepperView(cells=store)
        self._set_matrices(
            torch.arange(9.0).reshape(3, 3) if X is None else X,
            torch.arange(4.0).reshape(2, 2) if K is None else K,
        )
        super().__init__([self._controls(), self.view])

    def __repr__(self):
        n_h, n_w, k_h, k_w = (getattr(self.view, name) for name in ("n_h", "n_w", "k_h", "k_w"))
        return f"CorrelationStepper(X {n_h}×{n_w}, K {k_h}×{k_w})"

    @property
    def X(self):
        """The picture, (n_h, n_w), float32."""
        p = self.view
        return torch.tensor(p.cells).reshape(MAX_PICTURE, MAX_PICTURE)[: p.n_h, : p.n_w]

    @X.setter
    def X(self, X):
        self._set_matrices(X=X)

    @property
    def K(self):
        """The kernel, (k_h, k_w), float32."""
        p = self.view
        rows = [[getattr(p, f"k_{i}_{j}") for j in range(p.k_w)] for i in range(p.k_h)]
        return torch.tensor(rows)

    @K.setter
    def K(self, K):
        self._set_matrices(K=K)

    @property
    def Y(self):
        """What PyTorch computes from the present X, K, stride, padding and dilation.

        Raises:
            ValueError: the kernel does not fit into the padded picture.
        """
        p, K = self.view, self.K
        output_shape((p.n_h, p.n_w), tuple(K.shape), p.stride, p.padding, p.dilation)
        if p.flip:
            K = K.flip(0, 1)
        options = {"stride": p.stride, "padding": p.padding, "dilation": p.dilation}
        return F.conv2d(self.X[None, None], K[None, None], **options)[0, 0]

    def _set_matrices(self, X=None, K=None):
        traits = {}
        if X is not None:
            rows = matrix_rows(X, "X", (MAX_PICTURE, MAX_PICTURE), LIMIT)
            cells = list(self.view.cells)
            for i, row in enumerate(rows):
                cells[i * MAX_PICTURE : i * MAX_PICTURE + len(row)] = row
            traits |= {"cells": cells, "n_h": len(rows), "n_w": len(rows[0])}
        if K is not None:
            rows = matrix_rows(K, "K", (MAX_KERNEL, MAX_KERNEL), LIMIT)
            traits |= {"k_h": len(rows), "k_w": len(rows[0])}
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    traits |= {f"k_{i}_{j}": value}
        n_h, n_w, k_h, k_w = (
            traits.get(name, getattr(self.view, name)) for name in ("n_h", "n_w", "k_h", "k_w")
        )
        for i in range(MAX_KERNEL):
            for j in range(MAX_KERNEL):
                traits[f"show_{i}_{j}"] = "flex" if i < k_h and j < k_w else "none"
        traits["last_step"] = self._last_step(n_h, n_w, k_h, k_w)
        traits["step"] = 0
        self.view.update(traits)

    def _last_step(self, n_h, n_w, k_h, k_w):
        p = self.view
        try:
            o_h, o_w = output_shape((n_h, n_w), (k_h, k_w), p.stride, p.padding, p.dilation)
        except ValueError:  # the kernel does not fit: the picture says so, in words
            return 0
        return o_h * o_w - 1

    def _controls(self):
        p = self.view
        last = max(p.last_step, 1)
        play = link(Play(min=0, max=last, interval=900), p, "step")
        step = link(IntSlider(min=0, max=last, description="step"), p, "step")
        step.layout.width = "20em"
        for control in (play, step):
            link(control, p, "last_step", of="max", both_ways=False)
        flip = Checkbox(description="flip the kernel (true convolution)", indent=False)
        rows = [
            ipywidgets.HBox([self._entry(i, j) for j in range(MAX_KERNEL)])
            for i in range(MAX_KERNEL)
        ]
        grid = ipywidgets.VBox(rows)
        grid.add_class("kernel-grid")
        kernel = ipywidgets.VBox([ipywidgets.HTML("<b>Kernel K</b>"), grid, link(flip, p, "flip")])
        sizes = [
            ("n_h", "X rows", 1, MAX_PICTURE),
            ("n_w", "X columns", 1, MAX_PICTURE),
            ("k_h", "K rows", 1, MAX_KERNEL),
            ("k_w", "K columns", 1, MAX_KERNEL),
        ]
        moves = [
            ("stride", "stride", 1, 3),
            ("padding", "padding", 0, 3),
            ("dilation", "dilation", 1, 3),
        ]
        size_sliders = ipywidgets.VBox(
            [ipywidgets.HTML("<b>Sizes</b>"), *(int_slider(p, *size) for size in sizes)]
        )
        move_sliders = ipywidgets.VBox(
            [ipywidgets.HTML("<b>Steps and border</b>"), *(int_slider(p, *move) for move in moves)]
        )
        return ipywidgets.VBox(
            [wrap_row([kernel, size_sliders, move_sliders]), wrap_row([play, step])]
        )

    def _entry(self, i, j):
        slider = kernel_slider(self.view, f"{i}_{j}")
        slider.layout.display = getattr(self.view, f"show_{i}_{j}")
        link(slider.layout, self.view, f"show_{i}_{j}", of="display", both_ways=False)
        return slider
