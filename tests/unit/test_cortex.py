"""The arithmetic of chapter 07, and what its two widgets say to Python."""

import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from helpers import gabor, kernels, natural_images, spikes
from helpers.widgets import GaborExplorer, TuningCurve


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 135])
def test_a_bar_is_itself_after_half_a_turn_and_as_bright_as_it_is_wide(angle):
    X = spikes.bar(15, angle, 3)
    torch.testing.assert_close(X, spikes.bar(15, angle + 180, 3), atol=1e-5, rtol=0)
    assert X[7, 7] == 1 and X.min() == 0
    if angle % 90 == 0:
        assert X.sum() == 3 * 15


def test_angles_count_counter_clockwise_from_the_right():
    assert spikes.edge(3, 0)[1].tolist() == [0, 0.5, 1]
    assert spikes.edge(3, 90)[:, 1].tolist() == [1, 0.5, 0]
    assert spikes.bar(5, 45)[0, 4] == 1 and spikes.bar(5, 45)[0, 0] == 0
    stripe = gabor.gabor(9, orientation=45)
    assert stripe[1, 7] > 0 > stripe[2, 2]


def test_a_gabor_function_by_hand():
    g = gabor.gabor(5, orientation=90, wavelength=4, width=2, phase=0, aspect=2)
    assert g[2, 2] == 1
    assert g[2, 3].item() == pytest.approx(0, abs=1e-6)  # a quarter of a wave to the right
    assert g[2, 4].item() == pytest.approx(-math.exp(-4 / 8))
    assert g[0, 2].item() == pytest.approx(math.exp(-((2 / 2) ** 2) / 8))


def test_at_phase_90_it_does_not_see_grey():
    for orientation in (0, 20, 75, 160):
        assert abs(gabor.gabor(25, orientation, phase=90).sum()) < 1e-4


@settings(max_examples=5)
@given(
    orientation=st.floats(0, 179.9),
    wavelength=st.floats(3.5, 8),
    width=st.floats(1.3, 2.5),
    phase=st.floats(0, 359.9),
    aspect=st.floats(0.7, 1.6),
    right=st.floats(-1.5, 1.5),
    up=st.floats(-1.5, 1.5),
)
def test_the_fit_of_a_gabor_function_is_that_function(
    orientation, wavelength, width, phase, aspect, right, up
):
    made = gabor.gabor(11, orientation, wavelength, width, phase, aspect, (right, up))
    fit = gabor.fit_gabor(3 * made[None])
    assert fit.explained.item() > 0.995
    torch.testing.assert_close(fit.kernels[0], 3 * made, atol=0.3, rtol=0)


@pytest.mark.parametrize("orientation", [0, 30, 90, 145, 179])
@pytest.mark.parametrize("phase", [0, 60, 200, 300])
def test_the_fit_returns_the_parameters(orientation, phase):
    made = gabor.gabor(13, orientation, 5.5, 1.9, phase, 1.3, (0.5, -1))
    fit = gabor.fit_gabor(made[None])
    turned = (fit.orientation.item() - orientation + 90) % 180 - 90
    assert turned == pytest.approx(0, abs=0.1)
    assert fit.wavelength.item() == pytest.approx(5.5, abs=0.02)
    assert fit.width.item() == pytest.approx(1.9, abs=0.02)
    assert fit.aspect.item() == pytest.approx(1.3, abs=0.02)
    assert fit.centre[0].tolist() == pytest.approx([0.5, -1], abs=0.02)
    # Its own numbers draw it again, strength apart.
    again = gabor.gabor(13, *(fit[i].item() for i in range(5)), tuple(fit.centre[0].tolist()))
    torch.testing.assert_close(again, made, atol=0.01, rtol=0)


def test_explained_is_one_minus_what_is_left():
    filters = torch.randn(6, 9, 9, generator=torch.Generator().manual_seed(1))
    fit = gabor.fit_gabor(filters)
    left = ((filters - fit.kernels) ** 2).sum((1, 2)) / (filters**2).sum((1, 2))
    torch.testing.assert_close(fit.explained.float(), 1 - left)
    assert fit.explained.max() < 0.6  # noise is no Gabor function


def test_a_grating_needs_a_wide_bell():
    grating = gabor.gabor(11, 30, 4, 1000)[None]
    assert gabor.fit_gabor(grating).explained < 0.8
    assert gabor.fit_gabor(grating, largest_width=11.0).explained > 0.95


def _coloured(n=2000, m=12):
    generator = torch.Generator().manual_seed(3)
    P = torch.randn(n, m, generator=generator) @ torch.randn(m, m, generator=generator)
    return P - P.mean(0)


