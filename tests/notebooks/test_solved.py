"""The chapters once they are solved."""

import nbformat

from tools import solutions
from tools.notebooks import NOTEBOOKS, execute, new_notebook

EXERCISES = solutions.all_exercises()


def test_every_check_passes_in_its_chapter_once_solved():
    """One kernel solves all chapters, each with a fresh namespace: most of the time is imports."""
    sources = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        sources += ["%reset -f", *solutions.solved_sources(notebook, EXERCISES)]
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


class Doubled:
    """An exercise as far as `solved_sources` looks at it."""

    def solution_code(self):
        return "def doubled(x):\n    return n * x"


def test_a_solved_chapter_runs_what_its_exercises_need_and_what_uses_their_answers():
    stub = "def mine(x):\n    ...\n\n\nchapter_02.doubled.check(mine)"
    sources = ["n = 2", "print(n)", stub, "y = mine(3)", "z = n", "def f(): return y", "f()"]
    notebook = new_notebook(sources)
    kept = solutions.solved_sources(notebook, {"chapter_02.doubled": Doubled()})
    assert kept == [sources[0], stub.replace("...", "return n * x"), sources[3], *sources[5:]]
