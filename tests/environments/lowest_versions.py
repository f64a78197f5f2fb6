"""The lower bounds in pyproject.toml are true: all tests pass with the lowest versions allowed.

python -m uv run pytest -n 0 tests/environments/lowest_versions.py
"""

import tomllib

import pytest
from packaging.requirements import Requirement

from tests.environments import clean_environment as fresh

PROJECT = tomllib.loads((fresh.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LAB = PROJECT["optional-dependencies"]["lab"]
# JupyterLab has a higher bound of ipywidgets than a notebook on Colab: two environments.
BROWSER_TESTS = ["tests/browser"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return fresh.copy_of_project(tmp_path_factory.mktemp("project"))


def lowest(folder, project, wanted, dependencies):
    """An environment with the lowest versions, in which the bounds of `dependencies` are met."""
    python = fresh.environment(folder, "3.11")
    options = ["--resolution", "lowest-direct", "--group", "test", "--editable", wanted]
    fresh.install(python, *options, folder=project, config=True)
    installed = fresh.versions(python)
    for dependency in dependencies:
        requirement = Requirement(dependency)
        (bound,) = [each.version for each in requirement.specifier]
        assert installed[requirement.name].startswith(bound), requirement.name
    return python


def test_all_but_the_browser_tests_pass_without_jupyterlabs_bounds(project, tmp_path):
    python = lowest(tmp_path, project, ".", PROJECT["dependencies"])
    leave_out = [f"--ignore={path}" for path in BROWSER_TESTS]
    command = ["-m", "pytest", "-p", "no:cacheprovider", *leave_out]
    print(fresh.run(python, *command, folder=project))


def test_the_browser_tests_pass_in_the_lowest_jupyterlab(project, tmp_path):
    python = lowest(tmp_path, project, ".[lab]", LAB)
    command = ["-m", "pytest", "-p", "no:cacheprovider", *BROWSER_TESTS]
    print(fresh.run(python, *command, folder=project))
