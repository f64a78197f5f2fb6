"""The stepper by mouse and keyboard: three tables that are torch's, and the sum written out."""

import re

import pytest
import torch
from torch.nn import functional as F

from .panel import numbers


@pytest.fixture
def stepper(show):
    return show("CorrelationStepper()")


def tables(stepper):
    """X, K and Y as the page shows them; X with the zeros around it."""
    stepper.drawn()
    cells = "cells => cells.map((cell) => cell.value || cell.textContent).join(' ')"
    shown = []
    for grid in stepper.find(".stepper-grid").all():
        rows = grid.locator(".stepper-line").all()
        shown.append([numbers(r.locator(".stepper-cell").evaluate_all(cells)) for r in rows])
    return [torch.tensor(table) for table in shown]


def corr2d(X, K, **options):
    return F.conv2d(X[None, None], K[None, None], **options)[0, 0]


def test_the_worked_example_is_shown_at_first(stepper):
    X, K, Y = tables(stepper)
    assert Y.tolist() == [[19, 25], [37, 43]]
    assert torch.equal(Y, corr2d(X, K))
    assert stepper.text(".stepper-sum") == "Y[0, 0] = 0·0 + 1·1 + 3·2 + 4·3 = 19"


def test_kernel_sizes_stride_and_padding_give_the_map_of_torch(stepper, gallery):
    stepper.press("weight K[0, 0]", times=10)
    stepper.press("weight K[1, 0]", "ArrowLeft", times=14)
    X, K, Y = tables(stepper)
    assert K.tolist() == [[2.5, 1], [-1.5, 3]]
    assert torch.allclose(Y, corr2d(X, K))
    stepper.press("X rows", times=3)
    stepper.press("X columns", times=4)
    for slider in ("K rows", "padding", "stride"):
        stepper.press(slider)
    X, K, Y = tables(stepper)
    assert X.shape == (6 + 2, 7 + 2) and K.shape == (3, 2)
    assert torch.allclose(Y, corr2d(X, K, stride=2), atol=1e-3)
    call = stepper.text("code")
    assert call == "F.conv2d(X[None, None], K[None, None], stride=2, padding=1)[0, 0]"
    # Python has seen every change, and computes the same.
    gallery.wait_for_python(f"w.Y.shape == {tuple(Y.shape)}")
    gallery.wait_for_python(f"torch.allclose(w.Y, torch.tensor({Y.tolist()}), atol=1e-3)")


def test_a_flipped_kernel_gives_the_true_convolution(stepper):
    stepper.locator.get_by_label("flip the kernel").check()
    _, K, Y = tables(stepper)
    assert K.tolist() == [[3, 2], [1, 0]]
    assert Y.tolist() == [[5, 11], [23, 29]]


def test_pointing_stepping_and_pinning_choose_a_cell(stepper):
    cells = stepper.find(".stepper-grid").nth(2).locator("button")
    cells.nth(3).hover()
    assert stepper.text(".stepper-sum") == "Y[1, 1] = 4·0 + 5·1 + 7·2 + 8·3 = 43"
    lit = stepper.find(".stepper-grid").first.locator(".stepper-lit input")
    assert lit.evaluate_all("cells => cells.map((cell) => cell.value)") == ["4", "5", "7", "8"]
    cells.nth(1).click()
    assert cells.nth(1).get_attribute("aria-pressed") == "true"
    cells.nth(2).hover()
    assert stepper.text(".stepper-sum").startswith("Y[0, 1]")
    cells.nth(1).click()
    cells.nth(1).press("ArrowDown")
    assert stepper.text(".stepper-sum").startswith("Y[1, 1]")
    stepper.press("step", "ArrowLeft", times=2)
    assert stepper.text(".stepper-sum").startswith("Y[0, 1]")


def test_typing_is_taken_or_refused_with_a_sentence(stepper):
    cell = stepper.find("input.stepper-cell").nth(1)  # K[0, 0] is zero, K[0, 1] is not
    cell.fill("-2.5")
    cell.press("Enter")
    X, K, Y = tables(stepper)
    assert X[0, 1] == -2.5
    assert torch.allclose(Y, corr2d(X, K))
    for nonsense in ["", "two", "99", "NaN"]:
        cell.fill(nonsense)
        cell.press("Tab")
        message = stepper.text(".cfi-message")
        assert message == "X[0, 1] stays −2.5: type a number from −9 to 9.", nonsense
    assert tables(stepper)[0][0, 1] == -2.5


def test_a_kernel_that_does_not_fit_is_explained(stepper):
    stepper.press("X rows", "ArrowLeft", times=2)
    explained = "The kernel covers 2×2 cells, the padded picture has only 1×3"
    assert re.match(explained, stepper.text(".cfi-message"))
    stepper.press("X rows", times=2)
    assert stepper.text(".cfi-message") == ""
    assert tables(stepper)[2].tolist() == [[19, 25], [37, 43]]


def test_python_sets_what_the_page_shows(stepper, gallery):
    cell = stepper.find("input.stepper-cell").first
    cell.focus()
    gallery.run_code("w.X = [[7, 2, 0], [0, 1, 5]]; w.K = [[1, -1, 2]]")
    stepper.wait_for("7·1 +")
    # A cell that has the focus is not written over, but shows it once it is left.
    stepper.find("input.stepper-cell").nth(1).focus()
    X, K, Y = tables(stepper)
    assert (X.tolist(), K.tolist()) == ([[7, 2, 0], [0, 1, 5]], [[1, -1, 2]])
    assert torch.equal(Y, corr2d(X, K))
