"""The arithmetic of chapter 05 against autograd, torch.optim and the published losses."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from helpers.correlation import corr2d
from helpers.descent import descend, hessian, largest_stable_lr
from helpers.images import striped_image
from helpers.kernels import EDGE

PUBLISHED = [6.645, 1.649, 0.496, 0.173, 0.066]
STARTS = [[[0.29002, 0.18979]], [[-0.18979, -0.29002]]]


@pytest.fixture
def X():
    return striped_image()


@pytest.fixture
def Y(X):
    return corr2d(X, EDGE)


@pytest.mark.parametrize("start", STARTS)
def test_published_losses_come_back_from_both_starts(X, Y, start):
    losses = descend(X, Y, torch.tensor(start), 0.03, 10).losses
    assert [round(loss, 3) for loss in losses[1::2].tolist()] == PUBLISHED


def test_hessian_eigenvalues_and_limit_of_the_striped_picture(X):
    assert hessian(X, (1, 2)).tolist() == [[36, 24], [24, 36]]
    assert torch.linalg.eigvalsh(hessian(X, (1, 2))).tolist() == pytest.approx([12, 60])
    assert largest_stable_lr(X, (1, 2)) == pytest.approx(1 / 30)


def test_worst_of_200_random_starts_is_within_a_tenth(X, Y):
    starts = torch.empty(200, 1, 2).uniform_(-(0.5**0.5), 0.5**0.5, generator=torch.Generator())
    worst = max(
        (descend(X, Y, start, 0.03, 10).kernels[-1] - EDGE).abs().max().item() for start in starts
    )
    assert worst < 0.1


shapes = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda n: st.tuples(st.just(n), st.tuples(st.integers(1, n[0]), st.integers(1, n[1])))
)


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(0, 2**31))
def test_hessian_is_what_autograd_finds(shape, seed):
    picture, kernel = shape
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(picture, generator=generator, dtype=torch.float64)
    K = torch.randn(kernel, generator=generator, dtype=torch.float64)
    Y = torch.randn(corr2d(X, K).shape, generator=generator, dtype=torch.float64)

    def loss(k):
        return ((F.conv2d(X[None, None], k.reshape(1, 1, *kernel))[0, 0] - Y) ** 2).sum()

    expected = torch.autograd.functional.hessian(loss, K.reshape(-1))
    assert torch.allclose(hessian(X, kernel), expected, atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(0, 2**31))
def test_descend_takes_the_steps_of_torch_sgd(shape, seed):
    picture, kernel = shape
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(picture, generator=generator, dtype=torch.float64)
    K = torch.randn(kernel, generator=generator, dtype=torch.float64)
    Y = torch.randn(corr2d(X, K).shape, generator=generator, dtype=torch.float64)
    lr = 0.7 * largest_stable_lr(X, kernel)
    run = descend(X, Y, K, lr, 6)

    weight = K[None, None].clone().requires_grad_()
    optimizer = torch.optim.SGD([weight], lr=lr)
    for kernel_now, loss_now in zip(run.kernels, run.losses, strict=True):
        loss = ((F.conv2d(X[None, None], weight)[0, 0] - Y) ** 2).sum()
        assert torch.allclose(weight[0, 0], kernel_now)
        assert torch.allclose(loss, loss_now)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_limit_divides_runs_that_settle_from_runs_that_grow(X, Y):
    start = torch.tensor(STARTS[0], dtype=torch.float64)
    limit = largest_stable_lr(X, (1, 2))
    below = descend(X.double(), Y.double(), start, 0.99 * limit, 400).losses
    above = descend(X.double(), Y.double(), start, 1.01 * limit, 400).losses
    assert below[-1] < 1e-3 * below[0]
    assert above[-1] > 1e3 * above[0]


def test_diverging_run_ends_with_its_last_finite_step(X, Y):
    run = descend(X, Y, torch.tensor(STARTS[0]), 0.05, 1000)
    assert 20 < len(run.losses) == len(run.kernels) < 1000
    assert run.losses.isfinite().all()
    assert run.kernels.isfinite().all()
    # far out only the steep direction is left, and its error is multiplied by −2 a step
    assert run.losses[12] / run.losses[11] == pytest.approx(4, rel=1e-4)


def test_no_steps_give_the_start_alone(X, Y):
    run = descend(X, Y, EDGE, 0.03, 0)
    assert run.kernels.shape == (1, 1, 2)
    assert run.losses.tolist() == [0]


def test_arguments_stay_as_they_were(X, Y):
    start = torch.tensor(STARTS[0]).requires_grad_()
    before = [tensor.detach().clone() for tensor in (X, Y, start)]
    run = descend(X, Y, start, 0.03, 3)
    run.kernels[0] += 1
    assert all(torch.equal(a, b) for a, b in zip(before, (X, Y, start), strict=True))
    assert not run.kernels.requires_grad


def test_black_picture_allows_every_learning_rate():
    assert largest_stable_lr(torch.zeros(4, 5), (2, 2)) == math.inf


BAD_PICTURES = [
    None,
    True,
    "X",
    [[1.0, 2.0]],
    torch.ones(6, 8, dtype=torch.int64),
    torch.ones(6, 8, dtype=torch.float16),
    torch.ones(6, 8, dtype=torch.bool),
    torch.ones(6, 8, dtype=torch.complex64),
    torch.ones(8),
    torch.ones(1, 6, 8),
    torch.ones(0, 8),
    torch.full((6, 8), math.nan),
    torch.full((6, 8), math.inf),
]


@pytest.mark.parametrize("bad", BAD_PICTURES, ids=lambda bad: repr(bad)[:30])
@pytest.mark.parametrize("function", [hessian, largest_stable_lr])
def test_bad_picture_is_refused_with_a_sentence(function, bad):
    with pytest.raises(ValueError, match=r"^X .*\.$"):
        function(bad, (1, 2))


@pytest.mark.parametrize(
    "bad", [None, True, "12", 0, -1, (1,), (1, 2, 3), (1.0, 2), (7, 2), (1, 9)]
)
def test_bad_kernel_shape_is_refused(X, bad):
    for function in (hessian, largest_stable_lr):
        with pytest.raises(ValueError):
            function(X, bad)


def test_too_large_pictures_kernels_and_numbers_are_refused():
    with pytest.raises(ValueError, match="windows"):
        hessian(torch.zeros(1, 1).expand(20000, 20000), 3)
    with pytest.raises(ValueError, match="at most 1024"):
        hessian(torch.zeros(40, 40), 33)
    with pytest.raises(ValueError, match="too large"):
        hessian(torch.full((2, 2), 1e200, dtype=torch.float64), 2)


GOOD = {"start": torch.zeros(1, 2), "lr": 0.03, "num_steps": 3}


@pytest.mark.parametrize(
    "bad",
    [
        *({"X": X} for X in BAD_PICTURES),
        *({"Y": Y} for Y in [None, torch.zeros(6, 8), torch.zeros(6, 7).double()]),
        *({"start": K} for K in [None, torch.zeros(2), torch.zeros(7, 2), torch.zeros(2, 2)]),
        *({"start": torch.tensor([[bad, 0.0]])} for bad in [math.nan, math.inf, 1e30]),
        *({"lr": lr} for lr in [None, True, "0.03", -0.1, math.nan, math.inf, 1j, [0.1]]),
        *({"num_steps": n} for n in [None, True, "3", -1, 2.0, 10**9]),
    ],
    ids=lambda bad: repr(bad)[:40],
)
def test_bad_run_is_refused_with_a_sentence(X, Y, bad):
    with pytest.raises(ValueError, match=r"\.$"):
        descend(**({"X": X, "Y": Y} | GOOD | bad))
