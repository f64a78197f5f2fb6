"""How long a widget takes from a key press to pixels, beside its matplotlib baseline."""

import tempfile
from pathlib import Path

import nbformat

from tools import browser as lab
from tools.notebooks import ROOT, new_notebook

# Name -> (as a chapter shows it, with as much in it as it takes).
WIDGETS = {
    "CorrelationStepper": (
        "CorrelationStepper()",
        "w = CorrelationStepper(torch.ones(8, 8), torch.eye(3)); w.view.padding = 3; w",
    ),
    "DenseToConvolution": (
        "DenseToConvolution()",
        "w = DenseToConvolution(stage=0.5); w.view.k_w = 1; w",
    ),
    "EquivarianceMeter": (
        "EquivarianceMeter()",
        "w = EquivarianceMeter(); w.view.kernel, w.view.padded = 2, True; w",
    ),
    "ParameterCount": ("ParameterCount()", "ParameterCount(1990, 16, 1000, 15)"),
    "KernelStudio": ("KernelStudio()", "KernelStudio(input=torch.rand(480, 640))"),
    "TargetGame": ("TargetGame()", "TargetGame(level=9)"),
    "DescentCockpit": (
        "DescentCockpit()",
        "w = DescentCockpit(torch.rand(16, 16), torch.rand(16, 15)); w.num_steps = 100; w",
    ),
    "ReceptiveFieldExplorer": (
        "ReceptiveFieldExplorer()",
        "ReceptiveFieldExplorer([Layer(3, padding=1)] * 24, 256)",
    ),
    "TuningCurve": (
        "TuningCurve(kernels.SOBEL_X)",
        'TuningCurve(torch.randn(16, 32, 32), "bar")',
    ),
    "GaborExplorer": ("GaborExplorer()", "GaborExplorer(wavelength=20, width=3, aspect=2)"),
}
# What takes the key presses: the first slider, but in the explorer one points with the keys.
_HANDLES = {"ReceptiveFieldExplorer": ".explorer-canvas"}
_PREPARATION = """
import sys
import torch
from helpers import kernels
from helpers.receptive_field import Layer
from helpers.widgets import {names}
sys.path.insert(0, {root!r})
from tools.benchmark import matplotlib_baselines
%matplotlib inline
""".strip()
_MODULE = (Path(__file__).parent / "presses.js").read_text(encoding="utf-8")
_TIME_PRESSES = _MODULE[_MODULE.index("async function") :]  # what the page evaluates


