"""GaborExplorer: a Gabor function under five sliders, and what it finds in a photo."""

from traitlets import Bytes, Dict, TraitError, validate

from helpers.gabor import gabor
from helpers.images import photo
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Dropdown, float_slider, link, wrap_row
from helpers.widgets.traits import BROWSER_OWNED, Finite, Whole
from helpers.widgets.view import Panel, View

SIDE = 25  # of the kernel, in pixels
PHOTOS, PHOTO_SIZE = ["chelsea", "camera", "coffee", "brick"], (120, 160)
# Of each slider: lowest and highest value, step, and how its number is written.
RANGES = {
    "orientation": (0, 180, 5, ".0f"),
    "wavelength": (2, 20, 0.5, ".1f"),
    "width": (1, 3, 0.1, ".1f"),
    "phase": (0, 360, 15, ".0f"),
    "aspect": (0.5, 2, 0.1, ".1f"),
}


class GaborView(View):
    """The function, its profile across the stripes, and its response over a photo."""

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"side": SIDE, "photo_shape": PHOTO_SIZE}).tag(sync=True)
    orientation = Finite(60.0).tag(sync=True)
    wavelength = Finite(6.0).tag(sync=True)
    width = Finite(2.0).tag(sync=True)
    phase = Finite(0.0).tag(sync=True)
    aspect = Finite(1.0).tag(sync=True)
    thumb_orientation = Finite(0.0).tag(**BROWSER_OWNED)
    thumb_wavelength = Finite(0.0).tag(**BROWSER_OWNED)
    thumb_width = Finite(0.0).tag(**BROWSER_OWNED)
    thumb_phase = Finite(0.0).tag(**BROWSER_OWNED)
    thumb_aspect = Finite(0.0).tag(**BROWSER_OWNED)
    slider_steps = Dict({name: step for name, (_, _, step, _) in RANGES.items()}).tag(sync=True)
    photos = Bytes(b"").tag(sync=True)  # one byte per pixel, one photo after the other
    chosen = Whole(0, min=0, max=len(PHOTOS) - 1).tag(sync=True)

    @validate(*RANGES)
    def _within_slider(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        low, high = RANGES[name][:2]
        if not low <= value <= high:
            raise TraitError(f"{name} must be from {low} to {high}, but is {value}.")
        return value


class GaborExplorer(Panel):
    """See a Gabor function change under its five numbers, and what it responds to in a photo.

    The five numbers are those of `helpers.gabor.gabor`; each may be read and set by its name
    (`explorer.orientation = 45`), and `kernel` is the function itself.

    Args:
        orientation: of the stripes, in degrees from 0 to 180.
        wavelength: from 2 to 20 pixels.
        width: of the bell across the stripes, from 1 to 3 pixels.
        phase: in degrees from 0 to 360.
        aspect: length of the bell as a multiple of its width, from 0.5 to 2.
    Raises:
        TraitError: one of them is no number in its range.
    Source: chapter 07.
    """

    def __init__(self, orientation=60, wavelength=6, width=2, phase=0, aspect=1):
        pixels = [(255 * photo(name, size=PHOTO_SIZE)).round().byte() for name in PHOTOS]
        self.view = GaborView(
            orientation=orientation,
            wavelength=wavelength,
            width=width,
            phase=phase,
            aspect=aspect,
            photos=b"".join(X.numpy().tobytes() for X in pixels),
        )
        sliders = [
            float_slider(self.view, name, name, low, high, "21em", readout)
            for name, (low, high, _, readout) in RANGES.items()
        ]
        for slider in sliders:
            slider.style.description_width = "6em"
        photos = Dropdown(options=PHOTOS, description="photo")
        photos.layout.width = "16em"
        photos.style.description_width = "6em"
        controls = [*sliders, link(photos, self.view, "chosen", of="index")]
        super().__init__([wrap_row(controls), self.view])

    @property
    def kernel(self):
        """The function as a kernel, (25, 25), float32."""
        return gabor(SIDE, **{name: getattr(self.view, name) for name in RANGES})


def _number(name):
    return property(
        lambda self: getattr(self.view, name),
        lambda self, value: setattr(self.view, name, value),
        doc=f"The {name}; may be set.",
    )


for _name in RANGES:
    setattr(GaborExplorer, _name, _number(_name))
