"""Receptive fields of real modules: gradient, perturbation and recurrence agree."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.receptive_field import Layer, ReceptiveField, receptive_field
from helpers.receptive_field_measured import (
    receptive_field_by_gradient,
    receptive_field_by_perturbation,
)

MEASURES = [receptive_field_by_gradient, receptive_field_by_perturbation]
LAYERS = st.builds(
    Layer, st.integers(1, 7), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)
)
STACKS = st.lists(LAYERS, min_size=1, max_size=5)


def module_of(layers):
    """The stack as convolutions along the width, with 1×k kernels."""
    return nn.Sequential(
        *(
            nn.Conv2d(
                1,
                1,
                (1, layer.kernel_size),
                (1, layer.stride),
                (0, layer.padding),
                (1, layer.dilation),
            )
            for layer in layers
        )
    )


@settings(max_examples=50)
@given(STACKS)
def test_recurrence_gradient_and_perturbation_agree(layers):
    expected = receptive_field(layers)
    wide_enough = (1, expected.size + 2 * expected.stride)
    for measure in MEASURES:
        assert measure(module_of(layers), wide_enough) == expected


@settings(max_examples=40)
@given(STACKS, st.integers(1, 60))
def test_any_picture_gives_the_right_field_or_a_sentence(layers, width):
    for measure in MEASURES:
        try:
            assert measure(module_of(layers), (1, width)) == receptive_field(layers)
        except ValueError as error:
            assert "larger" in str(error)


def test_both_are_found_beside_the_recurrence():
    import helpers.receptive_field as module

    for measure in MEASURES:
        assert getattr(module, measure.__name__) is measure


def trunk(model):
    return nn.Sequential(*list(model.children())[:-2])


def test_torchvision_models_have_their_published_fields():
    models = pytest.importorskip("torchvision").models
    with torch.device("meta"):  # no weights are needed
        alexnet, vgg16 = models.alexnet().features, models.vgg16().features
        resnet50 = trunk(models.resnet50())
    for model, shape, expected in [
        (alexnet, (3, 64, 288), (195, 32, 66)),
        (vgg16, (3, 32, 288), (212, 32, 90)),
        (resnet50, (3, 1, 512), (427, 32, 213)),
    ]:
        assert receptive_field_by_gradient(model, shape) == ReceptiveField(*expected)
    # The height is the width of the picture turned on its side.
    turned = receptive_field_by_gradient(alexnet, (3, 288, 64), axis=-2)
    assert turned == ReceptiveField(195, 32, 66)


SEE_SEVEN = [
    nn.Sequential(nn.Conv2d(1, 2, 3, padding="same", dilation=2), nn.Conv2d(2, 1, 3)),
    nn.Sequential(nn.Conv2d(1, 1, 5, padding=2, padding_mode="reflect"), nn.Conv2d(1, 1, 3)),
    nn.Sequential(nn.ZeroPad2d((2, 2, 2, 2)), nn.Conv2d(1, 1, 5), nn.Conv2d(1, 1, 3)),
    nn.Sequential(nn.MaxPool2d(3, 1, 1, dilation=2), nn.Conv2d(1, 1, 3, padding=1)),
    nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU6(), nn.AvgPool2d(5, 1)),
    nn.Sequential(nn.LazyConv2d(3, 3), nn.MaxPool2d(5, 1)),
]


def test_modules_of_every_kind_see_seven_along_both_axes():
    for measure, module, axis in itertools.product(MEASURES, SEE_SEVEN, (-1, -2)):
        assert measure(module, (20, 24), axis=axis).size == 7, (measure, module, axis)


def test_windows_that_reach_over_the_border_are_noticed():
    pools = nn.Sequential(*(nn.MaxPool2d(3, 2, ceil_mode=True) for _ in range(2)))
    for width, measure in itertools.product(range(9, 40), MEASURES):
        try:
            assert measure(pools, (9, width)) == ReceptiveField(7, 4, 0)
        except ValueError as error:
            assert "larger" in str(error)
            assert width < 15


def test_the_module_is_left_alone():
    for measure in MEASURES:
        module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train()
        before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
        measure(module, (10, 10))
        assert module.training
        assert all(p.requires_grad and p.dtype == torch.float32 for p in module.parameters())
        after = module.state_dict()
        assert all(torch.equal(before[name], tensor) for name, tensor in after.items())


def test_what_is_no_chain_of_windows_is_refused():
    upscaling = (nn.ConvTranspose2d(1, 1, 1, stride=2), nn.Upsample(scale_factor=2))
    for measure, module in itertools.product(MEASURES, upscaling):
        with pytest.raises(ValueError, match="made of convolutions and poolings"):
            measure(module, (1, 12, 12))


def test_modules_shapes_and_axes_that_are_wrong_are_refused_with_a_sentence():
    conv = nn.Conv2d(1, 1, 3)
    wrong = [
        (nn.Conv2d, (10, 10), "module must be a torch.nn.Module"),
        (conv, 10, r"input_shape must be \(n_h, n_w\)"),
        (conv, (10,), r"input_shape must be \(n_h, n_w\)"),
        (conv, (1, 10.0), "each side in input_shape must be a whole number"),
        (conv, (0, 10), "each side in input_shape must be a whole number from 1"),
        (conv, (2, 1, 10, 10), "give one picture"),
        (conv, (10_000, 10_000), "at most 16777216"),
        (nn.Conv2d(3, 1, 3), (10, 10), "cannot take an input of shape"),
        (nn.Conv2d(1, 1, 11), (10, 10), "nothing is left of the picture; use a larger one"),
        (nn.MaxPool2d(11), (10, 10), "nothing is left of the picture; use a larger one"),
        (nn.Conv2d(1, 1, 10), (10, 10), "Fewer than two output cells"),
        (nn.Sequential(conv, nn.Flatten()), (10, 10), "The output is not a map"),
        (nn.Linear(3, 3), (10, 10), "cannot take an input of shape"),
        (nn.Sequential(conv, nn.AdaptiveAvgPool2d(1)), (10, 10), "Fewer than two"),
    ]
    for measure, (module, shape, sentence) in itertools.product(MEASURES, wrong):
        with pytest.raises(ValueError, match=sentence):
            measure(module, shape)
    for measure, axis in itertools.product(MEASURES, (0, 2, True, None, "width")):
        with pytest.raises(ValueError, match="axis must be -1 for the width"):
            measure(conv, (9, 9), axis)
