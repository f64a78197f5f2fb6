"""Where the notebooks are, and the one way to execute one."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
# What a committed notebook says of itself; the version of Python is left out.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def client(notebook, *, widget_state=False):
    """An nbclient for a notebook, which runs in the notebooks' folder.

    Args:
        notebook: nbformat's NotebookNode; executing changes it in place.
        widget_state: whether the state of its widgets is stored in its metadata.
    """
    return NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        store_widget_state=widget_state,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )


def execute(notebook):
    """Execute a notebook in place; a cell that raises ends it."""
    client(notebook).execute()


def new_notebook(sources):
    """A notebook with a code cell for each source."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
