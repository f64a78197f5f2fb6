"""What the widgets say to Python: their results are torch's, and what is wrong is refused."""

import inspect
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from helpers import gabor, kernels, spikes
from helpers.correlation import corr2d, correlation_matrix
from helpers.images import photo, striped_image
from helpers.widgets import (
    DenseToConvolution,
    EquivarianceMeter,
    GaborExplorer,
    KernelStudio,
    ParameterCount,
    TargetGame,
    TuningCurve,
)
from helpers.widgets.kernel_studio import PHOTOS, PRESETS
from helpers.widgets.target_game import LEVELS, match


def conv2d(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]


# --- from dense to convolution, and what it costs -------------------------------------------------


def test_the_matrix_ends_as_a_correlation():
    demo = DenseToConvolution(stage=2)
    for k_h, k_w in [(1, 1), (1, 2), (3, 1), (2, 3), (3, 3)]:
        demo.view.k_h, demo.view.k_w = k_h, k_w
        assert torch.equal(demo.matrix, correlation_matrix(demo.K, (6, 8))), (k_h, k_w)
        torch.testing.assert_close(demo.Y, corr2d(demo.X, demo.K))


def test_two_cuts_leave_84_and_2_weights():
    for stage, weights, different in [(0, 2016, 2016), (0.5, 2016, 2016), (1, 84, 84), (2, 84, 2)]:
        kept = DenseToConvolution(stage).matrix
        kept = kept[kept != 0]
        assert (len(kept), len(kept.unique())) == (weights, different)


def test_the_counts_are_those_of_chapter_01():
    assert ParameterCount().counts["dense"] == (3 * 10**9, 1000)
    assert ParameterCount(28, 1, 1, 3).counts["convolution"] == (9, 1)


def test_numbers_outside_their_range_are_refused():
    for stage in (-0.1, 2.1, math.nan, math.inf, "dense", None, [1]):
        with pytest.raises(TraitError, match=r"^stage must be a number from 0.0 to 2.0"):
            DenseToConvolution(stage)
    for side in (0, 15, 2001, 28.5, "28", None):
        with pytest.raises(TraitError, match=r"^side must be a whole number from 16 to 2000"):
            ParameterCount(side=side)


# --- the equivariance meter -----------------------------------------------------------------------


def test_a_shift_moves_the_inside_exactly_and_the_padded_border_not():
    meter = EquivarianceMeter("camera")
    meter.view.shift_right, meter.view.shift_down = -5, 7
    assert meter.largest_difference() == {"inside": 0, "border": None}
    meter.view.padded = True
    largest = meter.largest_difference()
    assert largest["inside"] == 0 and largest["border"] > 0.1


def test_at_a_stride_only_its_multiples_are_exact():
    meter = EquivarianceMeter()
    for stride in (2, 3):
        meter.view.stride = stride
        for shift in range(-9, 10):
            meter.view.shift_right = shift
            is_exact = meter.largest_difference()["inside"] == 0
            assert is_exact == (shift % stride == 0), (stride, shift)


def test_a_photo_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"one of .* but is 'dog'"):
        EquivarianceMeter("dog")


# --- the kernel studio ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def studio():
    return KernelStudio()


def test_the_studio_starts_with_sobel_on_a_photo_of_320_by_240():
    studio = KernelStudio()
    assert torch.equal(studio.kernel, kernels.SOBEL_X)
    assert torch.equal(studio.input, photo(PHOTOS[0], size=(240, 320)))
    assert repr(studio) == "KernelStudio()"


def test_its_output_is_what_torch_computes(studio):
    for X in [*PHOTOS, "striped", torch.rand(7, 11)]:
        studio.input, studio.kernel = X, torch.randn(3, 3)
        torch.testing.assert_close(studio.output, conv2d(studio.input, studio.kernel))


