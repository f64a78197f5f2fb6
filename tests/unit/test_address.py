"""The public address: one setting, one command, and no place that disagrees with it."""

import re
import shutil

import pytest

from tools import address

PATHS = address.places()


def test_every_place_agrees_with_the_setting():
    disagree = []
    for path in PATHS:
        text = path.read_text(encoding="utf-8")
        if address.agreeing(path, text) != text:
            disagree.append(path.relative_to(address.ROOT).as_posix())
    assert disagree == [], "run python -m tools.address"


def test_every_set_up_cell_asks_for_the_pinned_d2l():
    dependencies = address._project(address.ROOT)["dependencies"]
    (d2l,) = [each for each in dependencies if each.startswith("d2l")]
    installed = f"git+{address.setting()}@{address.tag()} {d2l}"
    notebooks = [path for path in PATHS if path.suffix == ".ipynb"]
    assert notebooks
    assert [p.name for p in notebooks if installed not in p.read_text(encoding="utf-8")] == []


@pytest.fixture
def copy(tmp_path):
    """The project's files in which the address may stand, to be changed at will."""
    badges = (address.ROOT / ".github" / "badges").glob("*")
    for path in [*PATHS, *badges]:
        target = tmp_path / path.relative_to(address.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_one_command_changes_it_everywhere_and_back(copy):
    before = {path: path.read_text(encoding="utf-8") for path in address.places(copy)}
    for name in ("convolutions-for-images", "course.2"):
        changed = address.change(f"https://github.com/ada-l/{name}", copy)
        assert {"README.md", "00_start_here.ipynb"} <= {path.name for path in changed}
        for path in address.places(copy):
            text = path.read_text(encoding="utf-8")
            old = rf"{account()}[/.](github\.io/)?convolutions-for-images"
            assert not re.search(old, text), path
        page = "notebooks/02_cross_correlation.ipynb"
        text = (copy / page).read_text(encoding="utf-8")
        assert f"git+https://github.com/ada-l/{name}@v" in text
        assert f"https://mybinder.org/v2/gh/ada-l/{name}/v" in text
        assert f"?urlpath=lab/tree/{page}" in text
        assert re.search(rf"\.com/github/ada-l/{re.escape(name)}/blob/v[\d.]+/{page}", text)
        assert address.write(copy) == []

        address.change(address.setting(), copy)
        assert {p: p.read_text(encoding="utf-8") for p in address.places(copy)} == before


def test_a_place_that_disagrees_is_found_and_fixed(copy):
    for place, part in [
        ("README.md", "mybinder.org/v2/gh/"),
        ("README.md", "colab.research.google.com/github/"),
        ("notebooks/00_start_here.ipynb", "mybinder.org/v2/gh/"),
        ("notebooks/03_conv2d_module.ipynb", "git+https://github.com/"),
    ]:
        path = copy / place
        agreed = path.read_text(encoding="utf-8")
        assert part + account() in agreed
        path.write_text(agreed.replace(part + account(), part + "another"), encoding="utf-8")
        assert address.write(copy) == [path]
        assert path.read_text(encoding="utf-8") == agreed


def test_a_new_version_changes_the_tag(copy):
    file = copy / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub('(?m)^version = ".*"$', 'version = "2.3.0"', text), encoding="utf-8")
    assert copy / "notebooks" / "00_start_here.ipynb" in address.write(copy)
    text = (copy / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert "@v2.3 d2l" in text and "/blob/v2.3/" in text and f"@{address.tag()}" not in text


def test_another_form_of_address_is_refused(copy):
    for wrong in ("", "someone/course", "http://github.com/a/b", "https://x.org/a/b"):
        with pytest.raises(ValueError, match=r"must look like https://github\.com/someone/course"):
            address.change(wrong, copy)


def account():
    return address.setting().split("/")[-2]
