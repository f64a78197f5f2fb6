"""The descent cockpit in a real page: what the browser shows is what Python computes."""

import json
import random
import re

import pytest

from tools.browser import Chapter

EXAMPLES = ["striped picture", "on its side", "one pixel of Y", "noisy Y"]


@pytest.fixture(scope="module")
def chapter(browser, jupyterlab):
    chapter = Chapter(browser, jupyterlab, "05_learning_a_kernel.ipynb")
    chapter.run()
    chapter.page.wait_for_selector(".cockpit-plot")
    yield chapter
    chapter.close()
    assert chapter.errors == []


@pytest.fixture
def cockpit(chapter):
    """The first cockpit of the page, as it was at the beginning."""
    chapter.run_code(
        "cockpit.example, cockpit.lr, cockpit.num_steps = 'striped picture', 0.03, 10\n"
        "cockpit.start = [[0.29, 0.19]]"
    )
    root = chapter.page.locator(".cockpit").first
    root.scroll_into_view_if_needed()
    return root


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d[\d.]*(?:e[+-]?\d+)?", text.replace("−", "-"))]


def shown(chapter, root):
    """Losses and kernel as the page writes them, once it has drawn."""
    chapter.page.evaluate("() => new Promise(requestAnimationFrame)")
    losses = root.locator(".cockpit-curve").get_attribute("aria-label").split(":")[1]
    return numbers(losses), [
        numbers(text)[0] for text in root.locator(".cockpit-weight").all_inner_texts()
    ]


def test_what_a_cell_sets_right_after_showing_it_stays_set(chapter):
    # Chapter 05 does so, and its sliders round what they are given.
    chapter.wait_until_idle()
    assert chapter.run_code("print(cockpit.start.tolist())").strip() == "[[-0.5, 1.0]]"
    start = chapter.page.locator(".cockpit-start").first.get_attribute("aria-label")
    assert "[−0.5, 1]" in start


def test_shows_what_python_computes(chapter, cockpit):
    chance = random.Random(5)
    for trial in range(24):
        lr = chance.choice([0, 0.01, 1 / 30, chance.uniform(0, 0.06), 0.06])
        start = [round(chance.uniform(-3, 3), 2) for _ in range(2)]
        expected = json.loads(
            chapter.run_code(
                f"import json\ncockpit.example = {EXAMPLES[trial % 4]!r}\n"
                f"cockpit.lr, cockpit.num_steps, cockpit.start = "
                f"{lr}, {chance.randint(0, 10)}, [{start}]\n"
                "print(json.dumps([cockpit.losses.tolist(), cockpit.kernel[0].tolist()]))"
            )
        )
        chapter.wait_until_idle()
        losses, kernel = shown(chapter, cockpit)
        assert losses == pytest.approx(expected[0], rel=6e-3, abs=1e-8), (trial, lr, start)
        assert kernel == pytest.approx(expected[1], rel=6e-3, abs=1e-8), (trial, lr, start)


def test_published_losses_stand_in_the_page(chapter):
    text = " ".join(chapter.page.locator(".jp-OutputArea-output").all_inner_texts())
    assert text.count("6.645 1.649 0.496 0.173 0.066") == 4


def test_diverging_run_leaves_the_plot_and_says_how_fast(chapter, cockpit):
    chapter.run_code("cockpit.lr, cockpit.num_steps = 0.05, 100")
    verdict = cockpit.locator(".cockpit-verdict")
    verdict.get_by_text("Runs away").wait_for()
    assert "every step makes the error 2.00 times as large" in verdict.inner_text()
    assert re.search(r"leaves the plot at step \d+", verdict.inner_text())
    assert cockpit.locator(".cockpit-arrow").count() == 1
    for lr in (0.0335, 0.06):
        for example in EXAMPLES:
            chapter.run_code(f"cockpit.lr, cockpit.example = {lr}, {example!r}")
            chapter.wait_until_idle()
            assert not re.search("NaN|Infinity|undefined|too large", cockpit.inner_html())


