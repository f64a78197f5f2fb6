"""From dense to shared weights: rows pointed at, stages gone to, sums that Python confirms."""

import pytest

from .panel import eventually, numbers


@pytest.fixture
def demo(show):
    return show("DenseToConvolution()")


def test_a_row_at_every_stage_gives_the_output_that_python_gives(demo, gallery):
    demo.press("kernel rows")
    demo.press("columns")
    counts = ["30 × 48 = 1,440 weights", "30 × 6 = 180 weights", "6 weights, each used 30 times"]
    for stage, rows in enumerate([3, 5, 1]):
        demo.button(["go to dense", "go to local", "go to shared"][stage]).click()
        gallery.wait_for_python(f"w.view.stage == {stage}")
        demo.press("row", times=rows)

        def the_page_agrees(stage=stage):
            said = demo.text(".dense-sum")
            row = int(numbers(said)[0])
            assert gallery.python("w.view.row") == row
            expected = gallery.python("w.Y.flatten().tolist()")[row]
            assert numbers(said)[-1] == pytest.approx(expected, rel=6e-3, abs=1e-4)
            assert counts[stage] in demo.text(".dense-sentence"), demo.text(".dense-sentence")

        eventually(demo.page, the_page_agrees)
    assert gallery.python("list(w.K.shape)") == [2, 3]
    assert "Output Y, 5×6" in demo.texts(".dense-narrow .cfi-caption")[1]


def test_between_two_stages_the_numbers_are_between(demo, gallery):
    demo.press("stage", times=13)
    gallery.wait_for_python("0.25 < w.view.stage < 0.27")
    expected = gallery.python("w.Y.flatten().tolist()")[8]
    assert demo.numbers(".dense-sum")[-1] == pytest.approx(expected, rel=6e-3, abs=1e-4)
    assert "of 2,016 weights" in demo.text(".dense-sentence")


def test_pointing_at_a_row_selects_it(demo, gallery):
    demo.button("go to shared").click()
    gallery.wait_for_python("w.view.stage == 2")
    matrix = demo.find(".dense-matrix svg")
    matrix.scroll_into_view_if_needed()
    height = matrix.bounding_box()["height"]
    matrix.hover(position={"x": 100, "y": height * 15.5 / 42})
    assert demo.text(".dense-sum").startswith("Row 15 gives Y[2, 1] = 1·1 + (−1)·0 = 1")
    gallery.wait_for_python("w.view.row == 15")
