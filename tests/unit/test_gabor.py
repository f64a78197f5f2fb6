"""Gabor functions: their values, and the fit that finds them again."""

import math

import pytest
import torch

from helpers.gabor import fit_gabor, gabor


def test_a_gabor_function_has_the_values_worked_out_by_hand():
    G = gabor(5, orientation=90, wavelength=4, width=2, phase=0, aspect=2)
    assert G[2, 2] == 1
    assert G[2, 3].item() == pytest.approx(0, abs=1e-6)  # a quarter of a wave to the right
    assert G[2, 4].item() == pytest.approx(-math.exp(-4 / 8))
    assert G[0, 2].item() == pytest.approx(math.exp(-((2 / 2) ** 2) / 8))


def test_its_stripes_turn_counter_clockwise_and_its_centre_moves_right_and_up():
    stripes = gabor(9, orientation=45)
    assert stripes[1, 7] > 0 > stripes[2, 2]
    moved = gabor(9, centre=(2, 3))
    assert moved.argmax() == 1 * 9 + 6


def test_at_phase_90_it_does_not_respond_to_grey():
    for orientation in (0, 20, 75, 160):
        assert abs(gabor(25, orientation, phase=90).sum()) < 1e-4


def test_the_fit_returns_the_parameters():
    parameters = [(o, p) for o in (0, 30, 90, 145, 179) for p in (0, 60, 200, 300)]
    made = torch.stack([gabor(13, o, 5.5, 1.9, p, 1.3, (0.5, -1)) for o, p in parameters])
    fit = fit_gabor(made)
    turned = fit.orientation - torch.tensor([o for o, _ in parameters])
    assert ((turned + 90) % 180 - 90).abs().max() < 0.1
    for found, expected in [(fit.wavelength, 5.5), (fit.width, 1.9), (fit.aspect, 1.3)]:
        assert (found - expected).abs().max() < 0.02
    assert (fit.centre - torch.tensor([0.5, -1])).abs().max() < 0.02
    # Its own numbers draw it again, apart from its amplitude.
    for n, X in enumerate(made):
        again = gabor(13, *(fit[i][n].item() for i in range(5)), tuple(fit.centre[n].tolist()))
        torch.testing.assert_close(again, X, atol=0.01, rtol=0)


def test_the_fit_of_a_gabor_function_is_that_function():
    generator = torch.Generator().manual_seed(2)
    low = torch.tensor([0, 3.5, 1.3, 0, 0.7, -1.5, -1.5])
    high = torch.tensor([180, 8, 2.5, 360, 1.6, 1.5, 1.5])
    made = []
    for numbers in low + torch.rand(60, 7, generator=generator) * (high - low):
        *parameters, right, up = numbers.tolist()
        made.append(3 * gabor(11, *parameters, (right, up)))
    fit = fit_gabor(torch.stack(made))
    assert fit.explained.min() > 0.995
    torch.testing.assert_close(fit.kernels, torch.stack(made), atol=0.3, rtol=0)


def test_explained_is_one_minus_what_is_left():
    filters = torch.randn(6, 9, 9, generator=torch.Generator().manual_seed(1))
    before = filters.clone()
    fit = fit_gabor(filters)
    left = ((filters - fit.kernels) ** 2).sum((1, 2)) / (filters**2).sum((1, 2))
    torch.testing.assert_close(fit.explained.float(), 1 - left)
    assert fit.explained.max() < 0.6  # noise is no Gabor function
    assert torch.equal(filters, before)


def test_a_grating_needs_a_wide_bell():
    grating = gabor(11, 30, 4, 1000)[None]
    assert fit_gabor(grating).explained < 0.8
    assert fit_gabor(grating, largest_width=11.0).explained > 0.95


def test_filters_that_cannot_be_fitted_are_refused():
    squares = torch.rand(1, 5, 5)
    for filters, options, sentence in [
        (torch.zeros(1, 5, 5), {}, "zero everywhere"),
        (torch.rand(1, 5, 6), {}, "squares of side 4 to 64"),
        (torch.rand(1, 3, 3), {}, "squares of side 4 to 64"),
        (squares[0], {}, "filters must be a stack"),
        (squares, {"largest_width": 9}, "largest_width must be a number from 0.6 to 5"),
        (squares, {"num_steps": 0}, "num_steps must be"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            fit_gabor(filters, **options)
