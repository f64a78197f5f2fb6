"""The tuning curve: recorded by keyboard and from Python, with the responses that Python finds."""

import pytest

from .panel import eventually, numbers


def test_a_curve_is_recorded_by_keyboard_and_from_python(show, gallery):
    cell = show(
        "TuningCurve(torch.tensor([[1.0, 2, 0], [0, 0, -1], [-1, 0, 0]]), 'bar', record=True)"
    )
    cell.press("angle", times=25)
    cell.wait_for("26 angles recorded")
    assert "Bar, at 125°" in cell.locator.inner_text()
    # A bar stands on both sides of the plot; two more marks show the present angle.
    marks = cell.find(".tuning-plot circle.tuning-disc, .tuning-plot rect.tuning-square")
    assert marks.count() == 2 * 26 + 2
    gallery.wait_for_python("w.angle == 125")
    assert gallery.python("w.curve()[0].tolist()") == list(range(0, 126, 5))
    shown = cell.numbers(".tuning-answer")[0]
    assert shown == pytest.approx(gallery.python("w.responses.item()"), abs=0.006)
    gallery.run_code("w.angle = 170; w.angle = 20; w.angle = 170")
    cell.wait_for("27 angles recorded")
    assert gallery.python("len(w.curve()[0])") == 27


def test_responses_are_those_of_python_for_edges_and_bars(show, gallery):
    gallery.run_code("torch.manual_seed(1)")
    for stimulus, side, angle in [("edge", 3, 211.5), ("bar", 8, 17)]:
        bank = show(f"TuningCurve(torch.randn(3, {side}, {side}), {stimulus!r})")
        gallery.run_code(f"w.angle = {angle}")
        expected = gallery.python("w.responses.tolist()")

        def the_page_agrees(bank=bank, expected=expected):
            shown = [numbers(text)[0] for text in bank.texts(".tuning-value")]
            assert shown == pytest.approx(expected, abs=0.006)
            strongest = bank.find(".tuning-strongest").get_attribute("aria-label")
            assert numbers(strongest)[0] == expected.index(max(expected))

        eventually(bank.page, the_page_agrees)


def test_an_angle_between_two_steps_stays_exact_until_the_slider_is_moved(show, gallery):
    bank = show("TuningCurve(torch.ones(3, 3), 'bar', angle=33, record=True)")
    bank.wait_for("Bar, at 33°")
    gallery.wait_until_idle()
    assert bank.values() == pytest.approx([35])
    assert gallery.python("[w.angle, w.curve()[0].tolist()]") == [33, [33]]
    bank.press("angle")
    gallery.wait_for_python("[w.angle, w.curve()[0].tolist()] == [40, [33, 40]]")
    bank.press("angle", "ArrowLeft", times=2)
    gallery.wait_for_python("[w.angle, w.curve()[0].tolist()] == [30, [30, 33, 35, 40]]")
    gallery.run_code("w.angle = 15")
    gallery.wait_for_python("w.curve()[0].tolist() == [15, 30, 33, 35, 40]")
