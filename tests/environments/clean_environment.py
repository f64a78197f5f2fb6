"""What the environment tests share: a copy of the project, and environments made from nothing."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# `uv run` says which uv it is.
UV = os.environ.get("UV") or shutil.which("uv")
# Settings of this process that would leak into the environment under test.
_INHERITED = ("PYTHON", "PYTEST_", "VIRTUAL_ENV", "CONDA_", "UV_PROJECT", "JUPYTER_", "IPYTHON")


def run(*command, folder, **variables):
    """Run a command in `folder` and return what it prints; a failure shows all of it."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_INHERITED)}
    command = [str(part) for part in command]
    result = subprocess.run(
        command,
        cwd=folder,
        env=inherited | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}"
    return result.stdout


def copy_of_project(folder):
    """Copy what git tracks, and new files that it does not ignore, into a new git repository."""
    kept = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in run(*kept, folder=ROOT).rstrip("\0").split("\0"):
        if (ROOT / name).exists():  # else deleted, and not yet committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    run("git", "init", "--quiet", folder=folder)
    run("git", "add", "--all", folder=folder)
    return folder


def environment(folder, version):
    """Make an empty environment with this version of Python; returns its interpreter's path."""
    run(UV, "venv", "--quiet", "--python", version, folder / "environment", folder=folder)
    return folder / "environment" / "bin" / "python"


def install(python, *requirements, folder, config=False):
    """Install with uv, from `folder`; pyproject's [tool.uv] applies only with config=True."""
    options = [] if config else ["--no-config"]
    run(UV, "pip", "install", *options, "--python", python, *requirements, folder=folder)


def versions(python):
    """The installed packages, a dict of name to version."""
    listed = run(UV, "pip", "freeze", "--python", python, folder=ROOT)
    return dict(line.split("==") for line in listed.splitlines() if "==" in line)
