"""The lower bounds in pyproject.toml are true: all tests pass with the lowest versions allowed.

python -m uv run pytest -n 0 tests/lanes/lowest_lane.py
"""

import tomllib

import fresh
import pytest
from packaging.requirements import Requirement


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return fresh.copy_of_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def python(project, tmp_path_factory):
    python = fresh.environment(tmp_path_factory.mktemp("lowest"), "3.11")
    wanted = ["--resolution", "lowest-direct", "--editable", ".[lab]", "--group", "test"]
    fresh.install(python, *wanted, folder=project, config=True)
    return python


def test_each_bound_can_be_installed(python):
    settings = tomllib.loads((fresh.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = fresh.versions(python)
    for dependency in settings["project"]["dependencies"]:
        requirement = Requirement(dependency)
        (bound,) = [each.version for each in requirement.specifier]
        assert installed[requirement.name].startswith(bound), requirement.name


def test_all_tests_pass(python, project):
    print(fresh.run(python, "-m", "pytest", "-p", "no:cacheprovider", folder=project))
