"""What the stepper, the studio and the game share: nine weights, each with its slider."""

import ipywidgets
import torch
from traitlets import Dict, Unicode

from helpers.checks import matrix_rows
from helpers.widgets.base import DERIVED, Finite, Panel, Picture, float_slider, linked

LARGEST_WEIGHT, STEP = 9, 0.25
PLACES = [f"{a}_{b}" for a in range(3) for b in range(3)]


class KernelPicture(Picture):
    """A picture with nine weights, `k_0_0` … `k_2_2`: jslink joins single numbers only.

    What a weight is exactly, where its slider has rounded it, stands beside it: `text_0_0` ….
    """

    hands = Dict({f"k_{place}": STEP for place in PLACES}).tag(sync=True)
    for _place in PLACES:
        vars()[f"k_{_place}"] = Finite(0.0).tag(sync=True)
        vars()[f"hand_k_{_place}"] = Finite(0.0).tag(**DERIVED)
        vars()[f"text_{_place}"] = Unicode("0").tag(**DERIVED)
    del _place


def kernel_slider(picture, place):
    """The slider of one weight, its exact value written beside it.

    Args:
        picture: the KernelPicture.
        place: row and column of the weight, "0_0" to "2_2".
    """
    slider = float_slider(
        picture, f"k_{place}", "", -LARGEST_WEIGHT, LARGEST_WEIGHT, width="12.5em"
    )
    slider.readout = False
    slider.style.description_width = "3em"
    return linked(slider, picture, f"text_{place}", of="description", both_ways=False)


class KernelPanel(Panel):
    """Nine sliders, laid out as the 3×3 kernel that they are.

    Args:
        picture: the KernelPicture.
    """

    def __init__(self, picture):
        self.picture = picture
        self._sliders = [kernel_slider(picture, place) for place in PLACES]
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
        names = [f"k_{place}" for place in PLACES]
        self.picture.set_trait_values(dict(zip(names, weights, strict=True)))

    def _weights(self):
        return [getattr(self.picture, f"k_{place}") for place in PLACES]

    def _kernel_box(self):
        """The nine sliders in three rows, under a title."""
        rows = [ipywidgets.HBox(self._sliders[3 * a : 3 * a + 3]) for a in range(3)]
        grid = ipywidgets.VBox(rows)
        grid.add_class("kernel-grid")
        return ipywidgets.VBox([ipywidgets.HTML("<b>Kernel K</b>"), grid])
