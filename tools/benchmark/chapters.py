"""Seconds and peak memory of each chapter, and how soon its first cell is ready."""

import statistics
import time

import nbformat

from tools.notebooks import NOTEBOOKS, client, new_notebook

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


def measure(quick=False):
    """What each chapter takes in a kernel of its own; quick: only the start page, once."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
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
    running = client(notebook)
    running.extra_arguments = ["--IPKernelApp.log_level=ERROR"]  # no warnings between the figures
    begun = time.perf_counter()
    cells = []
    with running.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            start = time.perf_counter()
            running.execute_cell(cell, index)
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


def table(chapters):
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
