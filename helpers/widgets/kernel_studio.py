"""KernelStudio: nine weights over a photo, your own picture or the camera, answered at once."""

import ipywidgets
import torch
from torch.nn import functional as F
from traitlets import Bool, Bytes, Dict, List

from helpers import kernels
from helpers.checks import described, matrix_rows
from helpers.images import LUMINANCE, photo, striped_image
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Checkbox, Dropdown, link, wrap_row
from helpers.widgets.kernel_panel import KernelPanel, KernelView
from helpers.widgets.traits import BROWSER_OWNED, Binary, Whole

PRESETS = {
    "Your own": None,
    "Identity": kernels.IDENTITY,
    "Blur": kernels.BOX_BLUR,
    "Sharpen": kernels.SHARPEN,
    "Sobel, to the right": kernels.SOBEL_X,
    "Sobel, downwards": kernels.SOBEL_Y,
    "Laplacian": kernels.LAPLACIAN,
    "Emboss": kernels.EMBOSS,
    "Diagonal, down right": kernels.DIAGONAL_DOWN,
    "Diagonal, up right": kernels.DIAGONAL_UP,
}
PHOTOS = ["chelsea", "camera", "astronaut", "coins"]
PHOTO_SIZE = (240, 320)
LARGEST_PICTURE, LARGEST_PIXEL = (480, 640), 1000


class StudioView(KernelView):
    """The picture, its feature map, and the sum behind the pixel pointed at.

    `source` counts through the still pictures, and one further for the learner's own.
    """

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"luminance": LUMINANCE}).tag(sync=True)
    presets = List().tag(sync=True)
    preset = Whole(0, min=0, max=len(PRESETS) - 1).tag(**BROWSER_OWNED)
    grey = Bool(False).tag(sync=True)
    camera = Bool(False).tag(sync=True, echo_update=False)  # no other window starts its own

    source = Whole(0, min=0, max=len(PHOTOS) + 1).tag(sync=True)
    stills = Bytes(b"").tag(sync=True)  # all still pictures, float32, one after the other
    still_shapes = List().tag(sync=True)
    own = Binary(b"").tag(sync=True)  # the learner's own picture, float32
    own_shape = List().tag(sync=True)
    own_count = Whole(0).tag(sync=True)  # how many there have been

    # The feature map that the browser drew last, and the picture and weights that it is of.
    drawn = Binary(b"").tag(**BROWSER_OWNED)
    drawn_for = List().tag(**BROWSER_OWNED)


class KernelStudio(KernelPanel):
    """See a picture through a 3×3 kernel whose nine weights are sliders.

    `kernel` and `input` may be read and set from the next cell, `output` may be read. Camera
    frames stay in the browser: while the camera runs, `input` and `output` are those of the
    still picture behind it.

    Args:
        kernel: 3×3 weights from −9 to 9; None takes `SOBEL_X`.
        input: "striped", the name of a photo in `PHOTOS`, or a picture of your own.
    Raises:
        ValueError: kernel or input is not one of these.
    Source: chapter 04.
    """

    def __init__(self, kernel=None, input="chelsea"):
        stills = [photo(name, size=PHOTO_SIZE) for name in PHOTOS] + [striped_image()]
        self._stills = stills
        view = StudioView(
            presets=[[] if K is None else K.flatten().tolist() for K in PRESETS.values()],
            stills=b"".join(X.numpy().tobytes() for X in stills),
            still_shapes=[list(X.shape) for X in stills],
            own=stills[0].numpy().tobytes(),
            own_shape=list(stills[0].shape),
        )
        super().__init__(view)
        self.kernel = kernels.SOBEL_X if kernel is None else kernel
        self.input = input
        self.children = [self._controls(), view]

    @property
    def input(self):
        """The still picture, (n_h, n_w), float32."""
        p = self.view
        if p.source < len(self._stills):
            return self._stills[p.source].clone()
        return _tensor(p.own, p.own_shape)

    @input.setter
    def input(self, X):
        if isinstance(X, str):
            names = [*PHOTOS, "striped"]
            if X not in names:
                raise ValueError(
                    f"There is no picture {described(X)} here: take {', '.join(names)}."
                )
            self.view.source = names.index(X)
            return
        rows = matrix_rows(X, "input", LARGEST_PICTURE, LARGEST_PIXEL)
        X = torch.tensor(rows)
        if X.shape[0] < 3 or X.shape[1] < 3:
            raise ValueError(
                f"input must have at least 3×3 pixels, but has {X.shape[0]}×{X.shape[1]}."
            )
        self.view.update(
            {
                "own": X.numpy().tobytes(),
                "own_shape": list(X.shape),
                "own_count": self.view.own_count + 1,
                "source": len(self._stills),
            }
        )

    @property
    def output(self):
        """The feature map of `input`, (n_h - 2, n_w - 2), float32.

        It is the one that the browser drew. Where there is no browser, or it has not answered
        yet, PyTorch computes the same.
        """
        p, X, K = self.view, self.input, self.kernel
        if p.drawn_for == [p.source, p.own_count, *self._weights()]:
            return _tensor(p.drawn, [X.shape[0] - 2, X.shape[1] - 2])
        return F.conv2d(X[None, None], K[None, None])[0, 0]

    def _controls(self):
        p = self.view
        wide = {"description_width": "5em"}
        preset = Dropdown(options=list(PRESETS), description="Preset", style=wide)
        still = Dropdown(
            options=[*(f"Photo: {name}" for name in PHOTOS), "Striped, 6×8", "Your own picture"],
            description="Picture",
            style=wide,
        )
        camera = Checkbox(description="Camera (stays in this page)", indent=False)
        grey = Checkbox(description="Map as a grey picture, 0 to 1", indent=False)
        choices = ipywidgets.VBox(
            [
                link(preset, p, "preset", of="index"),
                link(still, p, "source", of="index"),
                link(camera, p, "camera"),
                link(grey, p, "grey"),
            ]
        )
        return wrap_row([choices, self._kernel_box()])


def _tensor(data, shape):
    """The float32 numbers in a bytes trait, as a tensor of their own memory."""
    return torch.frombuffer(bytearray(data), dtype=torch.float32).reshape(tuple(shape))
