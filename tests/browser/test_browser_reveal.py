"""What answers a question is hidden in JupyterLab until its cell runs or it is asked for."""

import nbformat
import pytest

from tools.notebooks import METADATA, REVEAL, REVEAL_SOURCE, execute, hide

SUMMARY = "After your guess"


def code(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


@pytest.fixture(scope="module")
def notebook():
    """An executed notebook with one of everything that can be hidden."""
    text = (
        f"<details><summary>{SUMMARY}</summary>\n\nIt is **19**, $x^2$.\n\n- a list\n\n</details>"
    )
    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    notebook.cells = [
        nbformat.v4.new_markdown_cell(text),
        code("from helpers.widgets import MovingStripe\n\nprint('secret', 'text')", REVEAL),
        code("6 * 7", REVEAL),
        code("stripe = MovingStripe()\nstripe", REVEAL),
        code("# what this is\nanswer = 7\nprint('seen')", REVEAL_SOURCE),
        code("print('shown')"),
    ]
    execute(notebook)
    for cell in notebook.cells:
        hide(cell)
    return notebook


@pytest.fixture
def chapter(open_chapter, notebook):
    """The notebook, open and never run."""
    start = open_chapter("00_start_here.ipynb")
    start.page.evaluate(
        """async (content) => {
            const { contents } = jupyterapp.serviceManager;
            await contents.save("reveal.ipynb", { type: "notebook", format: "json", content });
        }""",
        notebook,
    )
    chapter = open_chapter("reveal.ipynb")
    yield chapter
    chapter.shut_down_kernel()
    start.shut_down_kernel()


def cell(chapter, text):
    return chapter.page.locator(".jp-CodeCell", has_text=text)


def seen(chapter):
    """All the text that can be seen of the notebook."""
    return chapter.page.locator(".jp-Notebook").inner_text()


def test_nothing_hidden_is_seen_when_it_is_opened(chapter):
    cell(chapter, "print('shown')").locator(".jp-OutputArea-output").wait_for()
    assert "shown" in seen(chapter).splitlines()
    lines = [line.strip() for line in seen(chapter).splitlines()]
    assert "secret text" not in lines and "42" not in lines and "answer = 7" not in lines
    assert chapter.page.locator(".jp-OutputPlaceholder").count() == 3
    texts = chapter.page.locator(".jp-OutputPlaceholder .jp-PlaceholderText").all_inner_texts()
    assert texts == [""] * 3
    # JupyterLab shows the first line of hidden code.
    text = chapter.page.locator(".jp-InputPlaceholder .jp-PlaceholderText").inner_text()
    assert text == "# what this is"


def test_running_a_cell_shows_its_output(chapter):
    chapter.run_cell("print('secret'")
    assert "secret text" in seen(chapter)
    assert chapter.page.locator(".jp-OutputPlaceholder").count() == 2


def test_running_all_shows_every_output_and_draws_the_widget(chapter):
    chapter.run()
    chapter.page.locator(".cfi-panel .cfi").wait_for()
    assert chapter.page.locator(".jp-OutputPlaceholder").count() == 0
    assert {"secret text", "42"} <= {line.strip() for line in seen(chapter).splitlines()}


def test_hidden_code_opens_when_it_is_clicked(chapter):
    chapter.page.locator(".jp-InputPlaceholder .jp-Placeholder-content").click()
    assert "answer = 7" in seen(chapter)


def test_details_are_closed_and_hold_rendered_markdown(chapter):
    details = chapter.page.locator(".jp-RenderedMarkdown details")
    details.wait_for()
    assert not details.get_by_text("19").is_visible()
    details.get_by_text(SUMMARY).click()
    for rendered in ("strong", "li", "mjx-container"):
        details.locator(rendered).wait_for()
