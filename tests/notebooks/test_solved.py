"""The chapters once they are solved."""

import nbformat

from tools import solutions
from tools.notebooks import NOTEBOOKS, execute, new_notebook

EXERCISES = solutions.all_exercises()


def test_every_chapter_runs_to_its_end_once_solved_and_every_check_passes():
    """One kernel runs all of them, each with a fresh namespace: starting kernels takes longest."""
    sources = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        sources += ["%reset -f", *(solutions.solved(source, EXERCISES) for source in code)]
    notebook = new_notebook(sources)
    execute(notebook)
    checked, wrong = set(), []
    for cell in notebook.cells:
        names = [name for name, _ in solutions.checks_in(cell.source)]
        checked |= set(names)
        shown = [output["data"]["text/plain"] for output in cell.outputs if "data" in output]
        if names and [text[:8] for text in shown] != ["Correct."] * len(names):
            wrong.append((names, shown))
    assert wrong == []
    assert checked == set(EXERCISES)
