"""What every widget shares.

A widget is a `Panel`: ordinary ipywidgets controls, and one `Picture` that computes and draws in
the browser. `jslink` joins a control to a trait of the picture inside the browser, so that the
picture answers without asking Python, and goes on answering when the kernel is gone.
"""

import math
from numbers import Integral, Real
from pathlib import Path

import anywidget
import ipywidgets
import traitlets
from ipywidgets import jsdlink, jslink

from helpers.checks import described

_HERE = Path(__file__).parent


def javascript(*files):
    """The browser code of a widget: common.js, then for each Python file the .js of its stem.

    anywidget loads one module a widget, so what is shared is put in front.
    """
    return _joined("common.js", files, ".js")


def stylesheet(*files):
    """The style of a widget: common.css, then for each Python file the .css of its stem."""
    return _joined("common.css", files, ".css")


def _joined(shared, files, suffix):
    paths = [_HERE / shared, *(Path(file).with_suffix(suffix) for file in files)]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


# For a trait of a picture that each window works out from other traits by itself.
DERIVED = {"sync": True, "echo_update": False}


class _Quiet:
    """A control that leaves it to its picture to tell other windows what has changed.

    The kernel passes a change on to every window that shows the notebook. Were it to pass on the
    control's and the picture's, two windows could send each other an old and a new value for ever.
    """

    def trait_metadata(self, traitname, key, default=None):
        return False if key == "echo_update" else super().trait_metadata(traitname, key, default)


class Checkbox(_Quiet, ipywidgets.Checkbox):
    pass


class Dropdown(_Quiet, ipywidgets.Dropdown):
    pass


class FloatSlider(_Quiet, ipywidgets.FloatSlider):
    pass


class IntSlider(_Quiet, ipywidgets.IntSlider):
    pass


class Play(_Quiet, ipywidgets.Play):
    pass


class _Number:
    """Part of a trait that says in one sentence which numbers it takes, whatever it is given."""

    def validate(self, obj, value):
        try:
            if isinstance(value, self.accepts) and not isinstance(value, bool):
                checked = super().validate(obj, self.convert(value))
                if math.isfinite(checked):
                    return checked
        except (traitlets.TraitError, OverflowError):
            pass  # out of bounds, or an int that no float can hold
        bounds = "" if self.min in (None, -math.inf) else f" from {self.min}"
        bounds += "" if self.max in (None, math.inf) else f" to {self.max}"
        raise traitlets.TraitError(
            f"{self.name or 'each entry'} must be {self.kind}{bounds}, but is {described(value)}."
        )


class Finite(_Number, traitlets.Float):
    """A float trait that accepts neither NaN nor infinity."""

    kind, accepts, convert = "a number", Real, float


class Whole(_Number, traitlets.Int):
    """An int trait; True is no number."""

    kind, accepts, convert = "a whole number", Integral, int


class Picture(anywidget.AnyWidget):
    """The part that computes and draws in the browser; it fills the width it is given."""

    def __init__(self, **traits):
        super().__init__(**traits)
        self.layout.width = "100%"

    def set_trait_values(self, values):
        """Set several traits and send them to the browser in one message."""
        with self.hold_sync():
            for name, value in values.items():
                setattr(self, name, value)

    # The default would hold an address, which never compares equal.
    def __repr__(self):
        return f"{type(self).__name__}()"


class Panel(ipywidgets.VBox):
    """Controls and a picture, shown as one; `picture` is the attribute that holds the latter."""

    def __init__(self, children):
        super().__init__(children)
        self.add_class("cfi-panel")

    def __repr__(self):
        return f"{type(self).__name__}()"


def linked(control, picture, trait, of="value", both_ways=True):
    """Join a control to a trait of the picture in the browser, and return the control.

    Args:
        control: one of this module's controls; a Dropdown is joined by of="index", since its
            value is known to Python alone.
        picture: the Picture.
        trait: name of the picture's trait.
        of: name of the control's trait.
        both_ways: whether the control sets the picture's trait as well.
    """
    link = jslink if both_ways else jsdlink
    # The link lives as long as its control: keep it where Python can find it.
    links = getattr(control, "picture_links", [])
    control.picture_links = [*links, link((picture, trait), (control, of))]
    return control


def int_slider(picture, trait, description, low, high, width="18em"):
    """A slider over whole numbers, joined to an int trait of the picture."""
    slider = IntSlider(value=getattr(picture, trait), min=low, max=high, description=description)
    return linked(_sized(slider, width), picture, trait)


def float_slider(picture, trait, description, low, high, width="18em", readout_format=".2f"):
    """A slider over real numbers, which moves a float trait of the picture.

    Such a slider rounds what it is given to its own steps, and writes that back. So it is not
    joined to the trait itself but to a second one, `hand_<trait>`, and joinHands of common.js
    lets the trait follow where a person has moved the hand. The picture declares both, and
    in its dict `hands` the slider's step by the name of the trait.
    """
    step = picture.hands[trait]
    setattr(picture, f"hand_{trait}", step * math.floor(getattr(picture, trait) / step + 0.5))
    slider = FloatSlider(
        value=getattr(picture, f"hand_{trait}"),
        min=low,
        max=high,
        step=step,
        description=description,
        readout_format=readout_format,
    )
    return linked(_sized(slider, width), picture, f"hand_{trait}")


def _sized(slider, width):
    slider.layout.width = width
    slider.style.description_width = "initial" if slider.description else "0"
    return slider


def row_of(controls):
    """Controls side by side, and below each other where there is no room."""
    return ipywidgets.HBox(
        controls, layout=ipywidgets.Layout(flex_flow="row wrap", grid_gap="0 24px")
    )
