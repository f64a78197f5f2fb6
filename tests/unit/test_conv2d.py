"""The layer of chapter 03, against torch.nn.Conv2d and against autograd."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.conv2d import Conv2D
from helpers.correlation import corr2d

KERNEL_SIZES = [(1, 1), (1, 4), (3, 1), (2, 3), (4, 4)]


def test_equals_torch_with_the_same_numbers():
    for kernel_size in KERNEL_SIZES:
        ours, theirs = Conv2D(kernel_size), nn.Conv2d(1, 1, kernel_size)
        with torch.no_grad():
            ours.bias.fill_(0.7)
        theirs.weight.data[0, 0] = ours.weight.data
        theirs.bias.data[:] = ours.bias.data
        for shape in (kernel_size, (6, 5)):
            X = torch.randn(shape)
            torch.testing.assert_close(ours(X), theirs(X[None, None])[0, 0], atol=1e-5, rtol=1e-5)


def test_has_one_weight_per_kernel_entry_and_one_bias():
    layer = Conv2D((3, 5))
    shapes = {name: tuple(p.shape) for name, p in layer.named_parameters()}
    assert shapes == {"weight": (3, 5), "bias": (1,)}
    assert Conv2D(3).weight.shape == (3, 3)


def test_starts_at_random_and_repeats_with_a_seed():
    torch.manual_seed(0)
    first, second = Conv2D((2, 3)).weight, Conv2D((2, 3)).weight
    torch.manual_seed(0)
    assert not torch.equal(first, second)
    assert torch.equal(first, Conv2D((2, 3)).weight)


def test_state_dict_carries_the_layer_over():
    source, target = Conv2D((2, 4)), Conv2D((2, 4))
    target.load_state_dict(source.state_dict())
    X = torch.randn(5, 7)
    assert torch.equal(source(X), target(X))
    assert source.double().weight.dtype == torch.float64


def test_gradients_pass_through_both_loops():
    layer = Conv2D((2, 3)).double()
    X = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda X, weight, bias: corr2d(X, weight) + bias, (X, layer.weight, layer.bias)
    )


def test_gradients_are_the_formulas_of_the_chapter():
    torch.manual_seed(3)
    layer = Conv2D((3, 2)).double()
    X = torch.randn(6, 8, dtype=torch.float64, requires_grad=True)
    Y = layer(X)
    dY = torch.randn(Y.shape, dtype=torch.float64)
    Y.backward(dY)
    torch.testing.assert_close(layer.weight.grad, corr2d(X.detach(), dY))
    torch.testing.assert_close(layer.bias.grad, dY.sum().reshape(1))
    padded = F.pad(dY, (1, 1, 2, 2))
    torch.testing.assert_close(X.grad, corr2d(padded, layer.weight.detach().flip(0, 1)))


def test_kernel_sizes_and_pictures_that_are_wrong_are_refused():
    for kernel_size in (0, (3, 0), 2.0, 10**9):
        with pytest.raises(ValueError, match="kernel_size must be a whole number from 1 to 1024"):
            Conv2D(kernel_size)
    for X in (torch.ones(2, 8), torch.ones(8), torch.ones(8, 8).double(), [[1.0]]):
        with pytest.raises(ValueError):
            Conv2D((3, 2))(X)


def test_input_is_left_unchanged():
    X = torch.randn(4, 5)
    before = X.clone()
    Conv2D(2)(X)
    assert torch.equal(X, before)
