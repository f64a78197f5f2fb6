"""MovingStripe: the smallest widget of the course, which shows that widgets work here."""

from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import int_slider
from helpers.widgets.traits import Whole
from helpers.widgets.view import Panel, View

COLUMNS = 24


class StripeView(View):
    """A row of cells, one of them lit."""

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    column = Whole(0, min=0, max=COLUMNS - 1).tag(sync=True)
    columns = Whole(COLUMNS, min=1).tag(sync=True)


class MovingStripe(Panel):
    """A slider that moves a stripe; `column` says where it is and may be set.

    Args:
        column: where the stripe is at first, counted from 0 on the left.
    Raises:
        TraitError: column is no whole number from 0 to 23.
    Source: chapter 00.
    """

    def __init__(self, column=0):
        self.view = StripeView(column=column)
        slider = int_slider(self.view, "column", "column", 0, COLUMNS - 1, width="24em")
        super().__init__([slider, self.view])

    @property
    def column(self):
        """Where the stripe is, from 0 to 23."""
        return self.view.column

    @column.setter
    def column(self, column):
        self.view.column = column
