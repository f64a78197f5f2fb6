"""What the course costs, measured: one table, and the same as JSON in benchmark.json.

    python -m uv run python -m tools.benchmark                    # all of it, about ten minutes
    python -m uv run python -m tools.benchmark --only imports     # a part; --quick for a glance
    python -m uv run python -m tools.benchmark --only widgets --widget KernelStudio

Times depend on the machine and on what else it does: compare the ratios, which come from one run.
Medians, and the 95th percentile as p95; nothing here is ever asserted by a test.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from importlib import metadata
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools import browser as lab
from tools.notebooks import ROOT, new_notebook

PARTS = ("widgets", "chapters", "imports", "ladder", "sizes")


# --- widgets ------------------------------------------------------------------------------------

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

# In the page: press keys one after the other, and time each.
_PRESSES = """
async ({ marker, handle, keys, kinds }) => {
    const { widgets } = jupyterapp.shell.currentWidget.content;
    const cell = widgets.find((w) => w.model.sharedModel.source.startsWith(marker)).node;
    const target = cell.querySelector(handle);
    const picture = cell.querySelector(".cfi");
    const canvases = () => [...(picture?.querySelectorAll("canvas") ?? [])].filter((c) => c.width);

    const rest = () => new Promise((done) => setTimeout(done, 40 + 20 * Math.random()));
    const frame = () => new Promise(requestAnimationFrame);
    const press = (key) => {
        const keyCode = { ArrowLeft: 37, ArrowRight: 39 }[key];
        const options = { key, code: key, keyCode, bubbles: true, cancelable: true };
        target.dispatchEvent(new KeyboardEvent("keydown", options));
    };

    // Everything that can be seen of the picture, but for what only a screen reader speaks.
    const looks = () => {
        const copy = picture.cloneNode(true);
        copy.querySelectorAll(".cfi-spoken").forEach((node) => node.remove());
        return copy.innerHTML + canvases().map((canvas) => canvas.toDataURL()).join();
    };

    // Press, and wait until all is computed, laid out, and stands in the canvases.
    async function drawn(key) {
        press(key);
        for (let n = 0; n < 5; n++) await null; // a picture draws in a microtask
        document.body.getBoundingClientRect();
        for (const canvas of canvases()) canvas.getContext("2d").getImageData(0, 0, 1, 1);
    }

    async function work(key) {
        await rest();
        const before = looks();
        const start = performance.now();
        await drawn(key);
        const milliseconds = performance.now() - start;
        if (looks() === before) throw new Error(`${key} changed nothing: ${marker}`);
        return { work: milliseconds };
    }

    // Until the second frame from now begins: by then the first has gone to the screen.
    async function shown(key) {
        await rest();
        const start = performance.now();
        press(key);
        await frame();
        await frame();
        return { frame: performance.now() - start };
    }

    // Until the new image of the figure is decoded and laid out.
    async function redrawn(key) {
        await rest();
        const before = cell.querySelector("img").src;
        let observer;
        const start = performance.now();
        const image = new Promise((done, fail) => {
            observer = new MutationObserver(() => {
                const image = cell.querySelector("img");
                if (image?.src && image.src !== before) done(image);
            });
            observer.observe(cell, { childList: true, subtree: true, attributes: true });
            setTimeout(() => fail(new Error(`no new figure after ${key}: ${marker}`)), 30000);
        });
        press(key);
        await (await image).decode();
        document.body.getBoundingClientRect();
        const milliseconds = performance.now() - start;
        observer.disconnect();
        return { work: milliseconds };
    }

    (picture ?? target).scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
    const found = [];
    for (const [n, key] of keys.entries()) {
        found.push(await { work, shown, redrawn, drawn }[kinds[n % kinds.length]](key));
    }
    return found;
}
"""


class WidgetPage:
    """A notebook in JupyterLab with a cell for every widget, its largest form, and its twin."""

    def __init__(self, browser, address, folder, names):
        self.names = names
        cells = [_PREPARATION.format(names=", ".join(names), root=str(ROOT))]
        for name in names:
            usual, largest = WIDGETS[name]
            cells.append(f"# {name} usual\n{usual}")
            cells.append(f"# {name} largest\n{largest}")
            cells.append(f"# {name} twin\nmatplotlib_baselines.show({name!r})")
        notebook = new_notebook(cells)
        nbformat.write(notebook, Path(folder) / "notebooks" / "benchmark.ipynb")
        self.chapter = lab.Chapter(browser, address, "benchmark.ipynb")
        self.session = self.chapter.context.new_cdp_session(self.chapter.page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.chapter.run_cell(_PREPARATION.splitlines()[0])

    def show(self, name, form):
        """Run a cell and wait until its output stands in the page."""
        marker = f"# {name} {form}\n"
        wanted = "img" if form == "twin" else ".cfi"
        handle = ".noUi-handle" if form == "twin" else _HANDLES.get(name, ".noUi-handle")
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
        found = self.chapter.page.evaluate(_PRESSES, arguments)
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


def measure_widgets(quick=False, names=tuple(WIDGETS)):
    """Event to pixels of each widget, alone, with all others open, at its largest; and its twin."""
    rounds, presses, twin_presses = (1, 12, 6) if quick else (3, 42, 12)
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
            for name in names:  # widget and twin in turn: what disturbs one disturbs the other
                for form in ("usual", "largest"):
                    place = page.show(name, form)
                    keep(name, form, page.press(*place, presses, ["work", "shown"]))
                    keep(name, form, {"processor": [page.processor(*place, presses // 2)]})
                    page.clear()
                place = page.show(name, "twin")
                keep(name, "twin", page.press(*place, twin_presses, ["redrawn"]))
                page.clear()
        places = {name: page.show(name, "usual") for name in names}
        for _ in range(rounds):
            for name in names:
                keep(name, "crowd", page.press(*places[name], presses, ["work", "shown"]))
        if page.chapter.errors:
            raise RuntimeError(f"The page reports errors: {page.chapter.errors}")
    return {name: _widget_figures(kinds) for name, kinds in samples.items()}


def _widget_figures(samples):
    figures = {
        name: {"p50": _percentile(values, 50), "p95": _percentile(values, 95), "n": len(values)}
        for name, values in samples.items()
        if values
    }
    figures["ratio"] = figures["twin work"]["p50"] / figures["usual work"]["p50"]
    return figures


def _percentile(values, percent):
    """The smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


