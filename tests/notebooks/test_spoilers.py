"""No chapter answers its own questions before they are asked.

What is searched for, and where, stands in `tools.spoilers`.
"""

import nbformat
import pytest

from helpers.exercises.exercise import exercise, predict
from tools import pages
from tools.notebooks import NOTEBOOKS, REVEAL, REVEAL_SOURCE, hide, new_notebook
from tools.solutions import all_exercises
from tools.spoilers import needs_tells, spoilers, visible

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
EXERCISES = all_exercises()

# Answers that may be visible, each with a reason; ten at most in the whole course.
EXCEPTIONS = {
    "chapter_00.first_shape": "shows how a prediction works: its answer can be read off X",
}

# What gives an answer away that says too little to be searched for; see `tools.spoilers`.
TELLS = {
    # chapter 01
    "chapter_01.neighbours": [r"0\.96 at 1", r"near pixels tell"],
    "chapter_01.shuffled": [r"shuffled,\s+0\.01 at 1", r"\bnothing of it is left"],
    "chapter_01.dense_on_shuffled": [r"same (sum|answer|output)s?\b", r"equally good"],
    "chapter_01.moves_or_stays": [r"largest value 1\.537", r"columns apart: 0\.0"],
    "chapter_01.equivariant_stage": [r"shared .*\b0\.00"],
    "chapter_01.exact_shifts": [r"shift 3: off by up to 0\.00", r"whole (steps|cells)"],
    "chapter_01.sound_task": [r"\bbegins? (counts|matters)", r"counted from the start"],
    "chapter_01.where_it_hurts": [r"lamp in the upper half, one in", r"pictures apart"],
    "chapter_01.windows_on_a_pixel": [r"^tensor\(\[\[1\., 2\., 3\., 3\."],
    # chapter 02
    "chapter_02.recall_property": [r"\bequivarian"],
    "chapter_02.order_matters": [r"\bcommut", r"changes nothing"],
    # chapter 03
    "chapter_03.gradient_passes": [r"CopySlices", r"There is none", r"^gradients: \[\["],
    # chapter 04
    "chapter_04.diagonal_picture_transposed": [r"the same map: *True", r"its own transpose"],
    "chapter_04.kernel_for_the_horizon": [r"SOBEL_Y`? shows"],
    "chapter_04.brightness_change": [r"changes by 0\.25"],
    # chapter 05
    "chapter_05.number_of_starts": [r"\b[Ff]our (suspects|starts|kernels)", r"too large$"],
    "chapter_05.smallest_side": [r"5×5 picture: .*fixed 9 of 9"],
    "chapter_05.error_with_four_times_the_data": [r"standard deviation: *0\.016"],
    "chapter_05.quickest_photo": [r"grass *: .*after \d\d steps"],
    # chapter 06
    "chapter_06.two_layers": [r"3×3 square", r"\b[Nn]ine pixels", r"0\., 0\., 1\., 1\., 1\."],
    "chapter_06.stride_moved_sees_more": [r"\b427\b", r"56 pixels"],
    "chapter_06.depth_for_twice_the_width": [r"20 layers: σ measured 3\.65"],
    # chapter 07
    "chapter_07.noise_with_four_times_the_stimuli": [r"noise beside the kernel 0\.02"],
    "chapter_07.principal_gallery": [r"\bB\b.{0,20}principal"],
}


def read(path):
    return nbformat.read(path, as_version=4)


def found_in(path):
    found = spoilers(read(path), EXERCISES, TELLS)
    return [str(spoiler) for spoiler in found if spoiler.exercise not in EXCEPTIONS]


every_chapter = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@every_chapter
def test_no_answer_is_visible_when_a_chapter_is_opened(path):
    assert found_in(path) == []


def test_each_exception_is_still_needed():
    assert len(EXCEPTIONS) <= 10
    found = {
        spoiler.exercise for path in PATHS for spoiler in spoilers(read(path), EXERCISES, TELLS)
    }
    assert found >= set(EXCEPTIONS)


def test_nothing_stays_unsearched():
    for path in PATHS:
        assert set(needs_tells(read(path), EXERCISES)) <= set(TELLS), "add to TELLS what tells it"
    assert set(TELLS) <= set(EXERCISES)


# --- the search itself ----------------------------------------------------------------------------


def prose(text):
    return nbformat.v4.new_markdown_cell(text)


def code(source, output=None, tags=()):
    """A code cell that printed `output`, hidden as its tags ask for."""
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    if output is not None:
        cell.outputs = [nbformat.v4.new_output("stream", text=output)]
    hide(cell)
    return cell


def asking(answer):
    """(exercises, the cell that checks it) for a value."""
    guess = predict(answer, hints=["Think."], why="", section="")
    return {"chapter_09.guess": guess}, code("mine = ...\n\nchapter_09.guess.check(mine)")


