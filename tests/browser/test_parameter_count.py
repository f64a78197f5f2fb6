"""The parameter count: what the page counts is what Python counts."""

from .panel import eventually, numbers


def test_the_counts_are_those_of_python(show, gallery):
    bill = show("ParameterCount(1993, 13, 999, 3)")
    bill.press("side", times=7)
    bill.press("channels", times=3)
    bill.press("units", "ArrowLeft", times=5)
    bill.press("kernel", times=12)

    def the_page_agrees():
        shown = [numbers(text)[:2] for text in bill.texts(".count-figure")]
        assert shown == list(gallery.python("w.counts").values())

    eventually(bill.page, the_page_agrees)
    assert gallery.python("w.counts['convolution']") == [15 * 15 * 16 * 994, 994]