# --- chapters -----------------------------------------------------------------------------------

# ru_maxrss counts kilobytes, on a Mac bytes; Windows has no such figures.
_USAGE = """
import sys
try:
    import resource
    usage = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    print(unit * usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
except ImportError:
    print("nan nan")
""".strip()
_OTHERS = 'import sys; print(*(m for m in sys.modules if m.split(".")[0] != "helpers"))'
_LOAD_OTHERS = """
import contextlib, importlib
for name in {names!r}:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
""".strip()


def measure_chapters(quick=False):
    """Seconds and peak memory of each chapter, and how soon its first cell is ready."""
    paths = sorted(lab.NOTEBOOKS.glob("*.ipynb"))
    return {
        path.stem: _chapter(path, 1 if quick else 3) for path in (paths[:1] if quick else paths)
    }


def _chapter(path, repetitions):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    *cells, usage = _executed([cell.source for cell in code] + [_USAGE])
    peak, processor = map(float, usage["printed"].split())
    slowest = max(cells[1:], key=lambda cell: cell["seconds"])
    first = [_first_cell(code[0].source) for _ in range(repetitions)]
    return {
        "seconds": cells[-1]["ready"],
        "processor_seconds": processor,
        "peak_bytes": peak,
        "slowest_cell": slowest["seconds"],
        "slowest_source": slowest["source"].strip().splitlines()[0],
        "first_cell_ready": statistics.median(ready for ready, _ in first),
        "first_cell_ours": statistics.median(ours for _, ours in first),
    }


def _first_cell(source):
    """Seconds from starting a kernel until its first cell is done, and our share of them.

    Our share is what the cell still takes where all modules of others are loaded already.
    """
    cell, others = _executed([source, _OTHERS])
    load_others = _LOAD_OTHERS.format(names=others["printed"].split())
    _, cell_again = _executed([load_others, source])
    return cell["ready"], cell_again["seconds"]


def _executed(sources):
    """Run cells in a new kernel; of each: its seconds, and when it was ready after the start."""
    notebook = new_notebook(sources)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # no warnings between the figures
        resources={"metadata": {"path": str(lab.NOTEBOOKS)}},
    )
    begun = time.perf_counter()
    cells = []
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            start = time.perf_counter()
            client.execute_cell(cell, index)
            end = time.perf_counter()
            cells.append(
                {
                    "source": cell.source,
                    "seconds": end - start,
                    "ready": end - begun,
                    "printed": "".join(output.get("text", "") for output in cell.outputs),
                }
            )
    return cells


