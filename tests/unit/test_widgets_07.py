"""What the widgets of chapter 07 say to Python."""

import inspect
import math

import pytest
import torch
from traitlets import TraitError

from helpers import gabor, kernels, spikes
from helpers.widgets import GaborExplorer, TuningCurve


def test_sobel_prefers_edges_that_are_bright_on_the_right():
    tuning = TuningCurve(kernels.SOBEL_X)
    assert tuning.responses.tolist() == [4.0]
    tuning.angle = 180
    assert tuning.responses.tolist() == [-4.0]
    angles, responses = tuning.curve()
    assert angles.tolist() == list(range(0, 360, 5)) and responses.shape == (72, 1)
    assert angles[responses[:, 0].argmax()] in (0, 20, 25, 335, 340)


def test_a_recording_keeps_the_angles_visited():
    tuning = TuningCurve(spikes.hidden_kernel(), "bar", angle=10, record=True)
    for angle in (125, 30, 125):
        tuning.angle = angle
    angles, responses = tuning.curve()
    assert angles.tolist() == [10, 30, 125]
    assert responses[:, 0].argmax() == 2
    assert tuning.responses == responses[2]


def test_the_hidden_cell_prefers_what_the_exercise_says():
    angles, responses = TuningCurve(spikes.hidden_kernel(), "bar").curve()
    assert angles[responses[:, 0].argmax()] == 125


def test_the_angle_of_a_bar_is_from_0_to_180():
    tuning = TuningCurve(torch.ones(3, 3), "bar")
    for angle in (-1, 181, math.nan, "flat", None):
        with pytest.raises(TraitError):
            tuning.angle = angle
        assert tuning.angle == 0


def test_kernels_and_options_that_are_wrong_get_a_sentence():
    for wrong in (None, [[1], [2, 3]], torch.ones(33, 33), torch.ones(17, 3, 3)):
        with pytest.raises(ValueError, match=r"kernels.*\.$"):
            TuningCurve(wrong)
    for options in ({"stimulus": "dot"}, {"stimulus": None}, {"record": 1}):
        with pytest.raises(ValueError, match=rf"^{next(iter(options))} must be .*\.$"):
            TuningCurve(torch.ones(3, 3), **options)


def test_the_explorer_holds_a_gabor_function():
    explorer = GaborExplorer(orientation=30, phase=90)
    explorer.wavelength, explorer.aspect = 5, 1.5
    expected = gabor.gabor(25, 30, 5, 2, 90, 1.5)
    assert torch.equal(explorer.kernel, expected)
    names = list(inspect.signature(GaborExplorer.__init__).parameters)[1:]
    assert [getattr(explorer, name) for name in names] == [30, 5, 2, 90, 1.5]


def test_the_explorer_s_numbers_stay_in_their_ranges():
    explorer = GaborExplorer()
    for name in ("orientation", "wavelength", "width", "phase", "aspect"):
        before = getattr(explorer, name)
        for wrong in (-1, 1000, math.nan, None, "wide"):
            with pytest.raises(TraitError):
                setattr(explorer, name, wrong)
            with pytest.raises(TraitError):
                GaborExplorer(**{name: wrong})
        assert getattr(explorer, name) == before
