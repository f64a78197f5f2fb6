"""Each chapter as a learner treats it: run twice, reloaded, reopened, looked at in two places."""

import pytest

from tools import accessibility
from tools import browser as lab

CHAPTERS = [path.name for path in sorted(lab.NOTEBOOKS.glob("*.ipynb"))]
TYPED = "my_answer = 'typed by a learner'"

# The outputs of all cells.
_OUTPUTS = """
jupyterapp.shell.currentWidget.content.widgets
    .flatMap(({ model }) => model.outputs ? model.sharedModel.getOutputs() : [])
"""
# What the code cells hold and print, a text each; left aside are pictures, widgets and times.
_PRINTED = """
() => jupyterapp.shell.currentWidget.content.widgets
    .map(({ model }) => model)
    .filter((model) => model.type === "code")
    .filter((model) => !model.getMetadata("tags")?.includes("nbval-ignore-output"))
    .map(({ sharedModel }) => [
        sharedModel.getSource(),
        ...sharedModel.getOutputs().flatMap(({ ename, text }) => ename ?? text ?? ""),
    ].join("\\n"))
"""


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request, browser, jupyterlab):
    """A chapter, run to its end; its kernel is shut down before the next is opened."""
    chapter = lab.Chapter(browser, jupyterlab, request.param)
    chapter.name = request.param
    chapter.run()
    widgets_are_drawn(chapter)
    yield chapter
    chapter.shut_down_kernel()
    chapter.close()
    assert chapter.errors == []


def widgets_are_drawn(chapter):
    """Wait until the picture of every widget stands in the page; returns how many there are."""
    view = "application/vnd.jupyter.widget-view+json"
    count = chapter.page.evaluate(
        f"(view) => {_OUTPUTS}.filter(({{ data }}) => data && view in data).length", view
    )
    assert count > 0
    chapter.page.wait_for_function(
        "(count) => document.querySelectorAll('.jp-Notebook .cfi-panel .cfi').length === count",
        arg=count,
    )
    return count


def printed(chapter):
    return chapter.page.evaluate(_PRINTED)


def errors(chapter):
    """The names of the errors that the cells ended in."""
    return chapter.page.evaluate(f"() => {_OUTPUTS}.flatMap(({{ ename }}) => ename ?? [])")


def answers(chapter):
    """Whether the picture of the first widget changes when its first slider is moved."""
    panel = chapter.page.locator(".cfi-panel").first
    return lab.moves(panel.locator(".noUi-handle:visible").first, panel)


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_no_serious_violation_of_accessibility_in_what_is_ours(chapter, axe, theme):
    chapter.page.evaluate(
        "(theme) => { jupyterapp.commands.execute('apputils:change-theme', { theme }); }", theme
    )
    dark = str(theme.endswith("Light")).lower()
    chapter.page.wait_for_function(
        f"() => document.body.dataset.jpThemeLight === '{dark}' && "
        "!document.body.classList.contains('jp-mod-themeChanging')"
    )
    # JupyterLab shows a figure without an alternative text, and takes none.
    ours = ".jp-OutputArea-output:not(.jp-RenderedImage)"
    assert accessibility.serious(chapter.page, axe, ours) == []


def test_its_cells_run_twice(chapter):
    first, widgets = printed(chapter), widgets_are_drawn(chapter)
    chapter.run()
    assert widgets_are_drawn(chapter) == widgets
    assert errors(chapter) == [] and printed(chapter) == first


def test_two_copies_of_a_widget_stay_equal(chapter):
    chapter.page.evaluate(
        """async () => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCellIndex = content.widgets.findIndex(
                ({ node }) => node.querySelector(".cfi-panel"));
            await jupyterapp.commands.execute("notebook:create-output-view");
        }"""
    )
    copy = chapter.page.locator(".jp-LinkedOutputView .cfi-panel").first
    copy.locator(".cfi").wait_for()
    assert answers(chapter)
    original = chapter.page.locator(".jp-Notebook .cfi-panel").first
    assert lab.values(copy) == lab.values(original)


def test_two_windows_on_one_kernel_come_to_rest_and_stay_equal(chapter, browser, jupyterlab):
    chapter.page.evaluate("async () => { await jupyterapp.commands.execute('docmanager:save'); }")
    other = lab.Chapter(browser, jupyterlab, chapter.name)
    widgets_are_drawn(other)
    other.wait_until_idle()
    for here, there in (chapter, other), (other, chapter):
        panel, twin = (one.page.locator(".jp-Notebook .cfi-panel").first for one in (here, there))
        for handle in panel.locator(".noUi-handle:visible").all()[:2]:
            # Faster than the kernel passes it on, so that old values meet new ones on the way.
            for key in ["ArrowRight"] * 8 + ["ArrowLeft"] * 5:
                handle.press(key)
        for one in (here, there, here):
            one.wait_until_idle()
        assert lab.values(panel) == lab.values(twin)
    other.close()
    assert other.errors == []


def test_what_is_typed_outlives_reloading_and_closing(chapter):
    chapter.page.evaluate(
        """async (typed) => {
            const { content } = jupyterapp.shell.currentWidget;
            const cells = content.widgets.map(({ model }) => model);
            const tagged = (model) => model.getMetadata("tags")?.includes("exercise");
            (cells.find(tagged) ?? cells.at(-1)).sharedModel.setSource(typed);
            await jupyterapp.commands.execute("docmanager:save");
        }""",
        TYPED,
    )
    chapter.page.reload(wait_until="domcontentloaded")
    chapter.wait_until_open()
    # The kernel goes on: the widgets are there again, and still joined to it.
    widgets_are_drawn(chapter)
    assert answers(chapter)
    assert any(TYPED in text for text in printed(chapter))
    # No evaluation returns what a command does: that may be half of JupyterLab.
    chapter.page.evaluate("() => { jupyterapp.shell.currentWidget.close(); }")
    chapter.page.evaluate(
        "async (path) => { await jupyterapp.commands.execute('docmanager:open', { path }); }",
        chapter.name,
    )
    chapter.wait_until_open()
    assert any(TYPED in text for text in printed(chapter))


def test_it_survives_a_restart(chapter):
    # What is under way while a kernel restarts is lost, and JupyterLab waits for it for ever.
    chapter.wait_until_idle()
    chapter.page.evaluate(
        "async () => {"
        " await jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
    )
    chapter.wait_until_idle()
    chapter.run()
    widgets_are_drawn(chapter)
    assert errors(chapter) == [] and answers(chapter)
