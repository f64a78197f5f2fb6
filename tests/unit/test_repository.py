"""README, CI and workflows run the same commands, and nothing is kept that should not be."""

import re
import subprocess
import tomllib

import yaml

from helpers import course
from tools.notebooks import ROOT

TEST = "python -m pip install uv && python -m uv run pytest"
LINT = "python -m uv run pre-commit run --all-files"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_readme_and_ci_give_the_same_commands():
    for command in (TEST, LINT):
        assert f"\n{command}\n" in text("README.md")
        assert f"\n{command}\n" in text(".ci/run")


def test_readme_starts_the_course_with_its_own_command():
    assert "\npython -m pip install uv && python -m uv run course\n" in text("README.md")
    scripts = tomllib.loads(text("pyproject.toml"))["project"]["scripts"]
    assert scripts == {"course": f"{course.__name__}:{course.main.__name__}"}


def test_a_workflow_runs_them_on_three_systems_with_three_versions_of_python():
    jobs = yaml.safe_load(text(".github/workflows/tests.yml"))["jobs"]
    matrix = jobs["course"]["strategy"]["matrix"]
    assert [system.split("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert TEST in [step.get("run") for step in jobs["course"]["steps"]]
    assert any(LINT in step.get("run", "") for step in jobs["linters"]["steps"])


def test_every_environment_is_run_by_the_workflow():
    environments = {path.stem for path in (ROOT / "tests" / "environments").glob("*.py")}
    jobs = yaml.safe_load(text(".github/workflows/tests.yml"))["jobs"]
    run = set(jobs["environments"]["strategy"]["matrix"]["environment"])
    assert environments - {"clean_environment"} == run


def test_every_action_is_pinned_to_a_commit_and_names_its_version():
    used = [action for path in WORKFLOWS for action in re.findall(r"uses: (.*)", text(path))]
    assert len(used) >= len(WORKFLOWS) > 0
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [action for action in used if not pinned.fullmatch(action)] == []


def test_no_lock_file_is_tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    names = {name.rpartition("/")[2] for name in listed.stdout.split("\n")}
    assert "pyproject.toml" in names
    assert not names & {"uv.lock", "package-lock.json"}
