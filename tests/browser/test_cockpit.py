"""The descent cockpit: losses and kernel are Python's, and the start is moved by hand."""

import re

import pytest

from .panel import eventually, numbers

EXAMPLES = ["striped picture", "on its side", "one pixel of Y", "noisy Y"]


@pytest.fixture
def cockpit(show):
    return show("DescentCockpit()")


def agrees_with_python(cockpit, gallery):
    """Wait until losses and kernel of page and Python are equal."""

    def the_page_agrees():
        said = cockpit.find(".cockpit-curve").get_attribute("aria-label").split(":")[1]
        expected = gallery.python("w.losses.tolist()")[:11]
        assert numbers(said) == pytest.approx(expected, rel=6e-3, abs=1e-8)
        kernel = [numbers(text)[0] for text in cockpit.texts(".cockpit-weight")]
        expected = gallery.python("w.kernel[0].tolist()")
        assert kernel == pytest.approx(expected, rel=6e-3, abs=1e-3)

    eventually(cockpit.page, the_page_agrees)


def test_losses_and_kernel_are_those_of_python_for_every_example(cockpit, gallery):
    cockpit.press("start K[0,0]", times=20)
    cockpit.press("start K[0,1]", "ArrowLeft", times=11)
    cockpit.press("steps", "ArrowLeft", times=2)
    for example in EXAMPLES:
        cockpit.menu("data").select_option(example)
        gallery.wait_for_python(f"w.example == {example!r} and w.num_steps == 8")
        agrees_with_python(cockpit, gallery)
    assert gallery.python("w.start[0].tolist()") == pytest.approx([0.7, 0.39])


def test_what_a_cell_sets_right_after_showing_it_stays_set(show, gallery):
    # The sliders round what they are given, while the widget is still on its way to the page.
    cockpit = show("DescentCockpit()", "w.start, w.lr = [[-0.50390625, 1.0]], 1 / 30 - 1e-4")
    gallery.wait_until_idle()
    assert gallery.python("[w.lr, *w.start[0].tolist()]") == [1 / 30 - 1e-4, -0.50390625, 1.0]
    assert "[−0.504, 1]" in cockpit.find(".cockpit-start").get_attribute("aria-label")


def test_a_diverging_run_says_how_fast_and_where_it_leaves_the_plot(cockpit, gallery):
    gallery.run_code("w.lr, w.num_steps = 0.05, 100")
    cockpit.wait_for("Runs away")
    verdict = cockpit.text(".cockpit-verdict")
    assert "every step makes the error 2.00 times as large" in verdict
    assert re.search(r"leaves the plot at step \d+", verdict)
    assert cockpit.find(".cockpit-arrow").count() == 1


def test_a_map_of_huge_numbers_keeps_the_colours_of_their_signs(cockpit, gallery):
    gallery.run_code("w.lr, w.num_steps = 0.06, 100")
    cockpit.wait_for("Runs away")
    eventually(cockpit.page, lambda: _in_colours_of_their_signs(cockpit, gallery))
    assert not re.search("NaN|Infinity|undefined|too large", cockpit.find(".cfi").inner_html())


def _in_colours_of_their_signs(cockpit, gallery):
    Y_hat = gallery.python("corr2d(w.X, w.kernel).flatten().tolist()")
    ends = {1: [107, 44, 4], -1: [16, 57, 107], 0: [255, 255, 255]}
    signs = [(y > 0) - (y < 0) for y in Y_hat]
    assert all(y == 0 or abs(y) > 2 for y in Y_hat) and set(signs) >= {0, 1}
    assert [pixel[:3] for pixel in cockpit.pixels(0)] == [ends[sign] for sign in signs]


def test_the_start_is_dragged_and_stops_at_the_edge(cockpit, gallery):
    ground = cockpit.find(".cockpit-ground")
    ground.scroll_into_view_if_needed()
    box = ground.bounding_box()
    mouse, unit = cockpit.page.mouse, box["width"] / 6
    at = lambda k0, k1: (box["x"] + (3 + k0) * unit, box["y"] + (3 - k1) * unit)  # noqa: E731
    mouse.move(*at(0.5, 0.5))
    mouse.down()
    mouse.move(*at(-1, 1))
    mouse.move(*at(-2, 1.5))
    mouse.up()
    mouse.move(*at(2, 2))  # let go: the start stays
    gallery.wait_for_python("(w.start[0] - torch.tensor([-2, 1.5])).abs().max() < 0.03")
    assert cockpit.values()[2:] == pytest.approx([-2, 1.5], abs=0.03)
    mouse.move(*at(0, 0))
    mouse.down()
    mouse.move(box["x"] - 30, box["y"] - 30)
    mouse.up()
    gallery.wait_for_python("w.start[0].tolist() == [-3, 3]")


def test_the_start_is_moved_by_keyboard(cockpit, gallery):
    handle = cockpit.find(".cockpit-start")
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowUp", "ArrowLeft"]:
        handle.press(key)
    assert "[0.55, 0.95]" in handle.get_attribute("aria-label")
    gallery.wait_for_python("[round(k, 6) for k in w.start[0].tolist()] == [0.55, 0.95]")