def test_a_kernel_is_taken_in_any_form(studio):
    for K in [
        [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        np.eye(3),
        torch.eye(3, dtype=torch.float64),
        torch.full((3, 3), 1 / 9, requires_grad=True),
        torch.tensor([[-8.999, 0, 0], [0, 0, 0], [0, 0, 9]]),
    ]:
        studio.kernel = K
        expected = torch.as_tensor(K, dtype=torch.float32).detach()
        torch.testing.assert_close(studio.kernel, expected)


def test_invalid_kernel_is_rejected_and_last_one_kept(studio):
    studio.kernel = kernels.EMBOSS
    for K in [
        None, True, 3, "Sobel", {}, [], [[]], [1, 2, 3], [[1, -1]], torch.zeros(3, 3, 1),
        torch.zeros(4, 4), [[1, 2], [3]], [[math.nan] * 3] * 3, [[math.inf] * 3] * 3,
        torch.full((3, 3), 9.01), [["a"] * 3] * 3,
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=r"^kernel must [^\n]*\.$"):
            studio.kernel = K
        assert torch.equal(studio.kernel, kernels.EMBOSS)
    for weight in (math.nan, math.inf, None, "1"):
        with pytest.raises(TraitError):
            studio.view.k_1_1 = weight


def test_invalid_picture_is_rejected_and_last_one_kept(studio):
    studio.input = "coins"
    for X in [
        None, False, 5, "dog", {}, [[]], torch.zeros(2, 5), torch.zeros(5, 2), torch.zeros(3, 4, 4),
        torch.zeros(481, 640), torch.full((4, 4), math.nan), torch.full((4, 4), -1001.0),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=r"^[^\n]*\.$"):
            studio.input = X
        assert torch.equal(studio.input, photo("coins", size=(240, 320)))


def test_a_picture_is_copied_when_it_is_set_and_when_it_is_read(studio):
    X = torch.rand(5, 6)
    for given, expected in [(X, X.clone()), ("coins", photo("coins", size=(240, 320)))]:
        studio.input = given
        studio.input.zero_()
        X.zero_()
        assert torch.equal(studio.input, expected)


def test_a_map_that_the_browser_drew_for_another_kernel_is_not_shown(studio):
    studio.input, studio.kernel = "coins", kernels.SOBEL_Y
    view = studio.view
    drawn = torch.full((238, 318), 7.0)
    view.drawn = drawn.numpy().tobytes()
    view.drawn_for = [view.source, view.own_count, *studio._weights()]
    assert torch.equal(studio.output, drawn)  # this is the browser's own
    studio.kernel = kernels.SOBEL_X
    torch.testing.assert_close(studio.output, conv2d(studio.input, kernels.SOBEL_X))


def test_presets_are_the_kernels_of_the_course():
    assert len(PRESETS) == 10 and PRESETS["Your own"] is None
    ours = [K for K in vars(kernels).values() if isinstance(K, torch.Tensor) and K.numel() == 9]
    for name, K in list(PRESETS.items())[1:]:
        assert any(torch.equal(K, one) for one in ours), name


# --- the target game ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def game():
    return TargetGame()


def test_every_level_is_won_by_its_kernel_and_by_sliders_alone(game):
    slider = game._sliders[0]
    for level, (title, _, K, _) in enumerate(LEVELS, 1):
        game.level, game.kernel = level, K
        assert game.score == 100, title
        assert bool((K.abs() <= slider.max).all()), title
        assert torch.equal(K / slider.step, (K / slider.step).round()), title
        # One step of one slider away it is not won, or that kernel gives the same map.
        for n in range(9):
            other = K.clone()
            other.view(-1)[n] += slider.step
            game.kernel = other
            assert (game.score == 100) == torch.equal(game.output, game.target), title


def test_there_are_at_least_five_levels_and_none_begins_won(game):
    assert len(LEVELS) >= 5
    game.kernel = torch.zeros(3, 3)
    for level in range(1, len(LEVELS) + 1):
        game.level = level
        assert game.score == 0


def test_many_kernels_win_on_the_stripes(game):
    game.level = 3
    for _ in range(20):
        K = torch.randn(3, 3)
        K[2] = torch.tensor([1.0, -1, 0]) - K[0] - K[1]  # only the sum of each column matters
        game.kernel = K
        assert game.score == 100
    game.kernel = torch.tensor([[0.0, 0, 0], [-1, 1, 0], [0, 0, 0]])
    assert game.score == 0


def test_the_score_falls_with_distance():
    target = conv2d(striped_image(), kernels.SOBEL_X)
    scores = [match(target * (1 + off), target) for off in (0, 0.005, 0.02, 0.3, 0.7, 1, 5)]
    assert scores == [100, 100, 98, 70, 30, 0, 0]
    with pytest.raises(ValueError, match="cannot be compared"):
        match(target[1:], target)


def test_a_level_that_is_not_there_is_refused(game):
    for level in (0, len(LEVELS) + 1, 1.0, True, None, "1", [1]):
        with pytest.raises(ValueError, match=r"^level must be "):
            game.level = level
        with pytest.raises(ValueError, match=r"^level must be "):
            TargetGame(level=level)


# --- tuning curve and Gabor explorer ------------------------------------------------------------


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
