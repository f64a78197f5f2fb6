"""The arithmetic against two oracles: torch.nn.functional.conv2d and d2l.corr2d."""

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
every_way = pytest.mark.parametrize("way", WAYS)


@st.composite
def pictures_and_kernels(draw, dtypes=DTYPES):
    k_h, k_w = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    n_h, n_w = k_h + draw(st.integers(0, 6)), k_w + draw(st.integers(0, 6))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    dtype = draw(st.sampled_from(dtypes))
    X = torch.randint(-9, 10, (n_h, n_w), generator=generator).to(dtype)
    K = torch.randint(-9, 10, (k_h, k_w), generator=generator).to(dtype)
    return X, K


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


@given(pictures_and_kernels())
def test_the_matrix_is_the_same_map(case):
    X, K = case
    W = correlation_matrix(K, tuple(X.shape))
    assert torch.equal(W @ X.reshape(-1), corr2d(X, K).reshape(-1))


@every_way
def test_the_worked_example(way):
    X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    assert way(X, K).tolist() == [[19, 25], [37, 43]]


@every_way
def test_gradients_pass_through(way):
    X = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    K = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(way, (X, K))


@every_way
def test_arguments_are_left_alone(way):
    X, K = torch.randn(4, 5), torch.randn(2, 3)
    before = X.clone(), K.clone()
    way(X, K)
    assert torch.equal(X, before[0]) and torch.equal(K, before[1])


@every_way
@pytest.mark.parametrize(
    ("X", "K", "sentence"),
    [
        (torch.ones(2, 3), torch.ones(3, 3), r"\(3, 3\) does not fit into X of shape \(2, 3\)"),
        (torch.ones(2, 3, 1), torch.ones(1, 1), r"X must be a matrix .* shape \(2, 3, 1\)"),
        (torch.ones(3, 3), torch.ones(0, 3), r"K must be a matrix .* shape \(0, 3\)"),
        ([[1.0]], torch.ones(1, 1), "X must be a tensor, but is"),
        (torch.ones(3, 3), None, "K must be a tensor, but is None"),
        (torch.ones(3, 3), torch.ones(1, 1).long(), "float32, K is torch.int64"),
        (torch.ones(3, 3).bool(), torch.ones(1, 1).bool(), "must hold real numbers"),
    ],
)
def test_wrong_input_gets_one_sentence(way, X, K, sentence):
    with pytest.raises(ValueError, match=sentence):
        way(X, K)


def pairs(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


@settings(max_examples=300)
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


@pytest.mark.parametrize(
    "arguments",
    [
        {"stride": 0},
        {"padding": -1},
        {"dilation": 0},
        {"input_shape": (0, 3)},
        {"kernel_shape": (1, 2, 3)},
        {"stride": 1.5},
        {"stride": True},
        {"input_shape": None},
        {"input_shape": "33"},
    ],
)
def test_output_shape_names_what_is_wrong(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        output_shape(**{"input_shape": (5, 5), "kernel_shape": (3, 3), **arguments})


def test_single_numbers_stand_for_both_directions():
    assert output_shape(28, 5, stride=2, padding=2, dilation=1) == (14, 14)


@pytest.mark.parametrize(
    ("K", "shape"), [(torch.ones(3, 3), (2, 5)), (torch.ones(3), (5, 5)), (torch.ones(2, 2), 0)]
)
def test_correlation_matrix_rejects(K, shape):
    with pytest.raises(ValueError):
        correlation_matrix(K, shape)