# --- imports ------------------------------------------------------------------------------------

_HELPERS = """
import importlib, pkgutil, helpers
for module in pkgutil.walk_packages(helpers.__path__, "helpers."):
    importlib.import_module(module.name)
""".strip()
_FOREIGN = "import torch, ipywidgets, anywidget, PIL.Image; from matplotlib import pyplot"
# Label -> (what is imported before the clock starts, what is timed).
IMPORTS = {
    "torch": ("", "import torch"),
    "d2l": ("", "from d2l import torch"),
    "d2l beyond torch": ("import torch", "from d2l import torch"),
    "import helpers": ("", "import helpers"),
    "helpers.correlation beyond torch": ("import torch", "import helpers.correlation"),
    "all of helpers beyond torch": ("import torch", _HELPERS),
    "all of helpers beyond torch, matplotlib and ipywidgets": (_FOREIGN, _HELPERS),
}


def measure_imports(quick=False):
    """Median seconds of imports, each in new Python processes."""
    repetitions = 1 if quick else 5
    times = {label: [] for label in IMPORTS}
    for _ in range(repetitions):
        for label, (before, timed) in IMPORTS.items():
            times[label].append(_import_seconds(before, timed))
    return {label: statistics.median(seconds) for label, seconds in times.items()}


def _import_seconds(before, timed):
    start, end = "import time; start = time.perf_counter()", "print(time.perf_counter() - start)"
    return float(_python("\n".join([before, start, timed, end])))


def _python(code):
    """What a new Python prints that runs the code."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"This failed:\n{code}\n{done.stderr[-2000:]}")
    return done.stdout


# --- the ladder of chapter 02 -------------------------------------------------------------------

_LADDER = """
import json, statistics, time
import torch
from torch.nn import functional as F
from helpers.correlation import corr2d, corr2d_shifted, corr2d_unfold

def median_seconds(function):
    times = []
    while len(times) < 5 and sum(times) < 1:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)

found = {{}}
for side in {sides}:
    for k in {kernels}:
        X, K = torch.rand(side, side), torch.rand(k, k)
        F.conv2d(X[None, None], K[None, None])  # its first call prepares more than others do
        rungs = {{
            "corr2d": lambda: corr2d(X, K),
            "corr2d_shifted": lambda: corr2d_shifted(X, K),
            "corr2d_unfold": lambda: corr2d_unfold(X, K),
            "F.conv2d": lambda: F.conv2d(X[None, None], K[None, None]),
        }}
        if 4 * (side - k + 1) ** 2 * k ** 2 > 500e6:
            del rungs["corr2d_unfold"]  # its matrix of windows would take half a gigabyte
        found[f"{{side}}² with {{k}}×{{k}}"] = {{n: median_seconds(f) for n, f in rungs.items()}}
