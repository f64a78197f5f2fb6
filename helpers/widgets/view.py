"""What every widget is made of.

A widget is a `Panel`: ordinary ipywidgets controls, and one `View` that computes and draws in the
browser. `jslink` joins a control to a trait of the view inside the browser, so that the view
answers without asking Python, and keeps answering when the kernel is gone.
"""

import anywidget
import ipywidgets


class View(anywidget.AnyWidget):
    """The part that computes and draws in the browser; it fills the width it is given."""

    def __init__(self, **traits):
        super().__init__(**traits)
        self.layout.width = "100%"

    def update(self, values):
        """Set several traits and send them to the browser in one message."""
        with self.hold_sync():
            for name, value in values.items():
                setattr(self, name, value)

    # The default would hold an address, which never compares equal.
    def __repr__(self):
        return f"{type(self).__name__}()"


class Panel(ipywidgets.VBox):
    """Controls and a view, shown as one; `view` is the attribute that holds the latter."""

    def __init__(self, children):
        super().__init__(children)
        self.add_class("cfi-panel")

    picture = property(lambda self: self.view)  # the former name

    def __repr__(self):
        return f"{type(self).__name__}()"
