"""What the browser tests share: JupyterLab in a browser."""

import shutil

import pytest

from tools import browser as lab


def need(program, message):
    """Skip a test where a program is missing; in continuous integration that is a failure."""
    if program is None:
        pytest.skip(message)


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    need(
        lab.CHROMIUM,
        "There is no Chromium on PATH: install it (Debian and Ubuntu: apt-get install chromium) "
        "to run the browser tests.",
    )
    with lab.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def npm():
    """npm, which fetches what the live pages are made with."""
    need(
        shutil.which("npm"),
        "There is no npm on PATH: install Node.js (Debian and Ubuntu: apt-get install npm) "
        "to test the live pages.",
    )


@pytest.fixture(scope="module")
def axe(npm):
    """axe-core's script, for `accessibility.serious`."""
    from tools import accessibility  # not above: it loads all that builds the pages

    return accessibility.script()


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory, browser):
    """Address of a JupyterLab that serves copies of the notebooks."""
    with lab.jupyterlab(tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.fixture(scope="module")
def open_chapter(browser, jupyterlab):
    """Opens a notebook, `open_chapter(name)`; any JavaScript error of its page is a failure."""
    chapters = []

    def open_one(name, **options):
        chapters.append(lab.Chapter(browser, jupyterlab, name, **options))
        return chapters[-1]

    yield open_one
    errors = [error for chapter in chapters for error in chapter.errors]
    for chapter in chapters:
        chapter.close()
    assert errors == []
