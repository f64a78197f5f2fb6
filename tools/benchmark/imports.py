"""Seconds that imports take, each in new Python processes."""

import statistics
import subprocess
import sys

from tools.notebooks import ROOT

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


def measure(quick=False):
    """Median seconds of each import."""
    times = {label: [] for label in IMPORTS}
    for _ in range(1 if quick else 5):
        for label, (before, timed) in IMPORTS.items():
            times[label].append(_seconds(before, timed))
    return {label: statistics.median(seconds) for label, seconds in times.items()}


def _seconds(before, timed):
    start, end = "import time; start = time.perf_counter()", "print(time.perf_counter() - start)"
    code = "\n".join([before, start, timed, end])
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"This failed:\n{code}\n{done.stderr[-2000:]}")
    return float(done.stdout)


def table(imports):
    return "IMPORTS", ["", "seconds"], [[name, f"{s:.3f}"] for name, s in imports.items()]