@pytest.mark.parametrize("kept", [1, 5, 12])
def test_whitening_whitens(kept):
    P = _coloured()
    w = natural_images.whitening(P, kept)
    Z = P.double() @ w.matrix.T
    torch.testing.assert_close(Z.T @ Z / len(Z), torch.eye(kept, dtype=torch.float64))
    torch.testing.assert_close(w.components @ w.components.T, torch.eye(kept, dtype=torch.float64))
    torch.testing.assert_close((P.double() @ w.components.T).var(0, correction=0), w.variances)
    assert (w.variances.diff() <= 0).all()


def test_independent_components_are_found():
    generator = torch.Generator().manual_seed(4)
    sources = torch.rand(20_000, 4, generator=generator) ** 6  # sparse, and independent
    sources = (sources - sources.mean(0)) / sources.std(0)
    mixed = sources @ torch.randn(4, 4, generator=generator)
    mixed = mixed - mixed.mean(0)
    w = natural_images.whitening(mixed, 4)
    Z = mixed @ w.matrix.T.float()
    W = torch.eye(4)
    for _ in range(30):
        W = natural_images.independence_step(W, Z)
        torch.testing.assert_close(W @ W.T, torch.eye(4), atol=1e-5, rtol=0)
    found = torch.corrcoef(torch.cat([Z @ W.T, sources], 1).T)[:4, 4:].abs()
    assert (found.max(0).values > 0.97).all()


def test_the_average_recovers_a_kernel():
    generator = torch.Generator().manual_seed(5)
    K = torch.randn(4, 6, generator=generator)
    stimuli = torch.randn(20_000, 4, 6, generator=generator)
    counts = torch.poisson(spikes.spike_rate(K, stimuli) / K.norm(), generator=generator)
    average = spikes.spike_triggered_average(stimuli, counts)
    assert torch.corrcoef(torch.stack([average.flatten(), K.flatten()]))[0, 1] > 0.98
    whole = spikes.spike_triggered_average(stimuli, counts.long())
    torch.testing.assert_close(whole, average)


def test_patches_come_from_their_pictures():
    X, Y = torch.arange(48.0).reshape(6, 8), torch.arange(100.0, 125.0).reshape(5, 5)
    patches = natural_images.random_patches([X, Y], 3, 21, torch.Generator().manual_seed(0))
    assert patches.shape == (20, 3, 3)
    assert (patches[:10] < 48).all() and (patches[10:] >= 100).all()
    assert (patches[:10, 1, 0] - patches[:10, 0, 0] == 8).all()


def test_same_contrast():
    patches = torch.rand(7, 4, 5, generator=torch.Generator().manual_seed(0)) * 9
    patches[3] = 2
    even = natural_images.same_contrast(patches)
    torch.testing.assert_close(even.mean((1, 2)), torch.zeros(7), atol=1e-6, rtol=0)
    spread = even.std((1, 2), correction=0)
    assert spread[3] == 0
    torch.testing.assert_close(spread[:3], torch.ones(3), atol=0.01, rtol=0)


G = torch.Generator()
SQUARES = torch.rand(3, 5, 5)
BAD = [None, "3", True, [1], float("nan"), float("inf"), -1e9, 1e300, torch.ones(())]
BAD_TENSORS = [None, 3, "X", [[1.0]], torch.ones(()), torch.zeros(0, 5, 5), torch.zeros(0)]
BAD_TENSORS += [
    torch.full((3, 5, 5), math.nan),
    torch.full((3, 5), math.inf),
    torch.full((3,), math.inf),
]
BAD_TENSORS += [
    torch.ones(3, 5, 5, dtype=torch.int64).bool(),
    torch.ones(3, 5, 5, dtype=torch.cfloat),
]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_bad_numbers_get_a_sentence(bad):
    calls = [
        lambda: spikes.bar(bad, 0),
        lambda: spikes.bar(5, bad),
        lambda: spikes.edge(5, bad),
        *(
            lambda name=name: gabor.gabor(**{"size": 5, name: bad})
            for name in ["size", "orientation", "wavelength", "width", "phase", "aspect", "centre"]
        ),
        lambda: gabor.fit_gabor(SQUARES, num_steps=bad),
        lambda: natural_images.random_patches([SQUARES[0]], bad, 3, G),
        lambda: natural_images.random_patches([SQUARES[0]], 3, bad, G),
        lambda: natural_images.random_patches([SQUARES[0]], 3, 3, bad),
        lambda: natural_images.same_contrast(SQUARES, bad),
        lambda: natural_images.whitening(_coloured(), bad),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"\.$"):
            call()