def is_found(answer, *cells, tells=()):
    """Whether an answer is found in the cells that stand below its question."""
    exercises, check = asking(answer)
    notebook = new_notebook([])
    notebook.cells = [prose("# T\n\n## Ask\n\n**Predict:** what comes out?"), check, *cells]
    return bool(spoilers(notebook, exercises, {"chapter_09.guess": tells}))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (12, "That makes 12 gigabytes."),
        (12, "12.0"),
        (2016, "2,016 weights"),
        (3_000_000, "three million weights"),
        (1 / 30, "the limit is 1/30"),
        (1 / 30, r"below $\frac{1}{30}$"),
        (1 / 30, "about 0.0333"),
        (0.64, "64 % are left"),
        (0.5, "Half the error"),
        (-2, "the factor is −2"),
        (-2, "= −2.0"),
        (2, "which is **2**"),
        (1, "\n\nOne: the update comes later."),
        ((4, 5), "a map of 4×5"),
        ((4, 5), "4 × 5"),
        ((4, 5), "torch.Size([4, 5])"),
        ((4, 5), "(4, 5)"),
        ((4, 5), "4 by 5"),
        ((2016, 84, 2), "2,016 → 84 → 2"),
        ("shared", "It is *shared*."),
        ("shared", 'It is `"shared"`.'),
    ],
)
def test_an_answer_is_found_in_prose(answer, text):
    assert is_found(answer, prose(text))


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        (19, "sum: tensor(19.)"),
        (0, "parameters: 0\n"),
        (2, "size=2, stride=1"),
        (5, "tensor([[ 5., 11.],\n        [23., 29.]])"),
        (0.4, "tensor([0.4000, 3.])"),
        (True, "True\n"),
        ((4, 5), "formula (4, 5), PyTorch (4, 5)"),
        ((2, 3), "tensor([[9., 9., 9.],\n        [9., 9., 9.]])"),
        ((2016, 84), "dense: 2016\nlocal:   84"),
        ((0, 1, 0), "tensor([[ 0.,  1.,  0.],\n        [ 0.,  1.,  0.]])"),
    ],
)
def test_an_answer_is_found_in_an_output(answer, output):
    assert is_found(answer, code("show()", output))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (12, "112 or 12.5 or 0.12 or conv12"),
        (2, "two layers, each 2×2, of 2.5 pixels; here is one"),
        ((4, 5), "4×5×6, and (3, 4, 5)"),
        (0.0333, "about 0.03"),
        (True, "It is True that 1 < 2."),
        ("c", "channel c of C"),
    ],
)
def test_what_says_something_else_is_not_found(answer, text):
    assert not is_found(answer, prose(text))


def test_code_tells_by_its_strings_comments_and_tuples_not_by_its_numbers():
    assert is_found(12, code('print("moved by 12 columns")'))
    assert is_found(12, code("x = 1  # comes to 12"))
    assert is_found((4, 5), code("Y = torch.zeros(4, 5)"))
    assert not is_found(12, code("x = 12 * n"))


def test_what_is_hidden_is_not_found():
    assert is_found(12, code("show()", "12"))
    assert not is_found(12, code("show()", "12", [REVEAL]))
    assert not is_found(12, code("# the sum\nx = f('12')", tags=[REVEAL_SOURCE]))
    assert not is_found(
        12, prose("<details><summary>After your guess</summary>\n\n12\n\n</details>")
    )
    assert not is_found(12, prose("<!-- 12 -->"))


def test_summaries_open_details_and_the_first_line_of_hidden_code_are_visible():
    assert is_found(12, prose("<details><summary>Why 12?</summary>\n\nSo.\n\n</details>"))
    assert is_found(12, prose("<details open><summary>Why?</summary>\n\n12\n\n</details>"))
    assert is_found(12, code("# 12\nx = 3", tags=[REVEAL_SOURCE]))


def test_a_part_ends_at_a_heading_but_not_before_the_next_output():
    assert is_found(12, prose("## 12 or 13?"))
    assert is_found(12, prose("## Next"), code("show()", "12"))
    assert not is_found(12, code("show()"), prose("## Next"), code("show()", "12"))


def test_what_stands_above_the_question_is_found_and_the_question_itself_is_not():
    exercises, check = asking(12)
    notebook = new_notebook([])
    notebook.cells = [prose("## Ask\n\nThe sum is 12.\n\n**Predict** it."), check]
    assert spoilers(notebook, exercises)
    notebook.cells[0].source = "## Ask\n\n**Predict** the sum of 12 zeros and twelve."
    assert not spoilers(notebook, exercises)


def test_offered_words_letters_and_booleans_need_tells():
    exercises, check = asking("b")
    notebook = new_notebook([])
    notebook.cells = [prose("**Predict:** which one?"), check]
    assert needs_tells(notebook, exercises) == ["chapter_09.guess"]
    assert is_found("b", prose("The map moves."), tells=[r"map moves"])
    assert not is_found("b", prose("Nothing is said."), tells=[r"map moves"])
    exercises, check = asking("shared")
    notebook.cells = [prose('**Predict:** `"local"` or `"shared"`?'), check]
    assert needs_tells(notebook, exercises) == ["chapter_09.guess"]


def solved_below(below):
    """Whether the solution of an exercise is found in the code below its stub."""

    def total(X, K):
        """Return the sum."""
        window = X[:2, :2]
        return (window * K).sum()

    asked = exercise(cases=list, hints=["Add up."], why="", section="")(total)
    notebook = new_notebook(["def mine(X, K):\n    ...\n\n\nchapter_09.total.check(mine)", below])
    return bool(spoilers(notebook, {"chapter_09.total": asked}))


def test_a_solution_below_its_stub_is_found_whatever_its_names_are():
    assert solved_below("def f(A, B):\n    w = A[:2, :2]\n    return (w * B).sum()")
    assert not solved_below("def f(A, B):\n    w = A[:2, :2]\n    return (w + B).sum()")
    assert not solved_below("def f(A, B):\n    w = A[:2, :2]\n    return (w * A).sum()")


def test_the_pages_keep_closed_what_is_hidden():
    shown = pages.shown(code("# the sum\nx = 1", "12", [REVEAL, REVEAL_SOURCE]), {})
    assert shown["source_closed"] and shown["outputs_closed"]
    shown = pages.shown(code("x = 1", "12"), {})
    assert not shown["source_closed"] and not shown["outputs_closed"]


def test_every_cell_is_looked_at():
    for path in PATHS:
        notebook = read(path)
        assert {piece.cell for piece in visible(notebook)} == set(range(len(notebook.cells)))
