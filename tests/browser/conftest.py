"""JupyterLab and Chromium, started once for all browser tests, and every widget shown in them."""

import shutil

import nbformat
import pytest

from tools import accessibility
from tools import browser as lab

from . import gallery as every_widget
from .panel import WidgetPanel


@pytest.fixture(scope="package")
def browser():
    """A headless Chromium."""
    if lab.CHROMIUM is None:
        pytest.skip(
            "There is no Chromium on PATH: install it (Debian and Ubuntu: apt-get install "
            "chromium) to run the browser tests."
        )
    with lab.chromium(["--use-fake-device-for-media-stream"]) as browser:
        yield browser


@pytest.fixture(scope="package")
def npm():
    """npm, which fetches axe-core and what the live pages are made with."""
    if shutil.which("npm") is None:
        pytest.skip(
            "There is no npm on PATH: install Node.js (Debian and Ubuntu: apt-get install npm) "
            "to test accessibility and the live pages."
        )


@pytest.fixture(scope="package")
def axe(npm):
    """axe-core's script, for `accessibility.serious`."""
    return accessibility.script()


@pytest.fixture(scope="package")
def served_notebooks(tmp_path_factory):
    """The folder whose notebooks JupyterLab serves."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    folder.mkdir()
    nbformat.write(every_widget.notebook(), folder / every_widget.NAME)
    return folder


@pytest.fixture(scope="package")
def jupyterlab(browser, served_notebooks):
    """Address of a JupyterLab; the browser comes first, so that nothing is started in vain."""
    with lab.jupyterlab(served_notebooks.parent) as address:
        yield address


@pytest.fixture(scope="package")
def open_gallery(browser, jupyterlab):
    gallery = every_widget.Gallery(browser, jupyterlab)
    gallery.run()
    yield gallery
    gallery.close()


@pytest.fixture
def gallery(open_gallery):
    """Every widget in one notebook, its kernel alive; a JavaScript error is a failure."""
    if not open_gallery.has_kernel():
        open_gallery.start_kernel()
        open_gallery.run()
    open_gallery.page.mouse.move(0, 0)
    yield open_gallery
    errors, open_gallery.errors = open_gallery.errors, []
    assert errors == []


@pytest.fixture
def show(gallery):
    """Shows a new widget below the gallery: `show("KernelStudio()")`; in Python it is `w`."""
    shown = []

    def show_one(code, then=""):
        shown.append(gallery.add_cell(f"w = {code}\ndisplay(w)\n{then}"))
        return WidgetPanel(shown[-1].locator(".cfi-panel"))

    yield show_one
    for _ in shown:
        gallery.remove_last_cell()
