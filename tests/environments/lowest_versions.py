"""The lower bounds in pyproject.toml are true: everything passes with the lowest versions allowed.

python -m uv run pytest tests/environments/lowest_versions.py
"""

import os
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.environments.clean_environment import (
    ROOT,
    copy_of_project,
    environment,
    install,
    run,
    versions,
)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LAB = PROJECT["optional-dependencies"]["lab"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_of_project(tmp_path_factory.mktemp("project"))


# Two environments: JupyterLab needs a newer ipywidgets than a notebook on Colab has.


@pytest.fixture(scope="module")
def without_lab(project, tmp_path_factory):
    return lowest(tmp_path_factory.mktemp("lowest"), project, ".", PROJECT["dependencies"])


@pytest.fixture(scope="module")
def with_lab(project, tmp_path_factory):
    return lowest(tmp_path_factory.mktemp("lowest"), project, ".[lab]", LAB)


def lowest(folder, project, wanted, dependencies):
    """An environment with the lowest versions, in which the bounds of `dependencies` are met."""
    python = environment(folder, "3.11")
    options = ["--resolution", "lowest-direct", "--group", "test", "--editable", wanted]
    install(python, *options, folder=project, config=True)
    installed = versions(python)
    for dependency in dependencies:
        requirement = Requirement(dependency)
        (bound,) = [each.version for each in requirement.specifier]
        assert installed[requirement.name].startswith(bound), requirement.name
    return python


def pytest_passes(python, *options, project):
    print(run(python, "-m", "pytest", "-p", "no:cacheprovider", *options, folder=project))


def test_all_but_the_browser_tests_pass(without_lab, project):
    pytest_passes(without_lab, "-m", "not browser", project=project)


def test_the_browser_tests_pass_in_the_lowest_jupyterlab(with_lab, project):
    pytest_passes(with_lab, "tests/browser", project=project)


def test_the_linters_pass(without_lab, project):
    path = os.pathsep.join([str(without_lab.parent), os.environ["PATH"]])
    run(without_lab, "-m", "pre_commit", "run", "--all-files", folder=project, PATH=path)
