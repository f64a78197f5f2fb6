"""environment.yml, as conda and Binder read it.

    python -m uv run pytest tests/environments/environment_yml.py

Its pip section is installed for a new Python 3.11, where d2l's own pins hold.
"""

import urllib.request
import warnings

import pytest
import yaml

from tests.environments.clean_environment import (
    ROOT,
    UV,
    copy_of_project,
    environment,
    install,
    run,
    versions,
)


def dependencies():
    file = ROOT / "environment.yml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))["dependencies"]


def pip_section():
    return next(entry["pip"] for entry in dependencies() if isinstance(entry, dict))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_of_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def python(project, tmp_path_factory):
    """The interpreter of an environment with the pip section and nothing else."""
    (version,) = [d.split("=")[1] for d in dependencies() if str(d).startswith("python=")]
    python = environment(tmp_path_factory.mktemp("conda"), version)
    section = project / "pip_section.txt"
    section.write_text("\n".join(filter(is_reachable, pip_section())), encoding="utf-8")
    # pip takes the best version from any index, uv the first index that has the package.
    best = ["--index-strategy", "unsafe-best-match"]
    install(python, *best, "--requirement", section, folder=project)
    return python


def is_reachable(line):
    """Whether a line of the pip section can be used here: an index may be unreachable."""
    if not line.startswith("--extra-index-url"):
        return True
    try:
        with urllib.request.urlopen(line.split()[1], timeout=10):
            return True
    except OSError as error:
        warnings.warn(f"left out, because it cannot be reached: {line} ({error})", stacklevel=2)
        return False


def test_nothing_is_listed_twice():
    names = [
        str(d).split("=")[0] for d in dependencies() if not isinstance(d, dict)
    ] + pip_section()
    assert len(names) == len(set(names))


def test_it_fits_together_and_has_the_command_course(python, project):
    run(UV, "pip", "check", "--python", python, folder=project)
    assert "--no-browser" in run(python.with_name("course"), "--help", folder=project)


def test_the_pins_of_d2l_hold(python):
    installed = versions(python)
    assert installed["numpy"] == "1.23.5"
    assert installed["matplotlib"] == "3.7.2"


def test_all_notebooks_pass(python, project):
    install(python, "nbval", "pytest", "pytest-xdist", folder=project)
    # nbval's options stand in pyproject.toml. One process: Colab's tests may run beside this one.
    command = ["-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "notebooks"]
    print(run(python, *command, folder=project))


def test_binder_reads_it_and_copies_the_project_first(project, tmp_path):
    """What repo2docker, Binder's builder, makes of the repository; no Docker is needed to ask."""
    python = environment(tmp_path, "3.11")
    install(python, "jupyter-repo2docker", folder=tmp_path)
    dockerfile = run(python, "-c", RENDER, folder=project)
    assert dockerfile.startswith("CondaBuildPack 3.11\n")
    copied = dockerfile.index("\nCOPY --chown=1000:1000 src/ ${REPO_DIR}/")
    assert copied < dockerfile.index('env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"')


RENDER = """
from repo2docker.app import Repo2Docker

app = Repo2Docker()
packs = [pack(base_image=app.base_image) for pack in app.buildpacks]
chosen = next(pack for pack in packs if pack.detect())
chosen.platform = "linux/amd64"
print(type(chosen).__name__, chosen.python_version)
print(chosen.render())
"""
