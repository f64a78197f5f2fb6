"""Chapter 02 in a real JupyterLab: the stepper under mouse and keyboard, against torch."""

import re

import pytest
import torch
from torch.nn import functional as F

NAME = "02_cross_correlation.ipynb"


@pytest.fixture(scope="module")
def opened(open_chapter):
    chapter = open_chapter(NAME)
    chapter.run()
    return chapter


@pytest.fixture
def chapter(opened):
    """The chapter with a new stepper."""
    opened.page.mouse.move(0, 0)
    opened.run_cell("CorrelationStepper(")
    opened.stepper = opened.page.locator(".stepper").first
    opened.stepper.wait_for()
    return opened


def numbers(cells):
    return [float(text.replace("−", "-")) for text in cells]


def shown(stepper):
    """The tables X, K and Y as the page shows them."""
    tables = []
    for grid in stepper.locator(".stepper-grid").all():
        rows = grid.locator(".stepper-line").all()
        cells = "els => els.map(el => el.value || el.textContent)"
        tables.append([numbers(r.locator(".stepper-cell").evaluate_all(cells)) for r in rows])
    return [torch.tensor(table, dtype=torch.float64) for table in tables]


def slider(chapter, trait_label):
    controls = chapter.page.locator(".widget-inline-hbox", has_text=trait_label)
    return controls.locator(".noUi-handle").first


def kernel_handle(chapter, i, j):
    line = chapter.page.locator(".cfi-panel .widget-hbox .widget-hbox").nth(i)
    return line.locator(".noUi-handle").nth(j)


def press(handle, key, times=1):
    handle.focus()
    for _ in range(times):
        handle.press(key)


def corr2d(X, K, **options):
    return F.conv2d(X[None, None], K[None, None], **options)[0, 0]


def test_the_page_shows_the_worked_example(chapter):
    X, K, Y = shown(chapter.stepper)
    assert Y.tolist() == [[19, 25], [37, 43]]
    assert torch.equal(Y, corr2d(X, K))
    sum_line = chapter.stepper.locator(".stepper-sum")
    assert sum_line.text_content() == "Y[0, 0] = 0·0 + 1·1 + 3·2 + 4·3 = 19"


def test_sliders_of_the_kernel_and_sizes(chapter):
    press(kernel_handle(chapter, 0, 0), "ArrowRight", 10)
    press(kernel_handle(chapter, 1, 0), "ArrowLeft", 14)
    X, K, Y = shown(chapter.stepper)
    assert K.tolist() == [[2.5, 1], [-1.5, 3]]
    assert torch.allclose(Y, corr2d(X, K))
    for label, times in [("X rows", 3), ("X columns", 4), ("K rows", 1), ("padding", 1)]:
        press(slider(chapter, label), "ArrowRight", times)
    press(slider(chapter, "stride"), "ArrowRight")
    X, K, Y = shown(chapter.stepper)
    assert X.shape == (6 + 2, 7 + 2) and K.shape == (3, 2)  # the zeros around X are shown
    assert torch.allclose(Y, corr2d(X, K, stride=2), atol=1e-3)
    call = chapter.stepper.locator("code").text_content()
    assert call == "F.conv2d(X[None, None], K[None, None], stride=2, padding=1)[0, 0]"
    # Python has seen every change, and computes the same.
    chapter.wait_for_python(f"torch.allclose(stepper.Y, torch.tensor({Y.tolist()}), atol=1e-3)")


def test_flipping_the_kernel(chapter):
    chapter.page.get_by_label("flip the kernel").check()
    _, K, Y = shown(chapter.stepper)
    assert K.tolist() == [[3, 2], [1, 0]]
    assert Y.tolist() == [[5, 11], [23, 29]]


