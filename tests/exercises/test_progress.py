"""Progress: kept across kernels, merged, forgotten on demand, silent where nothing can be kept."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.exercises import chapter_00, chapter_02, exercise, progress
from tools.notebooks import client, new_notebook

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Nothing kept from other tests, and nothing displayed."""
    monkeypatch.setattr(progress, "_in_memory", {})
    monkeypatch.setattr(sys.modules[exercise.__name__], "display", lambda feedback: None)


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "a folder" / "progress.json"
    monkeypatch.setenv("CFI_PROGRESS", str(path))
    return path


def statuses():
    return {name: status for _, name, status in chapter_02.progress().exercises}


def test_it_says_how_many_are_right_and_which_are_open_each_with_its_section(file):
    chapter_02.first_sum.check(19)
    chapter_02.same_padding.check(4)
    chapter_02.shape_of_map.check(...)
    shown = chapter_02.progress()
    assert repr(shown).startswith("Chapter 02: 1 of 11 right. Still open: Recall recall_weights, ")
    assert statuses()["same_padding"] == "failed" and statuses()["shape_of_map"] is None
    assert "2.3</td>" in shown._repr_html_() and "✓ right" in shown._repr_html_()


def test_a_finished_chapter_is_praised(file):
    chapter_00.first_shape.check((2, 3))
    assert repr(chapter_00.progress()) == "Chapter 00: 1 of 1 right. Well done!"


def test_the_file_holds_names_and_status_and_nothing_else(file):
    chapter_02.first_sum.check(19)
    chapter_02.same_padding.check(4)
    wanted = {"chapter_02.first_sum": "passed", "chapter_02.same_padding": "failed"}
    assert json.loads(file.read_text()) == wanted
    assert {p.name for p in file.parent.iterdir()} <= {"progress.json", "progress.json.lock"}


def test_right_stays_right(file):
    chapter_02.first_sum.check(19)
    chapter_02.first_sum.check(14)
    chapter_02.first_sum.check(...)
    assert statuses()["first_sum"] == "passed"


def test_reset_forgets_this_chapter_only(file):
    chapter_00.first_shape.check((2, 3))
    chapter_02.first_sum.check(19)
    assert chapter_02.progress(reset=True).right == 0
    assert json.loads(file.read_text()) == {"chapter_00.first_shape": "passed"}


def test_it_is_kept_across_restarts_of_the_kernel(file):
    chapter_02.first_sum.check(19)
    code = "from helpers.exercises import chapter_02; print(chapter_02.progress())"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "1 of 11 right" in run.stdout


def test_two_kernels_at_once_do_not_lose_each_others_results(file):
    code = (
        "import sys; from helpers.exercises import progress\n"
        "for n in range(40): progress.record(f'chapter_{sys.argv[1]}.e{n}', 'passed')"
    )
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT) for name in ("90", "91")
    ]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    assert len(json.loads(file.read_text())) == 80


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", '{"chapter_02.first_sum": 3}', "\x00"])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(file, text):
    file.parent.mkdir()
    file.write_text(text)
    assert chapter_02.progress().right == 0
    chapter_02.first_sum.check(19)
    assert json.loads(file.read_text()) == {"chapter_02.first_sum": "passed"}


def test_where_nothing_can_be_written_it_stays_in_memory(tmp_path, monkeypatch, capsys):
    (tmp_path / "a file").write_text("not a folder")
    monkeypatch.setenv("CFI_PROGRESS", str(tmp_path / "a file" / "progress.json"))
    chapter_02.first_sum.check(19)
    assert chapter_02.progress().right == 1
    assert chapter_02.progress(reset=True).right == 0
    assert capsys.readouterr() == ("", "")


def test_a_write_that_fails_leaves_the_file_as_it_was(file, monkeypatch):
    chapter_02.first_sum.check(19)
    before = file.read_text()

    def fails(*paths):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fails)
    chapter_02.same_padding.check(2)
    assert file.read_text() == before
    assert chapter_02.progress().right == 2  # the second one in memory
    assert not [p for p in file.parent.iterdir() if p.name.startswith(".progress")]
    monkeypatch.undo()


def test_the_course_is_a_line_for_each_chapter(file):
    chapter_00.first_shape.check((2, 3))
    course = progress.course()
    assert repr(course).splitlines()[0] == "Chapter 00: 1 of 1 right."
    assert 'value="1" max="1"' in course._repr_html_()
    assert len(course.chapters) >= 8


def test_tests_and_kernels_keep_nothing_on_this_machine():
    """What a page prints must not depend on what whoever runs it has solved."""
    assert os.environ["CFI_PROGRESS"] == ":memory:"
    notebook = new_notebook(["import os; print(os.environ['CFI_PROGRESS'])"])
    os.environ.pop("CFI_PROGRESS")  # as where nobody set it
    client(notebook).execute()
    assert notebook.cells[0].outputs[0].text == ":memory:\n"
