"""The public workflows: of a valid form, without known risks, every action pinned to a commit."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
        ["zizmor", "--offline", "--no-progress", ".github/workflows"],
    ],
    ids=lambda command: command[0],
)
def test_the_linters_find_nothing(command):
    linter = shutil.which(command[0], path=SCRIPTS)
    assert linter, f"{command[0]} is in the group test of pyproject.toml: run uv sync"
    run = subprocess.run([linter, *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path):
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_the_tests_run_on_three_systems_with_three_versions_of_python():
    jobs = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))[
        "jobs"
    ]
    matrix = jobs["course"]["strategy"]["matrix"]
    assert [system.split("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    commands = [step.get("run") for step in jobs["course"]["steps"]]
    assert "python -m pip install uv && python -m uv run pytest" in commands


def test_every_environment_is_tested():
    environments = {path.stem for path in (ROOT / "tests" / "environments").glob("*.py")}
    text = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    assert environments - {"clean_environment"} == set(re.findall(r"environment: (\w+)", text))
