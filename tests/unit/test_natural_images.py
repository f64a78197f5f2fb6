"""Patches, whitening and independent components."""

import pytest
import torch

from helpers.natural_images import (
    independence_step,
    orthogonal,
    random_patches,
    same_contrast,
    whitening,
)


def correlated(n=2000, m=12):
    generator = torch.Generator().manual_seed(3)
    P = torch.randn(n, m, generator=generator) @ torch.randn(m, m, generator=generator)
    return P - P.mean(0)


def test_patches_come_from_their_pictures():
    X, Y = torch.arange(48.0).reshape(6, 8), torch.arange(100.0, 125.0).reshape(5, 5)
    patches = random_patches([X, Y], 3, 21, torch.Generator().manual_seed(0))
    assert patches.shape == (20, 3, 3)
    assert (patches[:10] < 48).all() and (patches[10:] >= 100).all()
    assert (patches[:10, 1, 0] - patches[:10, 0, 0] == 8).all()


def test_same_contrast_gives_mean_0_and_spread_1_and_leaves_flat_patches_flat():
    patches = torch.rand(7, 4, 5, generator=torch.Generator().manual_seed(0)) * 9
    patches[3] = 2
    before = patches.clone()
    even = same_contrast(patches)
    torch.testing.assert_close(even.mean((1, 2)), torch.zeros(7), atol=1e-6, rtol=0)
    spread = even.std((1, 2), correction=0)
    assert spread[3] == 0
    torch.testing.assert_close(spread[:3], torch.ones(3), atol=0.01, rtol=0)
    assert torch.equal(patches, before)


def test_whitening_whitens():
    P = correlated()
    before = P.clone()
    for kept in (1, 5, 12):
        w = whitening(P, kept)
        Z, eye = P.double() @ w.matrix.T, torch.eye(kept, dtype=torch.float64)
        torch.testing.assert_close(Z.T @ Z / len(Z), eye)
        torch.testing.assert_close(w.components @ w.components.T, eye)
        torch.testing.assert_close((P.double() @ w.components.T).var(0, correction=0), w.variances)
        assert (w.variances.diff() <= 0).all()
    assert torch.equal(P, before)


def test_independent_components_are_found():
    generator = torch.Generator().manual_seed(4)
    sources = torch.rand(20_000, 4, generator=generator) ** 6  # sparse, and independent
    sources = (sources - sources.mean(0)) / sources.std(0)
    mixed = sources @ torch.randn(4, 4, generator=generator)
    mixed = mixed - mixed.mean(0)
    Z = mixed @ whitening(mixed, 4).matrix.T.float()
    W = torch.eye(4)
    for _ in range(30):
        W = independence_step(W, Z)
        torch.testing.assert_close(W @ W.T, torch.eye(4), atol=1e-5, rtol=0)
    found = torch.corrcoef(torch.cat([Z @ W.T, sources], 1).T)[:4, 4:].abs()
    assert (found.max(0).values > 0.97).all()


def test_the_nearest_orthogonal_matrix_is_orthogonal_and_near():
    W = torch.randn(5, 5, generator=torch.Generator().manual_seed(6))
    Q = orthogonal(W)
    torch.testing.assert_close(Q @ Q.T, torch.eye(5), atol=1e-5, rtol=0)
    torch.testing.assert_close(orthogonal(Q), Q, atol=1e-5, rtol=0)
    P = W @ Q.T  # the rest of the polar decomposition is symmetric and positive
    torch.testing.assert_close(P, P.T, atol=1e-5, rtol=0)
    assert (torch.linalg.eigvalsh(P) > 0).all()


def test_what_does_not_match_is_refused():
    generator = torch.Generator()
    wrong = [
        (random_patches, ([], 3, 3, generator), "at least one picture"),
        (random_patches, ([torch.rand(5, 5)], 6, 3, generator), "smaller than a patch of 6×6"),
        (random_patches, ([torch.rand(5, 5)] * 2, 3, 1, generator), "count must be"),
        (random_patches, ([torch.rand(5, 5)], 3, 3, None), "generator must be"),
        (same_contrast, (torch.rand(3, 3),), "patches must be a stack"),
        (whitening, (torch.rand(9, 3) + 5, 2), "must have mean 0"),
        (whitening, (torch.zeros(9, 3), 1), "varies in fewer directions"),
        (orthogonal, (torch.rand(2, 3),), "W must be square"),
        (independence_step, (torch.eye(3), torch.rand(9, 4)), "W must be 4×4"),
        (independence_step, (torch.eye(4).double(), torch.rand(9, 4)), "W is torch.float64"),
    ]
    for function, arguments, sentence in wrong:
        with pytest.raises(ValueError, match=sentence):
            function(*arguments)