@pytest.mark.parametrize("bad", BAD_TENSORS, ids=lambda bad: repr(bad)[:20])
def test_bad_tensors_get_a_sentence(bad):
    calls = [
        lambda: gabor.fit_gabor(bad),
        lambda: natural_images.random_patches(bad, 3, 3, G),
        lambda: natural_images.random_patches([bad], 3, 3, G),
        lambda: natural_images.same_contrast(bad),
        lambda: natural_images.whitening(bad, 1),
        lambda: natural_images.orthogonal(bad),
        lambda: natural_images.independence_step(bad, SQUARES[0]),
        lambda: natural_images.independence_step(SQUARES[0], bad),
        lambda: spikes.spike_triggered_average(bad, torch.ones(3)),
        lambda: spikes.spike_triggered_average(SQUARES, bad),
        lambda: spikes.spike_rate(bad, SQUARES),
        lambda: spikes.spike_rate(SQUARES[0], bad),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"\.$"):
            call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: gabor.fit_gabor(torch.zeros(1, 5, 5)),
        lambda: gabor.fit_gabor(torch.rand(1, 5, 6)),
        lambda: gabor.fit_gabor(torch.rand(1, 3, 3)),
        lambda: gabor.fit_gabor(SQUARES, largest_width=9),
        lambda: natural_images.random_patches([SQUARES[0]], 6, 3, G),
        lambda: natural_images.whitening(torch.rand(9, 3) + 5, 2),
        lambda: natural_images.whitening(torch.zeros(9, 3), 1),
        lambda: spikes.spike_triggered_average(SQUARES, torch.ones(4)),
        lambda: spikes.spike_triggered_average(SQUARES, torch.zeros(3)),
        lambda: spikes.spike_triggered_average(SQUARES, -torch.ones(3)),
        lambda: spikes.spike_rate(torch.ones(5, 4), SQUARES),
        lambda: natural_images.independence_step(torch.eye(3), torch.rand(9, 4)),
        lambda: natural_images.independence_step(torch.eye(4).double(), torch.rand(9, 4)),
    ],
)
def test_what_does_not_go_together_gets_a_sentence(call):
    with pytest.raises(ValueError, match=r"\.$"):
        call()


def test_nothing_is_changed_in_place():
    SQUARES_before = SQUARES.clone()
    natural_images.same_contrast(SQUARES)
    gabor.fit_gabor(SQUARES, num_steps=2)
    spikes.spike_triggered_average(SQUARES, torch.ones(3))
    assert torch.equal(SQUARES, SQUARES_before)
    P = _coloured()
    before = P.clone()
    natural_images.whitening(P, 3)
    assert torch.equal(P, before)


# --- the widgets, from Python -------------------------------------------------------------------


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


@pytest.mark.parametrize("angle", [-1, 181, math.nan, math.inf, "flat", None, [1]])
def test_the_angle_of_a_bar_is_from_0_to_180(angle):
    tuning = TuningCurve(torch.ones(3, 3), "bar")
    with pytest.raises(TraitError):
        tuning.angle = angle
    assert tuning.angle == 0


BAD_KERNELS = [None, "K", 3, [], [[1, 2]], torch.ones(0, 3, 3), torch.ones(17, 3, 3)]
BAD_KERNELS += [
    torch.ones(33, 33),
    torch.full((3, 3), math.nan),
    torch.ones(2, 2, 3),
    [[1], [2, 3]],
]
BAD_KERNELS += [torch.ones(3, 3, dtype=torch.cfloat), {}, object]


@pytest.mark.parametrize("bad", BAD_KERNELS, ids=lambda bad: repr(bad)[:20])
def test_bad_kernels_get_a_sentence(bad):
    with pytest.raises(ValueError, match=r"\.$"):
        TuningCurve(bad)


@pytest.mark.parametrize("options", [{"stimulus": "dot"}, {"stimulus": None}, {"record": 1}])
def test_bad_options_get_a_sentence(options):
    with pytest.raises(ValueError, match=r"\.$"):
        TuningCurve(torch.ones(3, 3), **options)


def test_the_explorer_holds_a_gabor_function():
    explorer = GaborExplorer(orientation=30, phase=90)
    explorer.wavelength, explorer.aspect = 5, 1.5
    expected = gabor.gabor(25, 30, 5, 2, 90, 1.5)
    assert torch.equal(explorer.kernel, expected)
    names = list(inspect.signature(GaborExplorer.__init__).parameters)[1:]
    assert [getattr(explorer, name) for name in names] == [30, 5, 2, 90, 1.5]


@pytest.mark.parametrize("name", ["orientation", "wavelength", "width", "phase", "aspect"])
@pytest.mark.parametrize("bad", [-1, 1000, math.nan, math.inf, None, "wide", [1]])
def test_the_explorers_numbers_stay_in_their_ranges(name, bad):
    explorer = GaborExplorer()
    before = getattr(explorer, name)
    with pytest.raises(TraitError):
        setattr(explorer, name, bad)
    assert getattr(explorer, name) == before
    with pytest.raises(TraitError):
        GaborExplorer(**{name: bad})
