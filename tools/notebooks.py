"""Where the notebooks are, the one way to execute one, and what is hidden until it is asked for.

The answer to a question must not stand on the page when a chapter is opened:

- the tag `reveal` on a code cell hides its output until the cell is run;
- the tag `reveal-source` hides its code, where the code is the answer;
- prose that answers stands inside `<details>`.

`python -m tools.refresh` writes what JupyterLab reads, the pages read the tags. In JupyterLab the
first line of hidden code stays visible: begin it with a comment or a `def` line that tells nothing.
"""

import os
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
REVEAL, REVEAL_SOURCE = "reveal", "reveal-source"
TAGS = {"exercise", "nbval-ignore-output", REVEAL, REVEAL_SOURCE}
# Of a cell's collapsed outputs JupyterLab shows the first line of the first one. This one holds
# nothing: put in front of the others, it leaves no line to show and nbval nothing to compare.
VEIL = {"output_type": "display_data", "data": {}, "metadata": {}}


def tags(cell):
    """The tags of a cell, a list."""
    return cell.metadata.get("tags", [])


def cell_metadata(tags):
    """The metadata of a committed cell with these tags.

    JupyterLab opens an output that is `collapsed` closed, and opens it when the cell runs.
    (`jupyter.outputs_hidden` says the same, but under jupyter-server-nbmodel such a cell does
    not run.) A hidden source stays hidden until it is clicked.
    """
    metadata = {"tags": list(tags)} if tags else {}
    if REVEAL in tags:
        metadata["collapsed"] = True
    if REVEAL_SOURCE in tags:
        metadata["jupyter"] = {"source_hidden": True}
    return metadata


def hide(cell):
    """Write into an executed cell what its tags ask for, and remove what they no longer do."""
    cell.metadata = nbformat.from_dict(cell_metadata(tags(cell)))
    if cell.cell_type == "code":
        veil = [nbformat.from_dict(VEIL)] if REVEAL in tags(cell) else []
        cell.outputs = veil + [output for output in cell.outputs if output != VEIL]


def client(notebook, *, widget_state=False):
    """An nbclient for a notebook, which runs in the notebooks' folder.

    Args:
        notebook: nbformat's NotebookNode; executing changes it in place.
        widget_state: whether the state of its widgets is stored in its metadata.
    """
    # What a page prints must not depend on what this machine's learner has solved; kernels inherit.
    os.environ["CFI_PROGRESS"] = ":memory:"
    return NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        store_widget_state=widget_state,
        record_timing=False,
        shutdown_kernel="immediate",  # a kernel that may say goodbye takes two seconds for it
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