def test_a_map_of_huge_numbers_keeps_the_colours_of_their_signs(chapter, cockpit):
    for lr in (0.04, 0.05, 0.06):
        chapter.run_code(f"cockpit.lr, cockpit.num_steps = {lr}, 100")
        chapter.wait_until_idle()
        shown(chapter, cockpit)
        pixels = cockpit.locator("canvas").first.evaluate(
            "(map) => [...map.getContext('2d').getImageData(0, 0, map.width, map.height).data]"
        )
        Y_hat = json.loads(
            chapter.run_code("print(corr2d(cockpit.X, cockpit.kernel).flatten().tolist())")
        )
        ends = {1: [107, 44, 4], -1: [16, 57, 107], 0: [255, 255, 255]}
        signs = [(y > 0) - (y < 0) for y in Y_hat]
        assert len(pixels) == 4 * len(signs) and {1, 0} <= set(map(abs, signs))
        for n, (y, sign) in enumerate(zip(Y_hat, signs, strict=True)):
            assert y == 0 or abs(y) > 2, "the run was to go far"
            assert pixels[4 * n : 4 * n + 3] == ends[sign]


def test_start_is_dragged_with_the_mouse(chapter, cockpit):
    box = cockpit.locator(".cockpit-ground").bounding_box()
    mouse, unit = chapter.page.mouse, box["width"] / 6
    at = lambda k0, k1: (box["x"] + (3 + k0) * unit, box["y"] + (3 - k1) * unit)  # noqa: E731
    mouse.move(*at(0.29, 0.19))
    mouse.down()
    mouse.move(*at(-1, 1))
    mouse.move(*at(-2, 1.5))
    mouse.up()
    mouse.move(*at(2, 2))  # let go: the start stays
    chapter.wait_for_python("(cockpit.start[0] - torch.tensor([-2, 1.5])).abs().max() < 0.03")
    readout = cockpit.locator("xpath=ancestor::*[contains(@class,'widget-vbox')][1]")
    assert "−2" in readout.inner_text().replace("-", "−")


def test_drag_beyond_the_edge_stops_at_the_edge(chapter, cockpit):
    box = cockpit.locator(".cockpit-ground").bounding_box()
    mouse = chapter.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] - 300, box["y"] - 300)
    mouse.up()
    chapter.wait_for_python("cockpit.start[0].tolist() == [-3, 3]")


def test_start_is_moved_by_keyboard(chapter, cockpit):
    handle = cockpit.locator(".cockpit-start")
    handle.focus()
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowUp", "ArrowLeft"]:
        chapter.page.keyboard.press(key)
    assert "[0.34, 0.64]" in handle.get_attribute("aria-label")
    chapter.wait_for_python("[round(k, 6) for k in cockpit.start[0].tolist()] == [0.34, 0.64]")


def test_two_views_of_one_cockpit_stay_equal(chapter, cockpit):
    chapter.run_code("from IPython.display import display")
    chapter.page.evaluate(
        """() => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCellIndex = content.widgets.length - 1;
        }"""
    )
    chapter.page.evaluate("() => jupyterapp.commands.execute('notebook:insert-cell-below')")
    chapter.page.evaluate(
        """async () => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCell.model.sharedModel.setSource("cockpit");
            await jupyterapp.commands.execute("notebook:run-cell");
        }"""
    )
    second = chapter.page.locator(".cockpit").last
    second.wait_for()
    cockpit.locator(".cockpit-start").focus()
    chapter.page.keyboard.press("ArrowRight")
    chapter.wait_until_idle()
    assert (
        second.locator(".cockpit-verdict").inner_text()
        == cockpit.locator(".cockpit-verdict").inner_text()
    )
    assert "[0.34, 0.19]" in second.locator(".cockpit-start").get_attribute("aria-label")


def test_goes_on_without_a_kernel(chapter, cockpit):
    chapter.shut_down_kernel()
    before = cockpit.locator(".cockpit-verdict").inner_text()
    panel = cockpit.locator("xpath=ancestor::*[contains(@class,'widget-vbox')][1]")
    slider = panel.locator(".widget-slider", has_text="lr").first.locator(".noUi-handle")
    slider.focus()
    for _ in range(12):
        slider.press("ArrowRight")
    after = cockpit.locator(".cockpit-verdict").inner_text()
    assert after != before
    assert "Runs away" in after
    panel.locator("select").select_option("on its side")
    assert "λ = 80" in cockpit.locator(".cockpit-facts").inner_text()
