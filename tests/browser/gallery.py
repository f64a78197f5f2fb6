"""A notebook that shows every widget of the course, and the page that shows it."""

import playwright.sync_api

from helpers import widgets
from tools.browser import NotebookPage
from tools.notebooks import new_notebook

from .panel import WidgetPanel

NAME = "gallery.ipynb"
# What a widget is made with, where it cannot do without.
ARGUMENTS = {"TuningCurve": "torch.tensor([[1.0, 2, 0], [0, 0, -1], [-1, 0, -2]])"}

FIRST = """
import ipywidgets, torch
from torch.nn import functional as F
from IPython.display import display
from helpers import images, kernels
from helpers.correlation import corr2d, corr2d_unfold
from helpers.exercises import chapter_02
from helpers.receptive_field import Layer
from helpers.widgets import *

ipywidgets.Widget.close_all()  # a page that is loaded again asks for every widget there is
gallery = {}

def parts(widget):
    "A widget and all that it is made of, in the order of the page."
    inside = [part for child in getattr(widget, "children", ()) for part in parts(child)]
    return [widget, *inside]

def sliders(widget):
    "The values of a widget's sliders."
    kinds = (ipywidgets.IntSlider, ipywidgets.FloatSlider)
    return [part.value for part in parts(widget) if isinstance(part, kinds)]
""".strip()
# What an exercise says is ours, too: axe-core is to see it.
LAST = """
exercise = chapter_02.corr2d
for answer in (exercise.reference, exercise.wrong[0].answer, ...):
    display(exercise.evaluate(answer))
print(exercise.reference(torch.ones(2, 2), torch.ones(1, 2)))
""".strip()

_PRINTED = """
() => jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => [
    model.sharedModel.getSource(),
    ...model.sharedModel.getOutputs().map(({ ename, text, data }) =>
        ename ?? text ?? data["text/plain"]),
].join("\\n"))
"""
# How many listeners each trait of each model in the page has, but for layouts and styles, where
# ipywidgets itself leaves some behind.
_LISTENERS = """
async () => {
    const { content } = jupyterapp.shell.currentWidget;
    const mimeType = "application/vnd.jupyter.widget-view+json";
    const manager = await content.rendermime.createRenderer(mimeType)._manager.promise;
    const found = {};
    const seen = new Set();
    const visit = (model) => {
        if (Array.isArray(model)) model.forEach(visit);
        if (!model?.model_id || seen.has(model)) return;
        seen.add(model);
        Object.values(model.attributes).forEach(visit);
        if (/Layout|Style/.test(model.name)) return;
        for (const [event, listeners] of Object.entries(model._events ?? {})) {
            const name = model.get("_anywidget_id") ?? model.name;
            if (!event.startsWith("change:")) continue;
            found[`${name} ${model.model_id}, ${event}`] = listeners.length;
        }
    };
    const outputs = content.widgets.flatMap(({ model }) => model.sharedModel?.getOutputs?.() ?? []);
    for (const { data } of outputs) {
        if (data?.[mimeType]) visit(await manager.get_model(data[mimeType].model_id));
    }
    return found;
}
"""


def notebook(last=LAST):
    """A cell for each widget; `gallery[name]` is the widget in Python."""
    shown = [
        f"gallery['{name}'] = {name}({ARGUMENTS.get(name, '')})\ngallery['{name}']"
        for name in widgets.__all__
    ]
    return new_notebook([FIRST, *shown, last])


class Gallery(NotebookPage):
    """The gallery in a window of JupyterLab."""

    def __init__(self, browser, address):
        super().__init__(browser, address, NAME)
        self.panels = self.page.locator(".jp-Notebook .cfi-panel")

    def panel(self, name):
        """The widget of this class."""
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        return WidgetPanel(cells.nth(1 + widgets.__all__.index(name)).locator(".cfi-panel"))

    def run(self):
        super().run()
        self.wait_until_drawn()

    def wait_until_drawn(self):
        """Wait until every widget stands in the page; a cell that ended in an error fails."""
        printed = self.printed()
        assert not [text for text in printed if "Error" in text.splitlines()[-1]], printed
        self.page.wait_for_function(
            "(count) => document.querySelectorAll('.jp-Notebook .cfi-panel .cfi').length === count",
            arg=len(widgets.__all__),
        )

    def restless(self):
        """The widgets that never come to rest, though no one touches them any more."""
        try:
            self.wait_until_idle()
        except playwright.sync_api.Error as error:
            ids = "{name: [part.model_id for part in parts(w)] for name, w in gallery.items()}"
            names = [
                name
                for name, models in self.python(ids).items()
                if any(model in str(error) for model in models)
            ]
            if not names:
                raise
            return names
        return []

    def printed(self):
        """What each cell holds and prints, a text each."""
        return self.page.evaluate(_PRINTED)

    def listeners(self):
        """ "widget and model, change of a trait" -> how many listen to it."""
        return self.page.evaluate(_LISTENERS)

    def sliders_in_python(self):
        """name of a widget -> the values of its sliders, as Python knows them."""
        return self.python("{name: sliders(widget) for name, widget in gallery.items()}")
