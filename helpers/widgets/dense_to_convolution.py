"""DenseToConvolution: one matrix on its way from dense to local to shared weights."""

import torch
from traitlets import Dict, List, TraitError, validate

from helpers.images import striped_image
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import float_slider, int_slider, link, wrap_row
from helpers.widgets.traits import BROWSER_OWNED, Finite, Whole
from helpers.widgets.view import Panel, View

N_H, N_W = 6, 8
PIXELS = N_H * N_W
MAX_KERNEL = 3
# Its upper left corner is the 1×2 edge kernel of the chapter; the rest is any numbers.
KERNEL_STORE = [1.0, -1.0, 0.5, 0.8, -0.5, -1.2, -0.8, 1.2, 0.3]


class MatrixView(View):
    """The matrix, the picture X and the output Y; the browser computes and draws them.

    `stage` runs from 0 (dense) over 1 (local) to 2 (shared); `row` is the row pointed at.
    `dense` holds a weight for each of 48 outputs (the most, for a 1×1 kernel) and 48 pixels.
    """

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"n_h": N_H, "n_w": N_W, "max_kernel": MAX_KERNEL}).tag(sync=True)
    stage = Finite(0.0, min=0.0, max=2.0).tag(sync=True)
    thumb_stage = Finite(0.0).tag(**BROWSER_OWNED)
    slider_steps = Dict({"stage": 0.02}).tag(sync=True)
    row = Whole(0, min=0, max=PIXELS - 1).tag(sync=True)
    last_row = Whole(0, min=0, max=PIXELS - 1).tag(**BROWSER_OWNED)
    k_h = Whole(1, min=1, max=MAX_KERNEL).tag(sync=True)
    k_w = Whole(2, min=1, max=MAX_KERNEL).tag(sync=True)
    dense = List(Finite()).tag(sync=True)
    pixels = List(Finite()).tag(sync=True)
    kernel = List(Finite()).tag(sync=True)

    @validate("dense", "pixels", "kernel")
    def _right_length(self, proposal):
        name = proposal["trait"].name
        length = {"dense": PIXELS * PIXELS, "pixels": PIXELS, "kernel": MAX_KERNEL**2}[name]
        if len(proposal["value"]) != length:
            raise TraitError(
                f"{name} must hold {length} numbers, but holds {len(proposal['value'])}."
            )
        return proposal["value"]


class DenseToConvolution(Panel):
    """Watch a dense matrix lose its far weights, then share the rest: 2,016, 84, 2 of them.

    The picture is the 6×8 one of the course. `matrix`, `X`, `K` and `Y` are tensors of what is
    shown; `view.stage`, `view.row`, `view.k_h` and `view.k_w` may be set.

    Args:
        stage: 0 for dense, 1 for local, 2 for shared, or anything between.
    Raises:
        TraitError: stage is no number from 0 to 2.
    Source: chapter 01.
    """

    def __init__(self, stage=0.0):
        generator = torch.Generator().manual_seed(1)
        self.view = MatrixView(
            stage=stage,
            row=8,
            last_row=41,
            dense=torch.randn(PIXELS * PIXELS, generator=generator).tolist(),
            pixels=striped_image().flatten().tolist(),
            kernel=KERNEL_STORE,
        )
        super().__init__([self._controls(), self.view])

    def __repr__(self):
        return f"DenseToConvolution(stage={self.view.stage:g})"

    @property
    def X(self):
        """The picture, (6, 8), float32."""
        return torch.tensor(self.view.pixels).reshape(N_H, N_W)

    @property
    def K(self):
        """The kernel that is shared in the end, (k_h, k_w), float32."""
        kernel = torch.tensor(self.view.kernel).reshape(MAX_KERNEL, MAX_KERNEL)
        return kernel[: self.view.k_h, : self.view.k_w]

    @property
    def matrix(self):
        """The weights shown, a row for each output and a column for each pixel, float32."""
        k_h, k_w = self.K.shape
        o_h, o_w = N_H - k_h + 1, N_W - k_w + 1
        dense = torch.tensor(self.view.dense)[: o_h * o_w * PIXELS].reshape(o_h, o_w, N_H, N_W)
        local, shared = torch.zeros_like(dense), torch.zeros_like(dense)
        for i in range(o_h):
            for j in range(o_w):
                window = (i, j, slice(i, i + k_h), slice(j, j + k_w))
                local[window] = dense[window]
                shared[window] = self.K
        stages = [dense, local, shared]
        left = min(int(self.view.stage), 1)
        W = torch.lerp(stages[left], stages[left + 1], self.view.stage - left)
        return W.reshape(o_h * o_w, PIXELS)

    @property
    def Y(self):
        """The output, matrix times flattened picture, (6 - k_h + 1, 8 - k_w + 1), float32."""
        k_h, k_w = self.K.shape
        return (self.matrix @ self.X.flatten()).reshape(N_H - k_h + 1, N_W - k_w + 1)

    def _controls(self):
        p = self.view
        row = int_slider(p, "row", "row", 0, p.last_row, width="20em")
        sliders = [
            float_slider(p, "stage", "stage", 0, 2, width="20em"),
            link(row, p, "last_row", of="max", both_ways=False),
            int_slider(p, "k_h", "kernel rows", 1, MAX_KERNEL),
            int_slider(p, "k_w", "columns", 1, MAX_KERNEL),
        ]
        return wrap_row(sliders)
