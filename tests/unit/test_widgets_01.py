"""What the widgets of chapter 01 say to Python; tests/browser looks at the page."""

import pytest
import torch
from traitlets import TraitError

from helpers.correlation import corr2d, correlation_matrix
from helpers.widgets import DenseToConvolution, EquivarianceMeter, ParameterCount


@pytest.mark.parametrize("k_h", [1, 2, 3])
@pytest.mark.parametrize("k_w", [1, 2, 3])
def test_the_matrix_ends_as_a_correlation(k_h, k_w):
    demo = DenseToConvolution(stage=2)
    demo.view.k_h, demo.view.k_w = k_h, k_w
    assert torch.equal(demo.matrix, correlation_matrix(demo.K, (6, 8)))
    torch.testing.assert_close(demo.Y, corr2d(demo.X, demo.K))


@pytest.mark.parametrize(
    ("stage", "weights", "different"), [(0, 2016, 2016), (0.5, 2016, 2016), (1, 84, 84), (2, 84, 2)]
)
def test_two_cuts_leave_84_and_2_weights(stage, weights, different):
    kept = DenseToConvolution(stage).matrix
    kept = kept[kept != 0]
    assert (len(kept), len(kept.unique())) == (weights, different)


@pytest.mark.parametrize("stage", [-0.1, 2.1, float("nan"), float("inf"), "dense", None, [1]])
def test_a_stage_is_a_number_from_0_to_2(stage):
    with pytest.raises(TraitError):
        DenseToConvolution(stage)


def test_a_shift_moves_the_inside_exactly_and_the_padded_border_not():
    meter = EquivarianceMeter("camera")
    meter.view.shift_right, meter.view.shift_down = -5, 7
    assert meter.largest_difference() == {"inside": 0, "border": None}
    meter.view.padded = True
    largest = meter.largest_difference()
    assert largest["inside"] == 0 and largest["border"] > 0.1


@pytest.mark.parametrize("stride", [2, 3])
def test_at_a_stride_only_its_multiples_are_exact(stride):
    meter = EquivarianceMeter()
    meter.view.stride = stride
    for shift in range(-9, 10):
        meter.view.shift_right = shift
        assert (meter.largest_difference()["inside"] == 0) == (shift % stride == 0)


def test_there_is_no_such_photo():
    with pytest.raises(ValueError, match=r"one of .* but is 'dog'"):
        EquivarianceMeter("dog")


def test_the_bill_of_the_chapter():
    assert ParameterCount().counts["dense"] == (3 * 10**9, 1000)
    assert ParameterCount(28, 1, 1, 3).counts["convolution"] == (9, 1)


@pytest.mark.parametrize("side", [0, 15, 2001, 28.5, "28", None])
def test_a_side_is_a_whole_number_in_range(side):
    with pytest.raises(TraitError):
        ParameterCount(side=side)
