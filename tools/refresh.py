"""Execute notebooks in place, and keep of their outputs what belongs into git.

    python -m uv run python -m tools.refresh                      # all of them
    python -m uv run python -m tools.refresh notebooks/02*.ipynb  # those named

Widget state, timestamps and the version of Python are left out; outputs, counts and cell ids stay.
The tags `reveal` and `reveal-source` become what hides in JupyterLab (see `tools.notebooks`).
"""

import sys
import time
from pathlib import Path

import nbformat

from tools.notebooks import METADATA, NOTEBOOKS, execute, hide


def refresh(path):
    """Execute the notebook at `path` and write it back."""
    notebook = nbformat.read(path, as_version=4)
    execute(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        hide(cell)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(map(str, NOTEBOOKS.glob("*.ipynb")))):
        start = time.perf_counter()
        refresh(path)
        print(
            f"{path.name}: {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1e3:.0f} kB"
        )
