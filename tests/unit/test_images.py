"""Pictures, kernels and the set-up call."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from helpers import images, installation, kernels
from helpers.installation import check_installation
from helpers.notebook import begin


@pytest.mark.parametrize("name", images.photo_names())
def test_every_photo_opens(name):
    X = images.photo(name)
    assert X.dim() == 2 and X.dtype == torch.float32
    assert 0 <= X.min() < X.max() <= 1
    assert X.std() > 0.05


def test_a_photo_has_the_size_asked_for():
    assert images.photo("rocket", size=(240, 320)).shape == (240, 320)
    assert images.photo("chelsea", size=(64, 48), colour=True).shape == (3, 64, 48)


def test_grey_weighs_red_green_and_blue_as_the_eye_does():
    red, green, blue = images.photo("coffee", size=(9, 12), colour=True)
    expected = 0.2125 * red + 0.7154 * green + 0.0721 * blue
    torch.testing.assert_close(images.photo("coffee", size=(9, 12)), expected)


def test_a_photo_may_be_changed_without_changing_the_next():
    images.photo("camera").zero_()
    assert images.photo("camera").max() > 0


@pytest.mark.parametrize("name", ["nobody", "", None, 3, ["camera"]])
def test_an_unknown_photo_names_the_known_ones(name):
    with pytest.raises(ValueError, match="must be one of astronaut, brick"):
        images.photo(name)


@pytest.mark.parametrize("size", [(0, 3), (3,), "33", (2.5, 3), (True, 3), (10**6, 3)])
def test_a_size_that_is_none(size):
    with pytest.raises(ValueError, match="size must be"):
        images.photo("camera", size=size)


def test_the_striped_picture():
    X = images.striped_image()
    assert X.shape == (6, 8)
    assert X[0].tolist() == [1, 1, 0, 0, 0, 0, 1, 1]
    assert bool((X == X[0]).all())


def test_what_the_named_kernels_promise():
    assert kernels.BOX_BLUR.sum() == pytest.approx(1)
    assert kernels.GAUSSIAN_BLUR.sum() == pytest.approx(1)
    assert kernels.SHARPEN.sum() == 1
    for name in ["EDGE", "SOBEL_X", "SOBEL_Y", "LAPLACIAN", "DIAGONAL_DOWN", "DIAGONAL_UP"]:
        assert getattr(kernels, name).sum() == 0, name
    ramp = torch.arange(7.0)
    right, down = ramp.repeat(7, 1), ramp.repeat(7, 1).T
    rising = {"SOBEL_X": right, "SOBEL_Y": down, "DIAGONAL_DOWN": right + down}
    rising["DIAGONAL_UP"] = right - down
    for name, X in rising.items():
        assert (F.conv2d(X[None, None], getattr(kernels, name)[None, None]) > 0).all(), name


@pytest.mark.parametrize("draw", [random.random, np.random.rand, lambda: torch.rand(()).item()])
def test_begin_repeats_the_same_numbers(draw):
    begin(seed=5)
    first = draw()
    begin(seed=5)
    assert draw() == first


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, 2**32])
def test_begin_wants_a_seed(seed):
    with pytest.raises(ValueError, match="seed must be"):
        begin(seed=seed)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("helpers", ["torch", "numpy", "d2l", "matplotlib", "ipywidgets"]),
        ("helpers.correlation", ["d2l", "matplotlib", "ipywidgets"]),
        ("helpers.images", ["d2l", "matplotlib", "skimage"]),
        ("helpers.exercises.chapter_02", ["d2l", "matplotlib", "ipywidgets"]),
        ("helpers.widgets.correlation_stepper", ["d2l", "matplotlib", "torchvision"]),
    ],
)
def test_a_module_loads_no_more_than_it_needs(module, absent):
    code = f"import sys, {module}; print([name for name in {absent} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_self_test_finds_everything_here(capsys):
    check_installation()
    said = capsys.readouterr().out
    assert said.endswith("Everything is here.\n") and "✗" not in said


@pytest.mark.parametrize("has_pip", [True, False])
def test_the_self_test_says_what_to_do(capsys, monkeypatch, has_pip):
    needed = {"no-such-package": "1.0", "numpy": "999", "torch": "2.6", "d2l": "999"}
    monkeypatch.setattr(installation, "_NEEDED", needed)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: has_pip or None)
    check_installation()
    said = capsys.readouterr().out
    if has_pip:
        assert '✗ no-such-package is missing: run %pip install "no-such-package>=1.0"' in said
        assert "run %pip install --no-deps d2l==1.0.3, then restart the kernel" in said
    else:  # as in the environment that uv makes
        assert "✗ no-such-package is missing: close JupyterLab, run python -m uv sync" in said
    assert "which is older than 999" in said and "✓ torch" in said
    assert said.endswith("Not everything is here: see the lines with ✗.\n")