def test_pointing_stepping_pinning(chapter):
    stepper = chapter.stepper
    cells = stepper.locator(".stepper-grid").nth(2).locator("button")
    line = stepper.locator(".stepper-sum")
    cells.nth(3).hover()
    assert line.text_content() == "Y[1, 1] = 4·0 + 5·1 + 7·2 + 8·3 = 43"
    lit = stepper.locator(".stepper-grid").nth(0).locator(".stepper-lit input")
    assert numbers(lit.evaluate_all("els => els.map(el => el.value)")) == [4, 5, 7, 8]
    cells.nth(1).click()
    assert cells.nth(1).get_attribute("aria-pressed") == "true"
    cells.nth(2).hover()
    assert line.text_content().startswith("Y[0, 1]")
    cells.nth(1).click()
    cells.nth(1).press("ArrowDown")
    assert line.text_content().startswith("Y[1, 1]")
    press(slider(chapter, "step"), "ArrowLeft", 2)
    assert line.text_content().startswith("Y[0, 1]")


def test_typing_into_the_picture(chapter):
    first = chapter.stepper.locator("input").first
    first.fill("-2.5")
    first.press("Enter")
    X, K, Y = shown(chapter.stepper)
    assert X[0, 0] == -2.5
    assert torch.allclose(Y, corr2d(X, K))
    for nonsense in ["", "two", "99", "NaN"]:
        first.fill(nonsense)
        first.press("Tab")
        message = chapter.stepper.locator(".cfi-message").text_content()
        assert message == "X[0, 0] stays −2.5: type a number from −9 to 9."
    assert shown(chapter.stepper)[0][0, 0] == -2.5


def test_a_kernel_that_does_not_fit_is_said(chapter):
    press(slider(chapter, "X rows"), "ArrowLeft", 2)
    message = chapter.stepper.locator(".cfi-message")
    assert re.match(
        r"The kernel covers 2×2 cells, the padded picture has only 1×3", message.text_content()
    )
    press(slider(chapter, "X rows"), "ArrowRight", 2)
    assert message.text_content() == ""
    assert shown(chapter.stepper)[2].tolist() == [[19, 25], [37, 43]]


def test_a_cell_that_has_the_focus_shows_what_python_set_in_the_end(chapter):
    cell = chapter.stepper.locator("input.stepper-cell").first
    cell.focus()
    chapter.run_code("stepper.X = [[7, 2, 0], [0, 1, 5]]")
    chapter.stepper.locator(".stepper-sum").get_by_text("7·0 +").wait_for()
    chapter.stepper.locator("input.stepper-cell").nth(1).focus()
    assert cell.input_value() == "7"


def test_python_sets_what_the_page_shows(chapter):
    chapter.run_code("stepper.X = [[1, 2, 0], [0, 1, 5]]; stepper.K = [[1, -1, 2]]")
    chapter.page.wait_for_function("() => document.querySelectorAll('.stepper-line').length == 5")
    X, K, Y = shown(chapter.stepper)
    assert (X.tolist(), K.tolist()) == ([[1, 2, 0], [0, 1, 5]], [[1, -1, 2]])
    assert torch.equal(Y, corr2d(X, K))


def test_two_views_of_one_stepper_stay_equal(chapter):
    chapter.page.evaluate("() => jupyterapp.commands.execute('notebook:create-output-view')")
    chapter.page.wait_for_function("() => document.querySelectorAll('.stepper').length == 2")
    press(kernel_handle(chapter, 0, 1), "ArrowRight", 2)
    shown_everywhere = {str(shown(s)) for s in chapter.page.locator(".stepper").all()}
    assert len(shown_everywhere) == 1


def test_it_answers_without_a_kernel(chapter):
    chapter.shut_down_kernel()
    press(kernel_handle(chapter, 0, 0), "ArrowRight", 4)
    press(slider(chapter, "K columns"), "ArrowRight")
    X, K, Y = shown(chapter.stepper)
    assert K[0, 0] == 1 and K.shape == (2, 3)
    assert torch.allclose(Y, corr2d(X, K))
    assert kernel_handle(chapter, 0, 2).is_visible()
