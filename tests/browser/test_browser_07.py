"""Chapter 07 in a real page: its widgets show what Python computes, by mouse or by keyboard."""

import json
import re

import pytest

CHAPTER = "07_visual_cortex.ipynb"


@pytest.fixture(scope="module")
def chapter(open_chapter):
    chapter = open_chapter(CHAPTER)
    chapter.run()
    chapter.page.wait_for_selector(".tuning-plot circle")
    chapter.page.wait_for_selector(".gabor-response")
    return chapter


def panel(chapter, widget):
    """The widget with its controls."""
    found = chapter.page.locator(widget).first
    found.scroll_into_view_if_needed()
    return found.locator("xpath=ancestor::*[contains(@class,'cfi-panel')][1]")


def python(chapter, expression):
    return json.loads(chapter.run_code(f"import json; print(json.dumps({expression}))"))


def press(panel, slider, key, times):
    handle = panel.locator(".widget-slider", has_text=slider).locator(".noUi-handle")
    handle.focus()
    for _ in range(times):
        handle.press(key)


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-"))]


def test_the_chapter_runs_without_an_error(chapter):
    assert chapter.page.locator(".jp-RenderedText[data-mime-type*='stderr']").count() == 0
    text = " ".join(chapter.page.locator(".jp-OutputArea-output").all_inner_texts())
    assert re.search(r"learned, at least two in three:\s+True", text)
    assert re.search(r"random, at most one in ten:\s+True", text)


def test_a_tuning_curve_is_recorded_by_keyboard(chapter):
    cell = panel(chapter, ".tuning")
    press(cell, "angle", "ArrowRight", 25)
    cell.get_by_text("26 angles recorded").wait_for()
    assert "Bar, at 125°" in cell.inner_text()
    # A bar stands on both sides of the plot; two more marks show the present angle.
    assert cell.locator(".tuning-plot circle.tuning-disc").count() == 2 * 26 + 2
    chapter.wait_for_python("cell.angle == 125")
    assert python(chapter, "cell.curve()[0].tolist()") == list(range(0, 126, 5))
    shown = numbers(cell.locator(".tuning-answer").inner_text())[0]
    assert shown == pytest.approx(python(chapter, "cell.responses.item()"), abs=0.006)


def test_python_turns_the_bar_and_it_is_recorded_once(chapter):
    cell = panel(chapter, ".tuning")
    chapter.run_code("cell.angle = 170; cell.angle = 20; cell.angle = 170")
    cell.get_by_text("27 angles recorded").wait_for()
    assert python(chapter, "len(cell.picture.visited)") == 27


def test_browser_and_python_agree_on_edges_and_bars(chapter):
    """On a second widget: a bank of three kernels without symmetry, edges at many angles."""
    chapter.run_code("from helpers.widgets import TuningCurve as T; import torch")
    for stimulus, side, angles in [("edge", 3, (0, 33, 90, 211.5)), ("bar", 8, (0, 17, 90, 140))]:
        chapter.run_code(
            f"torch.manual_seed(1); t = T(torch.randn(3, {side}, {side}), {stimulus!r})"
        )
        show_below(chapter, "t")
        bank = chapter.page.locator(".tuning").last
        bank.wait_for()
        for angle in angles:
            chapter.run_code(f"t.angle = {angle}")
            chapter.wait_until_idle()
            texts = bank.locator(".tuning-value").all_inner_texts()
            expected = python(chapter, "t.responses.tolist()")
            assert [numbers(text)[0] for text in texts] == pytest.approx(expected, abs=0.006)
            strongest = bank.locator(".tuning-strongest").get_attribute("aria-label")
            assert numbers(strongest)[0] == expected.index(max(expected))


def show_below(chapter, name):
    """Show a widget in a new cell at the end of the notebook."""
    chapter.page.evaluate(
        """async (name) => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCellIndex = content.widgets.length - 1;
            await jupyterapp.commands.execute("notebook:insert-cell-below");
            content.activeCell.model.sharedModel.setSource(name);
            await jupyterapp.commands.execute("notebook:run-cell");
        }""",
        name,
    )


