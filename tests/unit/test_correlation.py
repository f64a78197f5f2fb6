"""The arithmetic against two oracles: torch.nn.functional.conv2d and d2l.corr2d."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from helpers.correlation import (
    corr2d,
    corr2d_shifted,
    corr2d_unfold,
    correlation_matrix,
    output_shape,
)

WAYS = [corr2d, corr2d_shifted, corr2d_unfold]
DTYPES = [torch.float32, torch.float64, torch.int64, torch.int32]


@st.composite
def pictures_and_kernels(draw):
    k_h, k_w = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    n_h, n_w = k_h + draw(st.integers(0, 6)), k_w + draw(st.integers(0, 6))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    dtype = draw(st.sampled_from(DTYPES))
    X = torch.randint(-9, 10, (n_h, n_w), generator=generator).to(dtype)
    K = torch.randint(-9, 10, (k_h, k_w), generator=generator).to(dtype)
    return X, K


@settings(max_examples=40)
@given(pictures_and_kernels())
def test_all_ways_equal_conv2d_and_d2l(case):
    from d2l import torch as d2l

    X, K = case
    expected = F.conv2d(X.double()[None, None], K.double()[None, None])[0, 0].to(X.dtype)
    assert torch.equal(d2l.corr2d(X, K).to(X.dtype), expected)
    for way in WAYS:
        Y = way(X, K)
        assert Y.dtype == X.dtype
        assert torch.equal(Y, expected), way.__name__


@settings(max_examples=40)
@given(pictures_and_kernels())
def test_the_matrix_is_the_same_map(case):
    X, K = case
    W = correlation_matrix(K, tuple(X.shape))
    assert torch.equal(W @ X.reshape(-1), corr2d(X, K).reshape(-1))


def test_the_worked_example():
    X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    for way in WAYS:
        assert way(X, K).tolist() == [[19, 25], [37, 43]], way.__name__


def test_gradients_pass_through_and_arguments_stay_unchanged():
    for way in WAYS:
        X = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
        K = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
        before = X.detach().clone(), K.detach().clone()
        assert torch.autograd.gradcheck(way, (X, K)), way.__name__
        assert torch.equal(X, before[0]) and torch.equal(K, before[1]), way.__name__


def test_the_error_names_what_does_not_match():
    wrong = {
        r"K of shape \(3, 3\) does not fit into X of shape \(2, 3\)": (2, 3, torch.ones(3, 3)),
        r"X is torch.float32, K is torch.int64": (3, 3, torch.ones(1, 1).long()),
        r"K must be a matrix": (3, 3, torch.ones(0, 3)),
    }
    for way, (sentence, (n_h, n_w, K)) in itertools.product(WAYS, wrong.items()):
        with pytest.raises(ValueError, match=sentence):
            way(torch.ones(n_h, n_w), K)


def pairs(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


@given(pairs(1, 9), pairs(1, 9), pairs(1, 3), pairs(0, 3), pairs(1, 3))
def test_output_shape_equals_conv2d(input_shape, kernel_shape, stride, padding, dilation):
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    padded = [n + 2 * p for n, p in zip(input_shape, padding, strict=True)]
    extent = [d * (k - 1) + 1 for d, k in zip(dilation, kernel_shape, strict=True)]
    if any(e > n for e, n in zip(extent, padded, strict=True)):
        with pytest.raises(ValueError, match="The kernel covers"):
            output_shape(input_shape, kernel_shape, **options)
    else:
        Y = F.conv2d(torch.ones(1, 1, *input_shape), torch.ones(1, 1, *kernel_shape), **options)
        assert output_shape(input_shape, kernel_shape, **options) == tuple(Y.shape[2:])


def test_output_shape_names_the_argument_that_is_wrong():
    assert output_shape(28, 5, stride=2, padding=2, dilation=1) == (14, 14)
    wrong = {"stride": 0, "padding": -1, "dilation": 0, "input_shape": (0, 3), "kernel_shape": 1.5}
    for name, value in wrong.items():
        with pytest.raises(ValueError, match=f"^{name} must be"):
            output_shape(**{"input_shape": (5, 5), "kernel_shape": (3, 3), name: value})


def test_a_matrix_that_cannot_be_or_is_too_large_is_refused():
    for K, shape, sentence in [
        (torch.ones(3, 3), (2, 5), "The kernel covers"),
        (torch.ones(3), (5, 5), "K must be a matrix"),
        (torch.ones(2, 2), 0, "input_shape must be"),
        (torch.ones(3, 3), 3000, "would have 8e"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            correlation_matrix(K, shape)
