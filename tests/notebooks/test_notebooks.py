"""What must hold of every committed chapter.

That the committed outputs are what the cells print is nbval's part: pytest collects the notebooks
themselves.
"""

import re

import nbformat
import pytest

from tools import solutions
from tools.notebooks import METADATA, NOTEBOOKS, REVEAL, TAGS, VEIL, cell_metadata, tags

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
CHAPTERS = [path for path in PATHS if not path.name.startswith("00")]
EXERCISES = solutions.all_exercises()
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@every_notebook
def test_it_is_committed_as_refresh_writes_it(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert path.stat().st_size < 1_000_000
    assert notebook.metadata == METADATA, "run python -m tools.refresh"
    for cell in notebook.cells:
        assert set(tags(cell)) <= TAGS
        # What hides an answer is there where a tag asks for it, and nowhere else.
        assert cell.metadata == cell_metadata(tags(cell)), "run python -m tools.refresh"
        if REVEAL in tags(cell):
            assert cell.outputs[0] == VEIL, "run python -m tools.refresh"
            assert len(cell.outputs) > 1, "there is nothing to reveal"
        else:
            assert VEIL not in cell.get("outputs", []), "run python -m tools.refresh"
        # Prose that answers stands in <details>.
        assert cell.cell_type == "code" or not tags(cell)


@every_notebook
def test_its_cells_ran_in_order_and_print_something_beside_each_figure(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert all(output.output_type != "error" for output in cell.outputs), cell.source
        types = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert "image/svg+xml" not in types, cell.source
        # nbval does not compare PNG, so a figure alone would not be compared with anything.
        if "image/png" in types and "nbval-ignore-output" not in tags(cell):
            assert any(output.output_type == "stream" for output in cell.outputs), cell.source


@every_notebook
def test_it_begins_with_a_short_set_up_cell_and_its_links_resolve(path):
    notebook = read(path)
    first = code_cells(notebook)[0].source
    lines = [line for line in first.splitlines() if line.strip()]
    assert len(lines) <= 10
    assert re.fullmatch(rf"begin\(seed={int(path.name[:2])}\)", lines[-1])
    assert 'find_spec("helpers")' in first
    for target in re.findall(r"\]\(([^)]+)\)", text_of(notebook)):
        if not target.startswith(("https://", "attachment:", "#")):
            assert (NOTEBOOKS / target.split("#")[0]).exists(), target


@every_chapter
def test_it_opens_and_closes_as_every_chapter_does(path):
    notebook = read(path)
    head, last = notebook.cells[0].source, notebook.cells[-1]
    assert head.startswith(f"# {path.name[:2]} ")
    assert "After this chapter you can" in head
    assert "Before:" in head and "Time:" in head
    # The table of the start page says the same.
    before, time = re.search(r"Before: (.*) · Time: about (.*)", head).groups()
    needed = [number for number in re.findall(r"\[(\d\d) ", before) if number != "00"]
    start = read(PATHS[0]).cells[0].source
    *_, needs, minutes, _ = next(x for x in start.splitlines() if f"({path.name})" in x).split("|")
    assert re.findall(r"\d+", needs) == needed
    assert re.findall(r"\d+", minutes) == re.findall(r"\d+", time)
    summary = text_of(notebook).split("## Summary")[1]
    assert len(re.findall(r"^- ", summary, re.MULTILINE)) == 5
    following = PATHS[(PATHS.index(path) + 1) % len(PATHS)]
    assert last.cell_type == "markdown"
    assert f"]({following.name})" in last.source


@every_notebook
def test_its_exercises_are_tagged_unattempted_and_all_asked(path):
    asked = []
    for cell in code_cells(read(path)):
        names = [name for name, _ in solutions.checks_in(cell.source)]
        assert bool(names) == ("exercise" in tags(cell)), cell.source
        if names:
            text = "".join(output["data"]["text/plain"] for output in cell.outputs)
            assert text.count("Not attempted yet.") == len(names), names
        asked += names
    chapter = f"chapter_{path.name[:2]}."
    assert set(asked) == {name for name in EXERCISES if name.startswith(chapter)}
    assert len(asked) >= 3 or path not in CHAPTERS
