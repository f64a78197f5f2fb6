"""The controls of a widget: ipywidgets, each joined to a trait of the view in the browser."""

import math

import ipywidgets
from ipywidgets import jsdlink, jslink


class NoEcho:
    """A control whose changes the kernel does not pass on to other windows; the view's are enough.

    Were both passed on, two windows could send each other an old and a new value for ever.
    """

    def trait_metadata(self, traitname, key, default=None):
        return False if key == "echo_update" else super().trait_metadata(traitname, key, default)


class Checkbox(NoEcho, ipywidgets.Checkbox):
    pass


class Dropdown(NoEcho, ipywidgets.Dropdown):
    pass


class FloatSlider(NoEcho, ipywidgets.FloatSlider):
    pass


class IntSlider(NoEcho, ipywidgets.IntSlider):
    pass


class Play(NoEcho, ipywidgets.Play):
    pass


def link(control, view, trait, of="value", both_ways=True):
    """Join a control to a trait of the view in the browser, and return the control.

    Args:
        control: one of this module's controls; a Dropdown is joined by of="index", since its
            value is known to Python alone.
        view: the View.
        trait: name of the view's trait.
        of: name of the control's trait.
        both_ways: whether the control sets the view's trait as well.
    """
    join = jslink if both_ways else jsdlink
    # A link lives as long as its control: keep it where Python can find it.
    links = getattr(control, "view_links", [])
    control.view_links = [*links, join((view, trait), (control, of))]
    return control


def int_slider(view, trait, description, low, high, width="18em"):
    """A slider over whole numbers, joined to an int trait of the view."""
    slider = IntSlider(value=getattr(view, trait), min=low, max=high, description=description)
    return link(_sized(slider, width), view, trait)


def float_slider(view, trait, description, low, high, width="18em", readout_format=".2f"):
    """A slider over real numbers, which moves a float trait of the view.

    Such a slider rounds what it is given to its own steps, and writes that back. So it is not
    joined to the trait itself but to a second one, `thumb_<trait>`; js/thumbs.js moves the thumb
    when the trait changes, and sets the trait when the thumb is moved. The view declares both
    traits, and the slider's step by the trait's name in its dict `slider_steps`.
    """
    step = view.slider_steps[trait]
    setattr(view, f"thumb_{trait}", step * math.floor(getattr(view, trait) / step + 0.5))
    slider = FloatSlider(
        value=getattr(view, f"thumb_{trait}"),
        min=low,
        max=high,
        step=step,
        description=description,
        readout_format=readout_format,
    )
    return link(_sized(slider, width), view, f"thumb_{trait}")


def _sized(slider, width):
    slider.layout.width = width
    slider.style.description_width = "initial" if slider.description else "0"
    return slider


def wrap_row(controls):
    """Controls side by side, and below each other where there is no room."""
    return ipywidgets.HBox(
        controls, layout=ipywidgets.Layout(flex_flow="row wrap", grid_gap="0 24px")
    )