print(json.dumps(found))
""".strip()


def measure_ladder(quick=False):
    """Median seconds of four cross-correlations, over pictures and kernels of several sizes."""
    sides, kernels = ([64], [3]) if quick else ([64, 128, 256, 512, 1024], [3, 7, 15])
    return json.loads(_python(_LADDER.format(sides=sides, kernels=kernels)))


# --- sizes --------------------------------------------------------------------------------------


def measure_sizes(quick=False):
    """Bytes of each notebook, and of the built pages if there are any."""
    site = [path for path in (ROOT / "_site").rglob("*") if path.is_file()]
    return {
        "notebooks": {
            path.name: path.stat().st_size for path in sorted(lab.NOTEBOOKS.glob("*.ipynb"))
        },
        "pages": {p.name: p.stat().st_size for p in sorted(site) if p.suffix == ".html"},
        "pages, all files": sum(path.stat().st_size for path in site),
    }


# --- the table ----------------------------------------------------------------------------------


def table(results):
    """All that was measured, as text."""
    parts = [_machine_line(results["machine"])]
    for part in PARTS:
        if part in results:
            title, header, rows = _TABLES[part](results[part])
            parts.append(f"{title}\n{_aligned([header, *rows])}")
    return "\n\n".join(parts)


def _aligned(rows):
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "  ".join(
            text.rjust(width) if n else text.ljust(width)
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _machine_line(machine):
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    load = f", load {machine['load']:.1f}" if machine["load"] is not None else ""
    return f"{machine['when']}, {machine['processors']} processors{load}, {versions}"


def _widget_table(widgets):
    title = (
        "WIDGETS: key press to pixels in JupyterLab, milliseconds, p50 / p95\n"
        "alone, among all of them, at its largest: until computed, laid out and in the canvas;\n"
        "frame: until the second frame from then begins; interact: with a matplotlib figure;\n"
        "processor: as alone / largest, but without the time in which others had the processors"
    )
    header = ["", "alone", "among all", "largest", "frame", "interact", "ratio", "processor"]
    forms = ["usual work", "crowd work", "largest work", "usual frame", "twin work"]
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


def _chapter_table(chapters):
    title = (
        "CHAPTERS: seconds in a new kernel (the kernel's start included), and its peak memory\n"
        "processor: the kernel's own computing, all threads together"
    )
    figures = {
        "all cells": lambda found: f"{found['seconds']:.1f}",
        "processor": lambda found: f"{found['processor_seconds']:.1f}",
        "slowest cell": lambda found: f"{found['slowest_cell']:.1f}",
        "first cell ready": lambda found: f"{found['first_cell_ready']:.2f}",
        "of which ours": lambda found: f"{found['first_cell_ours']:.2f}",
        "peak MB": lambda found: f"{found['peak_bytes'] / 1e6:.0f}",
    }
    rows = [[name, *(f(found) for f in figures.values())] for name, found in chapters.items()]
    sums = [
        f"{sum(found[key] for found in chapters.values()):.1f}"
        for key in ("seconds", "processor_seconds")
    ]
    return title, ["", *figures], [*rows, ["all", *sums, "", "", "", ""]]


def _import_table(imports):
    return "IMPORTS", ["", "seconds"], [[name, f"{s:.3f}"] for name, s in imports.items()]


def _ladder_table(ladder):
    names = ["corr2d", "corr2d_shifted", "corr2d_unfold", "F.conv2d"]
    rows = [
        [
            size,
            *(f"{1000 * times[name]:.3g}" if name in times else "too large" for name in names),
            f"{times['corr2d'] / times['F.conv2d']:,.0f}×",
        ]
        for size, times in ladder.items()
    ]
    return "LADDER: milliseconds for a picture and a kernel", ["", *names, "first : last"], rows


def _size_table(sizes):
    rows = [[name, f"{size / 1e3:.0f}"] for name, size in sizes["notebooks"].items()]
    rows += [[name, f"{size / 1e3:.0f}"] for name, size in sizes["pages"].items()]
    if sizes["pages"]:
        rows.append(["pages, all files", f"{sizes['pages, all files'] / 1e3:.0f}"])
    return "SIZES", ["", "kB"], rows


_TABLES = {
    "widgets": _widget_table,
    "chapters": _chapter_table,
    "imports": _import_table,
    "ladder": _ladder_table,
    "sizes": _size_table,
}


def _machine():
    load = None
    with contextlib.suppress(OSError, AttributeError):  # Windows does not know it
        load = os.getloadavg()[0]
    packages = ("torch", "matplotlib", "ipywidgets", "anywidget", "jupyterlab")
    versions = {name: metadata.version(name) for name in packages}
    return {
        "when": datetime.now().isoformat(" ", "minutes"),
        "processors": os.cpu_count(),
        "load": load,
        "versions": {"Python": platform.python_version()} | versions,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; may be repeated")
    parser.add_argument("--widget", choices=WIDGETS, action="append", help="a widget; likewise")
    parser.add_argument("--quick", action="store_true", help="few repetitions and small sizes")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmark.json")
    chosen = parser.parse_args()

    results = {"machine": _machine()}
    for part in chosen.only or PARTS:
        print(f"measuring {part} …", file=sys.stderr, flush=True)
        options = {"names": tuple(chosen.widget)} if part == "widgets" and chosen.widget else {}
        results[part] = _MEASURES[part](quick=chosen.quick, **options)
    chosen.output.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    print(table(results))


_MEASURES = {
    "widgets": measure_widgets,
    "chapters": measure_chapters,
    "imports": measure_imports,
    "ladder": measure_ladder,
    "sizes": measure_sizes,
}