def test_sliders_leave_what_they_cannot_show_exactly(chapter):
    """A slider of steps of 5 stands at 35 for 33; what it moves stays 33, until it is moved."""
    chapter.run_code("t = T(torch.ones(3, 3), 'bar', angle=33, record=True)")
    show_below(chapter, "t")
    bank = chapter.page.locator(".tuning").last
    bank.get_by_text("Bar, at 33°").wait_for()
    handle = chapter.page.locator(".cfi-panel").last.locator(".noUi-handle")
    assert round(float(handle.get_attribute("aria-valuetext"))) == 35
    chapter.wait_until_idle()
    assert python(chapter, "[t.angle, t.picture.visited]") == [33, [33]]
    handle.press("ArrowRight")
    chapter.wait_for_python("[t.angle, t.picture.visited] == [40, [33, 40]]")
    handle.press("ArrowLeft")
    handle.press("ArrowLeft")
    chapter.wait_for_python("[t.angle, t.picture.visited] == [30, [33, 40, 35, 30]]")
    chapter.run_code("t.angle = 15")
    chapter.wait_for_python("t.picture.visited == [33, 40, 35, 30, 15]")
    assert python(chapter, "explorer.orientation") == 60


def test_the_explorer_draws_the_kernel_that_python_has(chapter):
    explorer = panel(chapter, ".gabor")
    press(explorer, "orientation", "ArrowRight", 4)
    press(explorer, "phase", "ArrowRight", 3)
    press(explorer, "aspect", "ArrowRight", 5)
    answer = explorer.locator(".gabor-answer")
    assert "Stripes at 80°" in answer.inner_text()
    assert "phase 45°" in answer.inner_text()
    for number in ("orientation == 80", "phase == 45", "aspect == 1.5"):
        chapter.wait_for_python(f"explorer.{number}")
    signs = chapter.page.evaluate(
        """() => {
            const canvas = document.querySelector(".gabor-kernel");
            const { data } = canvas.getContext("2d").getImageData(0, 0, 25, 25);
            return Array.from({ length: 625 }, (_, n) => Math.sign(data[4 * n] - data[4 * n + 2]));
        }"""
    )
    # Orange has more red than blue; what is paler than a hundredth is left out.
    kernel = python(chapter, "explorer.kernel.flatten().tolist()")
    clear = [(sign, k) for sign, k in zip(signs, kernel, strict=True) if abs(k) > 0.02]
    assert len(clear) > 30
    assert all(sign * k > 0 for sign, k in clear)


def test_the_explorers_response_is_the_cross_correlation(chapter):
    explorer = panel(chapter, ".gabor")
    chapter.run_code(
        "from helpers.correlation import corr2d_unfold; from helpers import images\n"
        "X, K = images.photo('chelsea', size=(120, 160)), explorer.kernel\n"
        "Y = corr2d_unfold(X - X.mean(), K) / K.abs().sum()\n"
        "at_first = corr2d_unfold(X - X.mean(), GaborExplorer().kernel).abs().argmax().item()\n"
        "row, column = divmod(at_first, Y.shape[1])"
    )
    *_, lowest, highest, here = numbers(explorer.locator(".gabor-answer").inner_text())
    expected = python(chapter, "[Y.min().item(), Y.max().item(), Y[row, column].item()]")
    assert [lowest, highest, here] == pytest.approx(expected, abs=0.006)

    # By keyboard on the map, and by mouse on the photo: the frame's middle goes to the pointer.
    explorer.locator(".gabor-response-holder").focus()
    for key in ("ArrowRight", "Shift+ArrowUp", "ArrowDown", "Shift+ArrowLeft"):
        explorer.page.keyboard.press(key)
    expected = python(chapter, "Y[row - 9, column - 9].item()")
    assert in_the_frame(explorer) == pytest.approx(expected, abs=0.006)
    photo = explorer.locator(".gabor-photo")
    width, height = photo.evaluate("(canvas) => [canvas.clientWidth, canvas.clientHeight]")
    photo.hover(position={"x": 100.5 / 160 * width, "y": 30.5 / 120 * height})
    assert in_the_frame(explorer) == pytest.approx(python(chapter, "Y[18, 88].item()"), abs=0.006)
    # Beyond the border the frame stays inside.
    photo.hover(position={"x": 1, "y": 1})
    assert in_the_frame(explorer) == pytest.approx(python(chapter, "Y[0, 0].item()"), abs=0.006)


def in_the_frame(explorer):
    return numbers(explorer.locator(".gabor-answer").inner_text())[-1]


def test_both_go_on_without_a_kernel(chapter):
    cell, explorer = panel(chapter, ".tuning"), panel(chapter, ".gabor")
    chapter.shut_down_kernel()
    press(cell, "angle", "ArrowLeft", 1)
    assert "Bar, at 165°" in cell.inner_text()
    before = explorer.locator(".gabor-answer").inner_text()
    press(explorer, "wavelength", "ArrowRight", 6)
    after = explorer.locator(".gabor-answer").inner_text()
    assert after != before and "9 pixels" in after
    explorer.locator("select").select_option("brick")
    assert explorer.locator(".gabor-answer").inner_text() != after
