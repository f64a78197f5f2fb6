"""EquivarianceMeter: convolve the shifted picture, minus shift the convolved picture."""

import math

import torch
from torch.nn import functional as F
from traitlets import Bool, Bytes, Dict, List, TraitError, validate

from helpers import kernels
from helpers.images import photo
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Checkbox, Dropdown, int_slider, link, wrap_row
from helpers.widgets.traits import Finite, Whole
from helpers.widgets.view import Panel, View

# The camera sees N_H×N_W pixels of a scene that is MARGIN pixels larger on every side.
N_H, N_W, MARGIN = 60, 80, 16
SCENE_SHAPE = (N_H + 2 * MARGIN, N_W + 2 * MARGIN)
KERNELS = {
    "edges, 3×3 (Sobel)": kernels.SOBEL_X,
    "blur, 7×7": torch.full((7, 7), 1 / 49),
    "blur, 11×11": torch.full((11, 11), 1 / 121),
}


class MeterView(View):
    """The scene, the two maps and their difference; the browser computes and draws them.

    `scene` holds the brightness of the whole scene, one byte per pixel; `kernels` holds the
    kernels row by row, `kernel` the number of the one that is used. A positive shift moves the
    picture down, or to the right.
    """

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"scene_shape": SCENE_SHAPE, "margin": MARGIN}).tag(sync=True)
    scene = Bytes().tag(sync=True)
    kernels = List(List(Finite())).tag(sync=True)
    kernel = Whole(0, min=0, max=len(KERNELS) - 1).tag(sync=True)
    shift_down = Whole(0, min=-MARGIN, max=MARGIN).tag(sync=True)
    shift_right = Whole(0, min=-MARGIN, max=MARGIN).tag(sync=True)
    stride = Whole(1, min=1, max=3).tag(sync=True)
    padded = Bool(False).tag(sync=True)

    @validate("scene")
    def _whole_scene(self, proposal):
        pixels = math.prod(SCENE_SHAPE)
        if len(proposal["value"]) != pixels:
            raise TraitError(f"scene must hold {pixels} bytes, but holds {len(proposal['value'])}.")
        return proposal["value"]


class EquivarianceMeter(Panel):
    """Shift a picture under a kernel and see whether its feature map moves along.

    `difference` is the map shown, `largest_difference()` its largest absolute value inside and
    at the border. The traits of `view` may be set: `shift_down`, `shift_right`, `stride`,
    `padded`, and `kernel`, the place of one in the list.

    Args:
        name: photo that the picture is taken from, one of `helpers.images.photo_names()`.
    Raises:
        ValueError: there is no such photo.
    Source: chapter 01.
    """

    def __init__(self, name="chelsea"):
        scene = photo(name, size=(N_H + 2 * MARGIN, N_W + 2 * MARGIN))
        self.view = MeterView(
            scene=bytes((255 * scene).round().to(torch.uint8).flatten().tolist()),
            kernels=[K.flatten().tolist() for K in KERNELS.values()],
            shift_right=6,
        )
        super().__init__([self._controls(), self.view])

    @property
    def difference(self):
        """Convolve the shifted, minus shift the convolved; NaN where one of them has no cell.

        Shape:
            -> the feature map's, float64.
        """
        p = self.view
        shifted = self._map(p.shift_down, p.shift_right)
        before = self._map(0, 0)
        o_h, o_w = shifted.shape
        down, right = self._cells(p.shift_down), self._cells(p.shift_right)
        moved = torch.full_like(before, torch.nan)
        rows = slice(max(down, 0), o_h + min(down, 0))
        columns = slice(max(right, 0), o_w + min(right, 0))
        moved[rows, columns] = before[
            max(-down, 0) : o_h - max(down, 0), max(-right, 0) : o_w - max(right, 0)
        ]
        return shifted - moved

    def largest_difference(self):
        """The largest absolute difference, as {"inside": ..., "border": ...}.

        "border" are the cells whose window holds padding, before or after the shift; None if
        there are none.
        """
        p = self.view
        difference = self.difference
        touched = self._touched(difference.shape)
        down, right = self._cells(p.shift_down), self._cells(p.shift_right)
        at_border = touched | torch.roll(touched, (down, right), (0, 1))
        compared = ~difference.isnan()

        def largest(where):
            return difference[where & compared].abs().max().item() if where.any() else None

        return {"inside": largest(~at_border), "border": largest(at_border)}

    def _kernel(self):
        return list(KERNELS.values())[self.view.kernel].double()

    def _padding(self):
        return self._kernel().shape[0] // 2 if self.view.padded else 0

    def _cells(self, pixels):
        """The nearest whole number of cells; half a cell counts up, as in the browser."""
        return int((pixels / self.view.stride + 0.5) // 1)

    def _map(self, down, right):
        scene = torch.frombuffer(bytearray(self.view.scene), dtype=torch.uint8).double() / 255
        scene = scene.reshape(SCENE_SHAPE)
        top, left = MARGIN - down, MARGIN - right  # the camera moves against the picture
        X = scene[top : top + N_H, left : left + N_W]
        K = self._kernel()
        return F.conv2d(
            X[None, None], K[None, None], stride=self.view.stride, padding=self._padding()
        )[0, 0]

    def _touched(self, shape):
        """Which cells of a map have padding in their window."""
        ones = torch.ones(1, 1, N_H, N_W, dtype=torch.float64)
        window = torch.ones_like(self._kernel())[None, None]
        counts = F.conv2d(ones, window, stride=self.view.stride, padding=self._padding())[0, 0]
        return (counts < window.numel() - 0.5).reshape(shape)

    def _controls(self):
        p = self.view
        kernel = Dropdown(options=list(KERNELS), index=0, description="kernel")
        kernel.layout.width = "18em"
        padded = Checkbox(description="zero padding", indent=False)
        padded.layout.width = "9em"
        controls = [
            int_slider(p, "shift_right", "shift right", -MARGIN, MARGIN, width="20em"),
            int_slider(p, "shift_down", "shift down", -MARGIN, MARGIN, width="20em"),
            int_slider(p, "stride", "stride", 1, 3),
            link(kernel, p, "kernel", of="index"),
            link(padded, p, "padded"),
        ]
        return wrap_row(controls)
