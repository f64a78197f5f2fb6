"""The built pages: whole without a kernel and without another host, on a phone and in the dark.

They are built from the committed outputs; one more page shows every widget, alive.
"""

import html
import re
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from helpers import widgets
from tools import accessibility, pages
from tools import browser as lab
from tools.notebooks import NOTEBOOKS

from . import gallery as every_widget
from .panel import WidgetPanel, move, unanswered

COURSE = pages.committed_course()
PAGES = {pages.page_name(path): notebook for path, notebook in COURSE.items()}
LIVE = "99_gallery.html"


def live_notebook():
    """Every widget, executed; its last cell changes what an earlier one has shown."""
    notebook = every_widget.notebook(last="gallery['MovingStripe'].column = 9")
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("# 99 Every widget"))
    with ThreadPoolExecutor(max_workers=1) as kernel:  # here the browser's event loop is running
        kernel.submit(pages.execute, notebook).result()
    return notebook


@pytest.fixture(scope="module")
def site(tmp_path_factory, browser, npm):
    """The folder of the built pages."""
    folder = tmp_path_factory.mktemp("site")
    pages.build(folder, {**COURSE, NOTEBOOKS / "99_gallery.ipynb": live_notebook()})
    return folder


@pytest.fixture(scope="module")
def address(site):
    with lab.served(site) as address:
        yield address


@pytest.fixture
def visit(browser, address):
    """Opens a page, `visit(name)`: any error or request to another host is a failure."""
    visited = []

    def open_one(name, **options):
        visited.append(lab.LivePage(browser, address, name, **options))
        return visited[-1].page

    yield open_one
    for live in visited:
        live.close()
        assert live.errors == []
        assert live.elsewhere == []


def panel(page, name):
    return WidgetPanel(page.locator(".cfi-panel").nth(widgets.__all__.index(name)))


# --- every page -----------------------------------------------------------------------------------


def test_every_page_shows_all_of_its_notebook_on_a_phone_in_light_and_dark(visit):
    faults = []
    for name, notebook in {**PAGES, LIVE: None}.items():
        page = visit(name, width=375, is_mobile=True, has_touch=True)
        for scheme in ("dark", "light"):
            in_scheme(page, scheme)
            wide = "() => [document.documentElement.scrollWidth, document.body.scrollWidth]"
            if max(page.evaluate(wide)) > 375:
                faults.append(f"{name} is wider than the screen in {scheme}")
        if notebook:
            faults += [f"{name} has {fault}" for fault in missing(page, notebook)]
    assert not faults, "\n".join(faults)


def in_scheme(page, scheme):
    """Ask for light or dark, and wait until the ink of the page and of the widgets is so."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """(dark) => [document.body, ...document.querySelectorAll(".cfi")].every((node) => {
            const ink = getComputedStyle(node).color.match(/\\d+/g).slice(0, 3).map(Number);
            return ink.reduce((sum, part) => sum + part) > 3 * 128 === dark;
        })""",
        arg=scheme == "dark",
    )


def missing(page, notebook):
    """What a page has more or less of than its notebook."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    exercises = [cell for cell in code if "exercise" in cell.metadata.get("tags", [])]
    wanted = {
        ".prose": len(prose) + 1,  # and how to run it
        ".cell": len(code),
        ".exercise .note:has-text('needs a running notebook')": len(exercises),
        ".katex-display": "".join(prose).count("$$") // 2,
        ".katex-error": 0,
        ".katex [style*='#cc0000']": 0,  # a command that KaTeX does not know
        ".prose p:not(:has(code)):has-text('$')": 0,  # a formula that was not set
    }
    found = {selector: page.locator(selector).count() for selector in wanted}
    return [f"{found[key]} {key}, not {wanted[key]}" for key in wanted if found[key] != wanted[key]]


def test_axe_finds_no_serious_violation_in_light_and_dark(visit, axe):
    faults = []
    for name in [*PAGES, LIVE]:
        page = visit(name)
        keep_one_of_each_colour(page)
        # Only the colours are others in the dark.
        for scheme, rules in (("light", None), ("dark", ["color-contrast"])):
            in_scheme(page, scheme)
            found = accessibility.serious(page, axe, "body", rules)
            faults += [f"{name}: {fault} ({scheme})" for fault in found]
    assert not faults, "\n".join(faults)


def keep_one_of_each_colour(page):
    """Of the thousands of words in coloured code leave one of each colour: axe-core is slow."""
    page.evaluate(
        """() => {
            const seen = new Set();
            for (const word of document.querySelectorAll(".highlight span:not(:has(*))")) {
                if (seen.has(word.className)) word.replaceWith(word.textContent);
                seen.add(word.className);
            }
        }"""
    )


def test_every_link_of_every_page_resolves(site):
    faults = []
    for name in PAGES:
        text = (site / name).read_text(encoding="utf-8")
        for target in map(html.unescape, re.findall(r'<a [^>]*href="([^"]*)"', text)):
            place, _, anchor = target.partition("#")
            if place.startswith("https://"):
                continue
            page = site / (place or name)
            if not page.is_file():
                faults.append(f"{name} links to {target}, which is not there")
            elif anchor and f'id="{anchor}"' not in page.read_text(encoding="utf-8"):
                faults.append(f"{name} links to {target}, but {place} has no such place")
    assert not faults, "\n".join(faults)


def test_the_pages_follow_one_another(visit):
    names = [*PAGES, LIVE]
    page = visit(names[0])
    for name in names[1:]:
        page.locator("a[rel=next]").click()
        assert page.url.endswith(name)
        assert page.locator("header [aria-current]").inner_text() == name[:2]
    assert page.locator("a[rel=next]").count() == 0
    page.locator("a[rel=prev]").click()
    assert page.url.endswith(names[-2])


# --- every widget, without a kernel ---------------------------------------------------------------


def test_every_slider_menu_and_box_changes_its_widget(visit):
    assert unanswered(visit(LIVE).locator(".cfi-panel")) == []


def test_a_widget_shows_the_state_that_its_own_cell_left(visit):
    assert panel(visit(LIVE), "MovingStripe").text(".cfi-caption") == "The stripe is in column 0."


def test_every_widget_says_what_it_says_in_jupyterlab(visit, gallery):
    page = visit(LIVE)
    gallery.run()
    faults = []
    for moment in ("at first", "after its sliders were moved"):
        for name in widgets.__all__:
            if panel(page, name).words() != gallery.panel(name).words():
                faults.append(f"{name} {moment}")
        for panels in (page.locator(".cfi-panel"), gallery.panels):
            move(panels, right=3, left=1)
    assert not faults, "\n".join(faults)
