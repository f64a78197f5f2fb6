"""What the course costs, measured: one table, and the same as JSON in benchmark.json.

    python -m uv run python -m tools.benchmark                    # all of it, about ten minutes
    python -m uv run python -m tools.benchmark --only imports     # a part; --quick for a glance
    python -m uv run python -m tools.benchmark --only widgets --widget KernelStudio

Times depend on the machine and on what else it does: compare the ratios, which come from one run.
Medians, and the 95th percentile as p95; nothing here is ever asserted by a test. Each part is a
module with `measure(quick)` and `table(found)`.
"""

import contextlib
import os
import platform
from datetime import datetime
from importlib import metadata

from tools.benchmark import chapters, checks, imports, ladder, sizes, widgets

PARTS = {
    "widgets": widgets,
    "chapters": chapters,
    "checks": checks,
    "imports": imports,
    "ladder": ladder,
    "sizes": sizes,
}


def table(results):
    """All that was measured, as text."""
    parts = [_machine_line(results["machine"])]
    for name, part in PARTS.items():
        if name in results:
            title, header, rows = part.table(results[name])
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


def machine():
    """When and where the figures were taken."""
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


def _machine_line(machine):
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    load = f", load {machine['load']:.1f}" if machine["load"] is not None else ""
    return f"{machine['when']}, {machine['processors']} processors{load}, {versions}"
