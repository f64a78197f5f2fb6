"""Colab: a page alone in an empty folder, with Colab's versions, fetches the rest by itself.

    python -m uv run pytest --dist load tests/environments/colab.py

Git maps the public address to a repository made of this folder, so nothing has to be published.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.environments import clean_environment as fresh
from tools import address

PAGES = sorted((fresh.ROOT / "notebooks").glob("*.ipynb"))
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
    folder = fresh.copy_of_project(tmp_path_factory.mktemp("repository"))
    author = ["-c", "user.name=Lane", "-c", "user.email=lane@localhost"]
    fresh.run("git", *author, "commit", "--quiet", "--message", "The course", folder=folder)
    fresh.run("git", *author, "tag", address.tag(), folder=folder)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colab")
    python = fresh.environment(folder, newest_python())
    fresh.install(python, *COLAB, "nbclient", folder=folder)
    return python


def newest_python():
    """Python 3.13 as on Colab, where this machine has it, else 3.11."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    by_pyenv = sorted(root.glob("versions/3.13*/bin/python"))
    return next(filter(None, [*by_pyenv, shutil.which("python3.13")]), "3.11")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_lone_page_runs_to_its_end(page, python, repository, tmp_path):
    ours = ["convolutions-for-images", "d2l"]
    fresh.run(fresh.UV, "pip", "uninstall", "--python", python, *ours, folder=tmp_path)
    assert not set(ours) & set(fresh.versions(python))
    absent = "from importlib.util import find_spec; assert find_spec('helpers') is None"
    fresh.run(python, "-c", absent, folder=tmp_path)

    shutil.copy(page, tmp_path)
    fresh.run(
        python.with_name("jupyter-execute"),
        "--timeout=300",
        page.name,
        folder=tmp_path,
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.{repository.as_uri()}.insteadOf",
        GIT_CONFIG_VALUE_0=address.setting(),
    )
    installed = fresh.run(fresh.UV, "pip", "freeze", "--python", python, folder=tmp_path)
    assert f"git+{address.setting()}@" in installed
    assert "d2l==1.0.3" in installed
