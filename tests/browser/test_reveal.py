"""What answers a question is hidden in JupyterLab until its cell runs or it is asked for."""

import nbformat
import pytest

from tools.browser import NotebookPage
from tools.notebooks import METADATA, REVEAL, REVEAL_SOURCE, hide

SUMMARY = "After your guess"
PROSE = f"<details><summary>{SUMMARY}</summary>\n\nIt is **19**, $x^2$.\n\n- a list\n\n</details>"


def code(source, tag, text):
    """A cell that was executed and printed a text."""
    cell = nbformat.v4.new_code_cell(source, execution_count=1, metadata={"tags": [tag]})
    cell.outputs = [nbformat.v4.new_output("stream", text=f"{text}\n")]
    return cell


@pytest.fixture(scope="module")
def page(browser, jupyterlab, served_notebooks):
    """A notebook with one of everything that can be hidden, opened and not yet run."""
    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    notebook.cells = [
        nbformat.v4.new_markdown_cell(PROSE),
        code("print('secret', 'text')", REVEAL, "secret text"),
        code("print(6 * 7)", REVEAL, "42"),
        code("# what this is\nanswer = 7\nprint('seen')", REVEAL_SOURCE, "seen"),
        code("print('shown')", "nbval-ignore-output", "shown"),
    ]
    for cell in notebook.cells:
        hide(cell)
    nbformat.write(notebook, served_notebooks / "reveal.ipynb")
    page = NotebookPage(browser, jupyterlab, "reveal.ipynb")
    page.page.locator(".jp-OutputArea-output", has_text="shown").wait_for()
    yield page
    page.shut_down_kernel()
    page.close()
    assert page.errors == []


def seen(page):
    """The lines that can be seen of the notebook."""
    text = page.page.locator(".jp-Notebook").inner_text()
    return {line.strip() for line in text.splitlines()}


def test_what_is_hidden_is_seen_once_it_is_asked_for(page):
    assert "shown" in seen(page)
    assert not {"secret text", "42", "answer = 7"} & seen(page)
    placeholders = page.page.locator(".jp-OutputPlaceholder .jp-PlaceholderText")
    assert placeholders.all_inner_texts() == ["", ""]
    # JupyterLab shows the first line of hidden code.
    first_line = page.page.locator(".jp-InputPlaceholder .jp-PlaceholderText").inner_text()
    assert first_line == "# what this is"
    page.page.locator(".jp-InputPlaceholder .jp-Placeholder-content").click()
    page.page.get_by_text("answer = 7").wait_for()
    page.run_cell("print('secret'")
    assert "secret text" in seen(page) and "42" not in seen(page)
    page.run()
    assert {"secret text", "42"} <= seen(page)
    assert placeholders.count() == 0


def test_details_are_closed_and_hold_rendered_markdown(page):
    details = page.page.locator(".jp-RenderedMarkdown details")
    details.wait_for()
    assert not details.get_by_text("19").is_visible()
    details.get_by_text(SUMMARY).click()
    for rendered in ("strong", "li", "mjx-container"):
        details.locator(rendered).wait_for()
