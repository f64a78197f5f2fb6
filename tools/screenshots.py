"""Take the README's pictures from the running pages.

    python -m uv run python -m tools.screenshots

Each is a widget as JupyterLab shows it, after a few keys on its controls.
"""

import sys
import tempfile
from pathlib import Path

from tools import browser as lab

FOLDER = Path(__file__).parent.parent / ".github" / "images"

# name of the picture: chapter, the cell that makes the widget, and Python to run after it.
PICTURES = {
    "kernel_studio": ("04_edge_detection.ipynb", "KernelStudio(", ""),
    "descent_cockpit": ("05_learning_a_kernel.ipynb", "DescentCockpit(", ""),
    "receptive_field_explorer": (
        "06_receptive_fields.ipynb",
        "ReceptiveFieldExplorer(",
        "explorer.layers = [Layer(7, 2, 3), Layer(3, 2, 1), Layer(3, 1, 1), Layer(3, 1, 1)]; "
        "explorer.input_size = 64",
    ),
}


def take(address, browser, name):
    """Run the chapter and save a picture of its widget."""
    notebook, cell, code = PICTURES[name]
    size = {"width": 1100, "height": 1400, "device_scale_factor": 1.5}
    chapter = lab.NotebookPage(browser, address, notebook, **size)
    chapter.run()
    chapter.run_cell(cell)
    chapter.run_code(code or "pass")
    widget = chapter.page.locator(".cfi-panel:visible").first
    widget.scroll_into_view_if_needed()
    chapter.page.mouse.move(0, 0)
    chapter.page.wait_for_timeout(1000)
    widget.screenshot(path=FOLDER / f"{name}.png")
    chapter.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or list(PICTURES)
    with (
        tempfile.TemporaryDirectory() as folder,
        lab.jupyterlab(folder) as address,
        lab.chromium() as browser,
    ):
        for name in names:
            take(address, browser, name)
            print(FOLDER / f"{name}.png")
