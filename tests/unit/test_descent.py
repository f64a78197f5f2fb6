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
X = striped_image()
Y = corr2d(X, EDGE)


def test_published_losses_come_back_from_both_starts():
    for start in STARTS:
        losses = descend(X, Y, torch.tensor(start), 0.03, 10).losses
        assert [round(loss, 3) for loss in losses[1::2].tolist()] == PUBLISHED


def test_hessian_eigenvalues_and_limit_of_the_striped_picture():
    assert hessian(X, (1, 2)).tolist() == [[36, 24], [24, 36]]
    assert torch.linalg.eigvalsh(hessian(X, (1, 2))).tolist() == pytest.approx([12, 60])
    assert largest_stable_lr(X, (1, 2)) == pytest.approx(1 / 30)


def test_worst_of_200_random_starts_is_within_a_tenth():
    starts = torch.empty(200, 1, 2).uniform_(-(0.5**0.5), 0.5**0.5, generator=torch.Generator())
    worst = max(
        (descend(X, Y, start, 0.03, 10).kernels[-1] - EDGE).abs().max().item() for start in starts
    )
    assert worst < 0.1


shapes = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda n: st.tuples(st.just(n), st.tuples(st.integers(1, n[0]), st.integers(1, n[1])))
)


@settings(max_examples=15)
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


@settings(max_examples=15)
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


def test_runs_converge_below_the_limit_and_diverge_above_it():
    start = torch.tensor(STARTS[0], dtype=torch.float64)
    limit = largest_stable_lr(X, (1, 2))
    below = descend(X.double(), Y.double(), start, 0.99 * limit, 400).losses
    above = descend(X.double(), Y.double(), start, 1.01 * limit, 400).losses
    assert below[-1] < 1e-3 * below[0]
    assert above[-1] > 1e3 * above[0]
    assert largest_stable_lr(torch.zeros(4, 5), (2, 2)) == math.inf


def test_diverging_run_ends_with_its_last_finite_step():
    run = descend(X, Y, torch.tensor(STARTS[0]), 0.05, 1000)
    assert 20 < len(run.losses) == len(run.kernels) < 1000
    assert run.losses.isfinite().all()
    assert run.kernels.isfinite().all()
    # Far out only the steep direction is left, and each step multiplies its error by −2.
    assert run.losses[12] / run.losses[11] == pytest.approx(4, rel=1e-4)


def test_no_steps_give_the_start_alone():
    run = descend(X, Y, EDGE, 0.03, 0)
    assert run.kernels.shape == (1, 1, 2)
    assert run.losses.tolist() == [0]


def test_arguments_stay_unchanged():
    start = torch.tensor(STARTS[0]).requires_grad_()
    before = [tensor.detach().clone() for tensor in (X, Y, start)]
    run = descend(X, Y, start, 0.03, 3)
    run.kernels[0] += 1
    assert all(torch.equal(a, b) for a, b in zip(before, (X, Y, start), strict=True))
    assert not run.kernels.requires_grad


def test_too_large_pictures_kernels_and_numbers_are_refused():
    with pytest.raises(ValueError, match="windows"):
        hessian(torch.zeros(1, 1).expand(3000, 3000), 3)
    with pytest.raises(ValueError, match="at most 1024"):
        hessian(torch.zeros(40, 40), 33)
    with pytest.raises(ValueError, match="too large"):
        hessian(torch.full((2, 2), 1e200, dtype=torch.float64), 2)


def test_a_run_whose_arguments_do_not_match_is_refused():
    valid = {"X": X, "Y": Y, "start": torch.zeros(1, 2), "lr": 0.03, "num_steps": 3}
    wrong = [
        ("X", X.long(), "X must hold float32 or float64"),
        ("Y", torch.zeros(6, 8), r"Y has shape \(6, 8\), but .* of shape \(6, 7\)"),
        ("Y", Y.double(), "Y is torch.float64"),
        ("start", torch.zeros(7, 2), "The kernel covers"),
        ("start", torch.tensor([[1e30, 0.0]]), "loss at the start"),
        ("lr", -0.1, "lr must be"),
        ("num_steps", 10**9, "num_steps must be"),
    ]
    for name, value, sentence in wrong:
        with pytest.raises(ValueError, match=sentence):
            descend(**valid | {name: value})
    with pytest.raises(ValueError, match=r"^kernel_shape must be"):
        largest_stable_lr(X, (1.0, 2))