class WidgetPage:
    """A notebook in JupyterLab with three cells per widget: usual, largest, and its baseline."""

    def __init__(self, browser, address, folder, names):
        cells = [_PREPARATION.format(names=", ".join(names), root=str(ROOT))]
        for name in names:
            usual, largest = WIDGETS[name]
            cells.append(f"# {name} usual\n{usual}")
            cells.append(f"# {name} largest\n{largest}")
            cells.append(f"# {name} baseline\nmatplotlib_baselines.show({name!r})")
        notebook = new_notebook(cells)
        nbformat.write(notebook, Path(folder) / "notebooks" / "benchmark.ipynb")
        self.chapter = lab.NotebookPage(browser, address, "benchmark.ipynb")
        self.session = self.chapter.context.new_cdp_session(self.chapter.page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.chapter.run_cell(_PREPARATION.splitlines()[0])

    def show(self, name, form):
        """Run a cell and wait until its output stands in the page."""
        marker = f"# {name} {form}\n"
        wanted = "img" if form == "baseline" else ".cfi"
        handle = ".noUi-handle" if form == "baseline" else _HANDLES.get(name, ".noUi-handle")
        self.chapter.run_cell(marker)
        self.chapter.page.wait_for_function(
            """([marker, ...wanted]) => {
                const { widgets } = jupyterapp.shell.currentWidget.content;
                const cell = widgets.find((w) => w.model.sharedModel.source.startsWith(marker));
                return wanted.every((selector) => cell.node.querySelector(selector));
            }""",
            arg=[marker, wanted, handle],
        )
        self.chapter.wait_until_idle()
        self.chapter.page.wait_for_timeout(500)  # for what a widget does once it is at rest
        return marker, handle

    def clear(self):
        self.chapter.page.evaluate(
            "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
        )

    def press(self, marker, handle, count, kinds):
        """Milliseconds of `count` key presses, as {"work": [...], "frame": [...]}."""
        # To and fro, so that no slider meets its end.
        keys = [["ArrowRight", "ArrowLeft"][n // 3 % 2] for n in range(count)]
        arguments = {"marker": marker, "handle": handle, "keys": keys, "kinds": kinds}
        found = self.chapter.page.evaluate(_TIME_PRESSES, arguments)
        return {kind: [f[kind] for f in found if f and kind in f] for kind in ("work", "frame")}

    def processor(self, marker, handle, count):
        """Milliseconds that the page's main thread computes for a key press, without a rest.

        Unlike the time that passes, this does not count when others have the processors.
        """
        before = self._thread_seconds()
        self.press(marker, handle, count, ["drawn"])
        return 1000 * (self._thread_seconds() - before) / count

    def _thread_seconds(self):
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def measure(quick=False, names=tuple(WIDGETS)):
    """Event to pixels of each widget: alone, among all others, at its largest; and its baseline."""
    rounds, presses, baseline_presses = (1, 12, 6) if quick else (3, 42, 12)
    samples = {name: {} for name in names}

    def keep(name, form, found):
        for kind, values in found.items():
            samples[name].setdefault(f"{form} {kind}", []).extend(values)

    with (
        tempfile.TemporaryDirectory() as folder,
        lab.jupyterlab(folder) as address,
        lab.chromium() as browser,
    ):
        page = WidgetPage(browser, address, folder, names)
        for _ in range(rounds):
            for name in names:  # in turn: what disturbs the widget disturbs its baseline
                for form in ("usual", "largest"):
                    place = page.show(name, form)
                    keep(name, form, page.press(*place, presses, ["work", "shown"]))
                    keep(name, form, {"processor": [page.processor(*place, presses // 2)]})
                    page.clear()
                place = page.show(name, "baseline")
                keep(name, "baseline", page.press(*place, baseline_presses, ["redrawn"]))
                page.clear()
        places = {name: page.show(name, "usual") for name in names}
        for _ in range(rounds):
            for name in names:
                keep(name, "crowd", page.press(*places[name], presses, ["work", "shown"]))
        if page.chapter.errors:
            raise RuntimeError(f"The page reports errors: {page.chapter.errors}")
    return {name: _figures(kinds) for name, kinds in samples.items()}


def _figures(samples):
    figures = {
        name: {"p50": percentile(values, 50), "p95": percentile(values, 95), "n": len(values)}
        for name, values in samples.items()
        if values
    }
    figures["ratio"] = figures["baseline work"]["p50"] / figures["usual work"]["p50"]
    return figures


def percentile(values, percent):
    """The smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def table(widgets):
    title = (
        "WIDGETS: key press to pixels in JupyterLab, milliseconds, p50 / p95\n"
        "alone, among all of them, at its largest: until computed, laid out and in the canvas;\n"
        "frame: until the second frame from then begins; interact: with a matplotlib figure;\n"
        "processor: as alone / largest, but without the time in which others had the processors"
    )
    header = ["", "alone", "among all", "largest", "frame", "interact", "ratio", "processor"]
    forms = ["usual work", "crowd work", "largest work", "usual frame", "baseline work"]
    rows = [
        [
            name,
            *(f"{found[form]['p50']:.1f} / {found[form]['p95']:.1f}" for form in forms),
            f"{found['ratio']:.0f}×",
            " / ".join(f"{found[f'{form} processor']['p50']:.1f}" for form in ("usual", "largest")),
        ]
        for name, found in widgets.items()
    ]
    return title, header, rows
