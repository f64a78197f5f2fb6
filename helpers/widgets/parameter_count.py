"""ParameterCount: what a layer on a picture costs, dense beside local beside convolutional."""

from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import int_slider, wrap_row
from helpers.widgets.traits import Whole
from helpers.widgets.view import Panel, View


class CountView(View):
    """The bars; the browser computes and draws them."""

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    side = Whole(1000, min=16, max=2000).tag(sync=True)
    channels = Whole(3, min=1, max=16).tag(sync=True)
    units = Whole(1000, min=1, max=1000).tag(sync=True)
    kernel = Whole(3, min=1, max=15).tag(sync=True)


class ParameterCount(Panel):
    """Count the parameters of four layers on one picture, and the memory they take.

    The traits of `view` may be set; `counts` are the numbers shown.

    Args:
        side: height and width of the picture in pixels, 16 to 2000.
        channels: values per pixel, 1 to 16.
        units: outputs of a dense layer, or feature maps of a convolutional one, 1 to 1000.
        kernel: height and width of the kernel, 1 to 15.
    Raises:
        TraitError: one of them is no whole number in its range.
    Source: chapters 01 and 03.
    """

    def __init__(self, side=1000, channels=3, units=1000, kernel=3):
        self.view = CountView(side=side, channels=channels, units=units, kernel=kernel)
        p = self.view
        controls = [
            int_slider(p, "side", "side", 16, 2000, width="24em"),
            int_slider(p, "channels", "channels", 1, 16),
            int_slider(p, "units", "units", 1, 1000, width="24em"),
            int_slider(p, "kernel", "kernel", 1, 15),
        ]
        super().__init__([wrap_row(controls), p])

    def __repr__(self):
        p = self.view
        return f"ParameterCount({p.side}, {p.channels}, {p.units}, {p.kernel})"

    @property
    def counts(self):
        """Weights and biases of each layer, as {name: (weights, biases)}."""
        p = self.view
        pixels, window = p.side**2, p.kernel**2
        return {
            "dense": (pixels * p.channels * p.units, p.units),
            "dense map": (pixels * p.channels * pixels * p.units, pixels * p.units),
            "local map": (window * p.channels * pixels * p.units, pixels * p.units),
            "convolution": (window * p.channels * p.units, p.units),
        }
