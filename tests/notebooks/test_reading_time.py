"""The times that the course states are those that `tools.reading_time` computes."""

import nbformat
import pytest

from tools import reading_time
from tools.notebooks import NOTEBOOKS, new_notebook
from tools.solutions import all_exercises

CHAPTERS = sorted(NOTEBOOKS.glob("*.ipynb"))[1:]
TIMES = reading_time.measured()

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@every_chapter
def test_a_core_takes_half_an_hour_at_most(path):
    core, _ = TIMES[path]
    assert core.minutes <= reading_time.LONGEST_CORE, reading_time.table({path: TIMES[path]})


@every_chapter
def test_the_chapter_and_the_start_page_state_its_time(path):
    head = nbformat.read(path, as_version=4).cells[0].source
    start_page = nbformat.read(min(NOTEBOOKS.glob("*.ipynb")), as_version=4).cells[0].source
    message = "run python -m tools.reading_time --write"
    assert reading_time.with_time(head, *TIMES[path]) == head, message
    assert reading_time.with_minutes(start_page, path.name, *TIMES[path]) == start_page, message
    assert f"({path.name})" in start_page


def prose(text):
    return nbformat.v4.new_markdown_cell(text)


def test_going_further_ends_at_the_summary():
    notebook = new_notebook([])
    notebook.cells = [
        prose("# One two\n\nthree"),
        prose("## Going further\n\n" + "word " * 28 + "\n\n## Summary\n\n- and the rest"),
    ]
    core, further = reading_time.contents(notebook, {})
    assert (core.words, further.words) == (7, 30)


def test_predictions_and_exercises_are_told_apart_and_their_stubs_are_no_code():
    notebook = new_notebook(
        [
            'find_spec("helpers")\nbegin(seed=2)',
            "mine = ...\n\nchapter_02.first_sum.check(mine)",
            "def f(X, K):\n    ...\n\n\nchapter_02.corr2d.check(f)",
            "# a comment\nX = 1\n\nprint(X)",
        ]
    )
    core, _ = reading_time.contents(notebook, all_exercises())
    assert (core.predictions, core.exercises, core.code_lines) == (1, 1, 2)


def test_formulas_and_links_are_read_as_what_is_seen_of_them():
    assert reading_time.count_words(r"see $a + b = c$ in [the book](https://example.org/a/b)") == 5


def test_times_are_written_where_they_are_stated():
    core = reading_time.Content(words=140 * 28)
    further = reading_time.Content(exercises=10)
    head = reading_time.with_time("Before: nothing · Time: about 3 minutes", core, further)
    assert head == "Before: nothing · Time: about 30 minutes, going further 40"
    row = "| [01 Dense](01_dense.ipynb) | Why? | say | | 30 |"
    assert reading_time.with_minutes(row, "01_dense.ipynb", core, further).endswith("| | 30 + 40 |")
