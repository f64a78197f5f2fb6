"""The Gabor explorer: kernel, response and frame are those of Python, by mouse or by keyboard."""

import pytest

from .panel import numbers


@pytest.fixture
def explorer(show, gallery):
    """With no symmetry left in its kernel, and Python's response in `Y`."""
    explorer = show("GaborExplorer()")
    explorer.press("orientation", times=4)
    explorer.press("phase", times=3)
    explorer.press("aspect", times=5)
    gallery.wait_for_python("(w.orientation, w.phase, w.aspect) == (80, 45, 1.5)")
    gallery.run_code(
        "X, K = images.photo('chelsea', size=(120, 160)), w.kernel\n"
        "Y = corr2d_unfold(X - X.mean(), K) / K.abs().sum()"
    )
    return explorer


def test_the_kernel_is_the_one_of_python(explorer, gallery):
    said = explorer.text(".gabor-answer")
    assert "Stripes at 80°" in said and "phase 45°" in said
    # Orange has more red than blue; what is paler than a fiftieth is left out.
    signs = [red - blue for red, _, blue, _ in explorer.pixels(0)]
    kernel = gallery.python("w.kernel.flatten().tolist()")
    clear = [(sign, k) for sign, k in zip(signs, kernel, strict=True) if abs(k) > 0.02]
    assert len(clear) > 30
    assert all(sign * k > 0 for sign, k in clear)


def test_the_response_is_the_one_of_python_wherever_one_points(explorer, gallery):
    *_, lowest, highest, _ = explorer.numbers(".gabor-answer")
    extremes = gallery.python("[Y.min().item(), Y.max().item()]")
    assert [lowest, highest] == pytest.approx(extremes, abs=0.006)
    # By mouse on the photo: the frame's middle goes to the pointer.
    photo = explorer.find(".gabor-photo")
    width, height = photo.evaluate("(canvas) => [canvas.clientWidth, canvas.clientHeight]")
    photo.hover(position={"x": 100.5 / 160 * width, "y": 30.5 / 120 * height})
    assert in_the_frame(explorer) == pytest.approx(gallery.python("Y[18, 88].item()"), abs=0.006)
    # By keyboard on the map.
    holder = explorer.find(".gabor-response-holder")
    for key in ("ArrowRight", "Shift+ArrowDown", "ArrowUp", "Shift+ArrowLeft"):
        holder.press(key)
    assert in_the_frame(explorer) == pytest.approx(gallery.python("Y[27, 79].item()"), abs=0.006)
    # Beyond the border the frame stays inside.
    photo.hover(position={"x": 1, "y": 1})
    assert in_the_frame(explorer) == pytest.approx(gallery.python("Y[0, 0].item()"), abs=0.006)
    explorer.menu("photo").select_option("brick")
    *_, lowest, highest, _ = explorer.numbers(".gabor-answer")
    gallery.run_code(
        "X = images.photo('brick', size=(120, 160)); Y = corr2d_unfold(X - X.mean(), K)"
    )
    extremes = gallery.python(
        "[(Y / K.abs().sum()).min().item(), (Y / K.abs().sum()).max().item()]"
    )
    assert [lowest, highest] == pytest.approx(extremes, abs=0.006)


def in_the_frame(explorer):
    return numbers(explorer.text(".gabor-answer"))[-1]
