"""The equivariance meter: the differences that it shows are those that Python measures."""

import pytest

from .panel import eventually, numbers


def test_the_differences_are_those_of_python(show, gallery):
    meter = show("EquivarianceMeter()")
    assert "no padding" in meter.texts(".meter-figure")[1]
    meter.locator.get_by_label("zero padding").check()
    # A shift that the stride divides, and one that it does not.
    for stride, right, down in [(1, 4, -3), (2, 1, 2)]:
        meter.press("shift right", times=right)
        meter.press("shift down", "ArrowDown" if down < 0 else "ArrowUp", times=abs(down))
        meter.press("stride", times=stride - 1)
        meter.menu("kernel").select_option(index=stride)

        def the_page_agrees():
            shown = [numbers(text)[-1] for text in meter.texts(".meter-figure")]
            expected = gallery.python("w.largest_difference()")
            assert shown == pytest.approx(list(expected.values()), rel=6e-3, abs=1e-9)

        eventually(meter.page, the_page_agrees)
    assert "11 right and 1 up" in meter.text(".meter-sentence")
    inside, border = (numbers(text)[-1] for text in meter.texts(".meter-figure"))
    assert inside > 0 and border > 0
