"""What the kernel studio and the target game say to Python; tests/browser sees the page."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from helpers import kernels
from helpers.images import photo, striped_image
from helpers.widgets import KernelStudio, TargetGame
from helpers.widgets.kernel_studio import PHOTOS, PRESETS
from helpers.widgets.target_game import LEVELS, match


def conv2d(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]


@pytest.fixture(scope="module")
def studio():
    return KernelStudio()


@pytest.fixture(scope="module")
def game():
    return TargetGame()


def test_it_starts_with_sobel_on_a_photo_of_320_by_240():
    studio = KernelStudio()
    assert torch.equal(studio.kernel, kernels.SOBEL_X)
    assert torch.equal(studio.input, photo(PHOTOS[0], size=(240, 320)))
    assert repr(studio) == "KernelStudio()"


@pytest.mark.parametrize("name", [*PHOTOS, "striped"])
def test_output_is_what_torch_computes(studio, name):
    studio.input = name
    studio.kernel = torch.randn(3, 3)
    torch.testing.assert_close(studio.output, conv2d(studio.input, studio.kernel))


@pytest.mark.parametrize(
    "K",
    [
        [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        np.eye(3),
        torch.eye(3, dtype=torch.float64),
        torch.full((3, 3), 1 / 9, requires_grad=True),
        torch.tensor([[-8.999, 0, 0], [0, 0, 0], [0, 0, 9]]),
    ],
)
def test_a_kernel_that_is_set_is_read_again(studio, K):
    studio.kernel = K
    expected = torch.as_tensor(K, dtype=torch.float32)
    torch.testing.assert_close(studio.kernel, expected.detach())


@pytest.mark.parametrize(
    "K",
    [
        None, True, 3, "Sobel", {}, [], [[]], [1, 2, 3], [[1, -1]], torch.zeros(3, 3, 1),
        torch.zeros(4, 4), [[1, 2], [3]], [[float("nan")] * 3] * 3, [[float("inf")] * 3] * 3,
        torch.full((3, 3), 9.01), [["a"] * 3] * 3,
    ],
)  # fmt: skip
def test_a_kernel_that_is_none_is_refused_and_the_last_one_stays(studio, K):
    studio.kernel = kernels.EMBOSS
    with pytest.raises(ValueError, match=r"^kernel must [^\n]*\.$"):
        studio.kernel = K
    assert torch.equal(studio.kernel, kernels.EMBOSS)
    with pytest.raises(ValueError, match=r"^kernel must "):
        KernelStudio(kernel=[[1, -1]] if K is None else K)


@pytest.mark.parametrize(
    "X",
    [
        None, False, 5, "dog", {}, [[]], torch.zeros(2, 5), torch.zeros(5, 2), torch.zeros(3, 4, 4),
        torch.zeros(481, 640), torch.full((4, 4), float("nan")), torch.full((4, 4), -1001.0),
    ],
)  # fmt: skip
def test_a_picture_that_is_none_is_refused_and_the_last_one_stays(studio, X):
    studio.input = "coins"
    with pytest.raises(ValueError, match=r"^[^\n]*\.$"):
        studio.input = X
    assert torch.equal(studio.input, photo("coins", size=(240, 320)))


def test_your_own_picture_from_python(studio):
    X = torch.rand(7, 11)
    before = X.clone()
    studio.input = X
    assert torch.equal(studio.input, X) and torch.equal(X, before)
    torch.testing.assert_close(studio.output, conv2d(X, studio.kernel))


@pytest.mark.parametrize("X", ["coins", torch.rand(5, 6)], ids=["photo", "own picture"])
def test_input_is_a_copy(studio, X):
    studio.input = X
    before = studio.input.clone()
    studio.input.zero_()
    assert torch.equal(studio.input, before)


def test_a_stale_map_from_the_browser_is_not_shown(studio):
    studio.input, studio.kernel = "coins", kernels.SOBEL_Y
    p = studio.view
    drawn = torch.full((238, 318), 7.0)
    p.drawn, p.drawn_for = drawn.numpy().tobytes(), [p.source, p.own_count, *studio._weights()]
    assert torch.equal(studio.output, drawn)  # this is the browser's own
    studio.kernel = kernels.SOBEL_X
    torch.testing.assert_close(studio.output, conv2d(studio.input, kernels.SOBEL_X))


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), None, "1"])
def test_weights_are_finite_numbers(studio, weight):
    with pytest.raises(TraitError):
        studio.view.k_1_1 = weight


def test_presets_are_the_kernels_of_the_course():
    names = list(PRESETS)
    assert len(names) == 10 and PRESETS["Your own"] is None
    for name, K in list(PRESETS.items())[1:]:
        assert K.shape == (3, 3), name


# --- the game -----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", range(1, len(LEVELS) + 1))
def test_every_level_is_won_by_its_kernel_and_by_sliders_alone(game, level):
    game.level = level
    K = LEVELS[level - 1][2]
    game.kernel = K
    assert game.score == 100
    slider = game._sliders[0]
    assert bool((K.abs() <= slider.max).all())
    assert torch.equal(K / slider.step, (K / slider.step).round())
    # One step of one slider away it is not won, or that kernel gives the same map.
    for n in range(9):
        other = K.clone()
        other.view(-1)[n] += slider.step
        game.kernel = other
        assert (game.score == 100) == torch.equal(game.output, game.target)


def test_there_are_at_least_five_levels_and_none_begins_solved(game):
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


@pytest.mark.parametrize("level", [0, len(LEVELS) + 1, 1.0, True, None, "1", [1]])
def test_there_is_no_such_level(game, level):
    with pytest.raises(ValueError, match=r"^level must be from 1 to"):
        game.level = level
    with pytest.raises(ValueError, match=r"^level must be from 1 to"):
        TargetGame(level=level)
