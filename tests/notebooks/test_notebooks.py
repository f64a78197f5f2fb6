"""What must hold of every chapter, and the chapters once they are solved.

That the committed outputs are what the cells print is nbval's part: pytest collects the notebooks
themselves.
"""

import ast
import re

import nbformat
import pytest

from helpers import checks, conv2d, correlation, natural_images
from tools import solutions as exercises
from tools.notebooks import METADATA, NOTEBOOKS, REVEAL, TAGS, VEIL, cell_metadata, execute, tags

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
CHAPTERS = [path for path in PATHS if not path.name.startswith("00")]
EXERCISES = exercises.all_exercises()
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@every_notebook
def test_it_is_valid_small_and_clean(path):
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
def test_its_cells_were_run_in_order(path):
    counts = [cell.execution_count for cell in code_cells(read(path))]
    assert counts == list(range(1, len(counts) + 1))
    outputs = [output for cell in code_cells(read(path)) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]


@every_notebook
def test_it_begins_with_a_short_set_up_cell(path):
    first = code_cells(read(path))[0].source
    lines = [line for line in first.splitlines() if line.strip()]
    assert len(lines) <= 10
    assert re.fullmatch(rf"begin\(seed={int(path.name[:2])}\)", lines[-1])
    assert 'find_spec("helpers")' in first


@every_notebook
def test_its_links_resolve(path):
    for target in re.findall(r"\]\(([^)]+)\)", text_of(read(path))):
        if not target.startswith(("https://", "attachment:", "#")):
            assert (NOTEBOOKS / target.split("#")[0]).exists(), target


@every_chapter
def test_it_leads_to_the_next(path):
    last = read(path).cells[-1]
    following = PATHS[(PATHS.index(path) + 1) % len(PATHS)]
    assert last.cell_type == "markdown"
    assert f"]({following.name})" in last.source


@every_chapter
def test_it_opens_and_closes_as_every_chapter_does(path):
    notebook = read(path)
    head = notebook.cells[0].source
    assert head.startswith(f"# {path.name[:2]} ")
    assert "After this chapter you can" in head
    assert "Before:" in head and "Time:" in head
    # The table of the start page says the same.
    before, time = re.search(r"Before: (.*) · Time: about (.*)", head).groups()
    needed = [number for number in re.findall(r"\[(\d\d) ", before) if number != "00"]
    start = read(min(NOTEBOOKS.glob("*.ipynb"))).cells[0].source
    *_, needs, minutes, _ = next(x for x in start.splitlines() if f"({path.name})" in x).split("|")
    assert re.findall(r"\d+", needs) == needed
    assert re.findall(r"\d+", minutes) == re.findall(r"\d+", time)
    summary = text_of(notebook).split("## Summary")[1]
    assert len(re.findall(r"^- ", summary, re.MULTILINE)) == 5


@every_notebook
def test_exercise_cells_are_tagged_and_known(path):
    for cell in code_cells(read(path)):
        checks = exercises.checks_in(cell.source)
        assert bool(checks) == ("exercise" in cell.metadata.get("tags", []))
        for name, _ in checks:
            assert name in EXERCISES
        if checks:
            text = "".join(output["data"]["text/plain"] for output in cell.outputs)
            assert text.count("Not attempted yet.") == len(checks)


@every_chapter
def test_every_exercise_of_a_chapter_is_asked_in_it(path):
    chapter = f"chapter_{path.name[:2]}"
    asked = {name for c in code_cells(read(path)) for name, _ in exercises.checks_in(c.source)}
    assert asked == {name for name in EXERCISES if name.startswith(chapter)}
    assert len(asked) >= 3


@every_notebook
def test_a_still_picture_or_number_is_there_wherever_something_is_drawn(path):
    # PNG is not compared by nbval: something printed beside each figure is.
    for cell in code_cells(read(path)):
        types = {kind for output in cell.outputs for kind in output.get("data", {})}
        if "image/png" in types and "nbval-ignore-output" not in cell.metadata.get("tags", []):
            assert any(output.output_type == "stream" for output in cell.outputs), cell.source
        assert "image/svg+xml" not in types


@every_chapter
def test_it_is_right_once_solved(path):
    notebook = read(path)
    expected = 0
    for cell in code_cells(notebook):
        expected += len(exercises.checks_in(cell.source))
        cell.source = exercises.solved(cell.source, EXERCISES)
    execute(notebook)
    feedback = [
        output["data"]["text/plain"]
        for cell in code_cells(notebook)
        for output in cell.outputs
        if exercises.checks_in(cell.source) and "data" in output
    ]
    assert [text[:8] for text in feedback] == ["Correct."] * expected


TAUGHT = [
    ("02_cross_correlation", correlation, "corr2d"),
    ("02_cross_correlation", correlation, "corr2d_shifted"),
    ("02_cross_correlation", correlation, "corr2d_unfold"),
    ("03_conv2d_module", conv2d, "Conv2D"),
    ("07_visual_cortex", natural_images, "independence_step"),
]


@pytest.mark.parametrize(("chapter", "module", "name"), TAUGHT)
def test_what_is_taught_is_what_is_shipped(chapter, module, name):
    """The definition in the page equals the one in `helpers`, but for its checks of input."""
    cells = [cell.source for cell in code_cells(read(NOTEBOOKS / f"{chapter}.ipynb"))]
    # A chapter may build a thing up from a wrong first version: the last one counts.
    taught = [node for source in cells for node in _definitions(source, name)][-1]
    with open(module.__file__, encoding="utf-8") as file:
        shipped = _definitions(file.read(), name)[0]
    assert _bare(taught) == _bare(shipped)


def _definitions(source, name):
    source = re.sub(r"^(\s*)%.*", r"\1pass", source, flags=re.MULTILINE)
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [n for n in ast.parse(source).body if isinstance(n, kinds) and n.name == name]


def _bare(definition):
    """The code of a definition without docstrings and without what checks its input."""
    for node in ast.walk(definition):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.body = [statement for statement in node.body if not _is_aside(statement)]
    return ast.unparse(_WithoutChecks().visit(definition))


class _WithoutChecks(ast.NodeTransformer):
    """Replaces `whole_pair(x, ...)` by x: the checks that return a value return what they check."""

    def visit_Call(self, node):
        self.generic_visit(node)
        is_check = isinstance(node.func, ast.Name) and hasattr(checks, node.func.id)
        return node.args[0] if is_check else node


def _is_aside(statement):
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    is_check = isinstance(value, ast.Call) and "check" in ast.unparse(value.func)
    return is_check or isinstance(value, ast.Constant)
