"""What the stepper, the studio and the game share: nine weights, each with its slider."""

import ipywidgets
import torch
from traitlets import Dict, Unicode

from helpers.checks import matrix_rows
from helpers.widgets.controls import float_slider, link
from helpers.widgets.traits import BROWSER_OWNED, Finite
from helpers.widgets.view import Panel, View

LARGEST_WEIGHT, STEP = 9, 0.25
PLACES = [f"{a}_{b}" for a in range(3) for b in range(3)]


class KernelView(View):
    """A view with nine weights, `k_0_0` … `k_2_2`: jslink joins single numbers only.

    `text_0_0` … hold the exact weights as text, which stands beside the rounded sliders.
    """

    slider_steps = Dict({f"k_{place}": STEP for place in PLACES}).tag(sync=True)
    for _place in PLACES:
        vars()[f"k_{_place}"] = Finite(0.0).tag(sync=True)
        vars()[f"thumb_k_{_place}"] = Finite(0.0).tag(**BROWSER_OWNED)
        vars()[f"text_{_place}"] = Unicode("0").tag(**BROWSER_OWNED)
    del _place


def kernel_slider(view, place):
    """The slider of one weight, its exact value written beside it.

    Args:
        view: the KernelView.
        place: row and column of the weight, "0_0" to "2_2".
    """
    slider = float_slider(view, f"k_{place}", "", -LARGEST_WEIGHT, LARGEST_WEIGHT, width="12.5em")
    slider.readout = False
    slider.style.description_width = "3em"
    return link(slider, view, f"text_{place}", of="description", both_ways=False)


class KernelPanel(Panel):
    """Nine sliders, laid out as the 3×3 kernel that they are.

    Args:
        view: the KernelView.
    """

    def __init__(self, view):
        self.view = view
        self._sliders = [kernel_slider(view, place) for place in PLACES]
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
        self.view.update(dict(zip(names, weights, strict=True)))

    def _weights(self):
        return [getattr(self.view, f"k_{place}") for place in PLACES]

    def _kernel_box(self):
        """The nine sliders in three rows, under a title."""
        rows = [ipywidgets.HBox(self._sliders[3 * a : 3 * a + 3]) for a in range(3)]
        grid = ipywidgets.VBox(rows)
        grid.add_class("kernel-grid")
        return ipywidgets.VBox([ipywidgets.HTML("<b>Kernel K</b>"), grid])
