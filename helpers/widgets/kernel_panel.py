"""What the kernel studio and the target game share: nine weights, each with its slider."""

import math

import ipywidgets
import torch

from helpers.widgets.base import Finite, Panel, Picture, float_slider, matrix_rows

LARGEST_WEIGHT = 1000
_NAMES = [f"k_{a}_{b}" for a in range(3) for b in range(3)]


class KernelPicture(Picture):
    """A picture with nine weights, `k_0_0` … `k_2_2`: jslink joins single numbers only."""

    for _name in _NAMES:
        vars()[_name] = Finite(0.0).tag(sync=True)
    del _name


class KernelPanel(Panel):
    """Nine sliders, laid out as the 3×3 kernel that they are.

    Args:
        picture: the KernelPicture.
        step: what a slider moves by.
    """

    def __init__(self, picture, step):
        self.picture = picture
        self._sliders = [
            float_slider(picture, name, "", -5, 5, step, width="11em") for name in _NAMES
        ]
        super().__init__([])

    @property
    def kernel(self):
        """The weights, (3, 3), float32."""
        return torch.tensor(self._weights()).reshape(3, 3)

    @kernel.setter
    def kernel(self, K):
        rows = matrix_rows(K, "kernel", (3, 3), LARGEST_WEIGHT)
        if len(rows) < 3 or len(rows[0]) < 3:
            raise ValueError(
                f"kernel must have 3×3 weights, but has {len(rows)}×{len(rows[0])}: "
                f"fill it up with zeros."
            )
        weights = [weight for row in rows for weight in row]
        # The sliders widen for a larger weight, or they would cut it off.
        limit = max(5, math.ceil(max(map(abs, weights))))
        for slider in self._sliders:
            slider.min, slider.max = -limit, limit
        self.picture.set_trait_values(dict(zip(_NAMES, weights, strict=True)))

    def _weights(self):
        return [getattr(self.picture, name) for name in _NAMES]

    def _kernel_box(self):
        """The nine sliders in three rows, under a title."""
        rows = [ipywidgets.HBox(self._sliders[3 * a : 3 * a + 3]) for a in range(3)]
        grid = ipywidgets.VBox(rows)
        grid.add_class("kernel-grid")
        return ipywidgets.VBox([ipywidgets.HTML("<b>Kernel K</b>"), grid])
