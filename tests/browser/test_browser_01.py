"""The widgets of chapter 01 in a real page: what the browser shows is what Python computes."""

import json
import re

import pytest

from tools.browser import Chapter, eventually

NAMED = """
import json
from helpers.widgets import DenseToConvolution, EquivarianceMeter, ParameterCount
import gc
demo, meter, bill = (
    next(w for w in gc.get_objects() if type(w) is kind)
    for kind in (DenseToConvolution, EquivarianceMeter, ParameterCount)
)
"""


@pytest.fixture(scope="module")
def chapter(browser, jupyterlab):
    chapter = Chapter(browser, jupyterlab, "01_dense_to_convolution.ipynb")
    chapter.run()
    chapter.page.wait_for_selector(".meter-figure")
    chapter.run_code(NAMED)
    yield chapter
    chapter.close()
    assert chapter.errors == []


def texts(chapter, selector):
    """What stands in the page, once the browser has had two frames to draw it."""
    return chapter.page.evaluate(
        """async (selector) => {
            for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame);
            return [...document.querySelectorAll(selector)].map((node) => node.textContent);
        }""",
        selector,
    )


def number(text):
    return float(re.search(r"[−\d.]+(e[−\d]+)?$", text)[0].replace("−", "-"))


@pytest.mark.parametrize(
    ("stage", "row", "k_h", "k_w", "count"),
    [
        (0, 16, 1, 2, "42 × 48 = 2,016 weights"),
        (1, 5, 1, 2, "42 × 2 = 84 weights"),
        (2, 5, 1, 2, "2 weights, each used 42 times"),
        (1.5, 30, 1, 2, "the 84 weights become alike"),
        (2, 23, 3, 3, "9 weights, each used 24 times"),
        (0.25, 0, 2, 3, "of 1,440 weights"),
    ],
)
def test_the_matrix_gives_the_output_that_python_gives(chapter, stage, row, k_h, k_w, count):
    expected = chapter.run_code(
        f"p = demo.picture; p.k_h, p.k_w, p.stage, p.row = {k_h}, {k_w}, {stage}, {row}\n"
        f"print(demo.Y.flatten()[{row}].item(), *demo.Y.shape)"
    ).split()
    chapter.page.wait_for_function(
        "(row) => document.querySelector('.dense-sum').textContent.startsWith(`Row ${row} `)",
        arg=row,
    )
    sentence, sum_ = texts(chapter, ".dense-sentence, .dense-sum")
    assert count in sentence
    assert number(sum_) == pytest.approx(float(expected[0]), rel=6e-3, abs=1e-4)
    caption = texts(chapter, ".dense-narrow .cfi-caption")[1]
    assert f"{expected[1]}×{expected[2]}" in caption


def test_pointing_at_a_row_selects_it(chapter):
    chapter.run_code("p = demo.picture; p.k_h, p.k_w, p.stage, p.row = 1, 2, 2, 0")
    chapter.page.locator(".dense-matrix").scroll_into_view_if_needed()
    box = chapter.page.locator(".dense-matrix svg").bounding_box()
    chapter.page.mouse.move(box["x"] + 100, box["y"] + box["height"] * 15.5 / 42)
    (sum_,) = texts(chapter, ".dense-sum")
    assert sum_.startswith("Row 15 gives Y[2, 1] = 1·1 + (−1)·0 = 1")
    chapter.wait_for_python("demo.picture.row == 15")


def test_a_stage_button_goes_all_the_way(chapter):
    chapter.run_code("demo.picture.stage = 0.0")
    chapter.page.locator(".dense-stage").nth(2).click()
    chapter.page.wait_for_function(
        "() => document.querySelectorAll('.dense-stage')[2].getAttribute('aria-pressed') === 'true'"
    )
    chapter.wait_for_python("demo.picture.stage == 2")


@pytest.mark.parametrize("kernel", [0, 1, 2])
@pytest.mark.parametrize(
    ("right", "down", "stride", "padded"),
    [(6, 0, 1, False), (-9, 4, 1, True), (5, -3, 2, False), (1, 0, 3, True), (16, -16, 2, True)],
)
def test_the_meter_measures_what_torch_measures(chapter, kernel, right, down, stride, padded):
    expected = json.loads(
        chapter.run_code(
            f"p = meter.picture; p.kernel, p.stride, p.padded = {kernel}, {stride}, {padded}\n"
            f"p.shift_right, p.shift_down = {right}, {down}\n"
            "print(json.dumps(meter.largest_difference()))"
        )
    )

    def the_page_agrees():
        inside, border = texts(chapter, ".meter-figure")
        assert number(inside) == pytest.approx(expected["inside"], rel=6e-3, abs=1e-9)
        if expected["border"] is None:
            assert "no padding" in border
        else:
            assert number(border) == pytest.approx(expected["border"], rel=6e-3, abs=1e-9)

    eventually(chapter.page, the_page_agrees)


def test_the_bill_is_what_python_counts(chapter):
    for side, channels, units, kernel in [(1000, 3, 1000, 3), (28, 1, 1, 3), (2000, 16, 999, 15)]:
        counts = json.loads(
            chapter.run_code(
                f"p = bill.picture; p.side, p.channels, p.units, p.kernel = "
                f"{side}, {channels}, {units}, {kernel}\nprint(json.dumps(bill.counts))"
            )
        )

        def the_page_agrees(counts=counts):
            shown = [
                [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:weight|bias)", text)]
                for text in texts(chapter, ".count-figure")
            ]
            assert shown == list(counts.values())

        eventually(chapter.page, the_page_agrees)


def test_goes_on_without_a_kernel(chapter):
    chapter.run_code("meter.picture.shift_right, meter.picture.shift_down = 0, 0")
    chapter.shut_down_kernel()
    slider = chapter.page.locator(".widget-slider", has_text="shift right").locator(".noUi-handle")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    (sentence,) = texts(chapter, ".meter-sentence")
    assert "3 right" in sentence
