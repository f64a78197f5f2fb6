"""Colab: with its versions, a notebook alone in an empty folder fetches the rest by itself.

    python -m uv run pytest tests/environments/colab.py

Git maps the public address to a repository made of this folder, so nothing has to be published.
"""

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from tests.environments.clean_environment import (
    ROOT,
    UV,
    copy_of_project,
    environment,
    install,
    run,
    versions,
)
from tools import address

START, *CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COLAB = [
    "anywidget==0.9.21",
    "ipython==7.34.0",
    "ipywidgets==7.7.1",
    "matplotlib==3.10.0",
    "numpy==2.1.3",
    # Colab has these as well; the newest will do.
    "ipykernel",
    "pandas",
    "pip",
    "requests",
    "scikit-image",
    "scipy",
    "torch",
    "torchvision",
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """This folder as a git repository with the tag that the set-up cells ask for."""
    folder = copy_of_project(tmp_path_factory.mktemp("repository"))
    author = ["-c", "user.name=Course", "-c", "user.email=course@localhost"]
    run("git", *author, "commit", "--quiet", "--message", "The course", folder=folder)
    run("git", *author, "tag", address.tag(), folder=folder)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An environment with Colab's versions, and without the course."""
    folder = tmp_path_factory.mktemp("colab")
    python = environment(folder, newest_python())
    install(python, *COLAB, "nbclient", folder=folder)
    absent = "from importlib.util import find_spec; assert find_spec('helpers') is None"
    run(python, "-c", absent, folder=folder)
    return python


def newest_python():
    """Python 3.13 as on Colab, where this machine has it, else 3.11."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    by_pyenv = sorted(root.glob("versions/3.13*/bin/python"))
    return next(filter(None, [*by_pyenv, shutil.which("python3.13")]), "3.11")


@pytest.fixture(scope="module")
def fetched(python, repository, tmp_path_factory):
    """The same environment, after the start page has fetched the course into it."""
    folder = tmp_path_factory.mktemp("start")
    shutil.copy(START, folder)
    run(
        *(python.with_name("jupyter-execute"), "--timeout=300", START.name),
        folder=folder,
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.{repository.as_uri()}.insteadOf",
        GIT_CONFIG_VALUE_0=address.setting(),
    )
    return python


def test_the_start_page_fetches_the_course_at_its_tag(fetched):
    installed = run(UV, "pip", "freeze", "--python", fetched, folder=ROOT)
    assert f"git+{address.setting()}@" in installed
    assert versions(fetched)["d2l"] == "1.0.3"


def test_every_chapter_fetches_it_with_the_same_lines():
    def fetching_lines(path):
        first = next(c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
        lines = first.source.splitlines()
        last = next(n for n, line in enumerate(lines) if "%pip install" in line)
        return lines[: last + 1]

    expected = fetching_lines(START)
    assert [p.name for p in CHAPTERS if fetching_lines(p) != expected] == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_alone_runs_to_its_end(path, fetched, tmp_path):
    shutil.copy(path, tmp_path)
    run(fetched.with_name("jupyter-execute"), "--timeout=300", path.name, folder=tmp_path)
