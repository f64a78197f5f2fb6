"""Receptive fields: three ways that agree, published figures, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.networks import NETWORKS, end_points, flatten, published, resnet_v1
from helpers.receptive_field import (
    Layer,
    Parallel,
    ReceptiveField,
    map_sizes,
    receptive_field,
    receptive_field_by_gradient,
    receptive_field_by_perturbation,
)

MEASURED = [receptive_field_by_gradient, receptive_field_by_perturbation]
LAYERS = st.builds(
    Layer, st.integers(1, 7), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)
)
STACKS = st.lists(LAYERS, min_size=1, max_size=5)


def module_of(layers, upright=False):
    """The stack as convolutions along one side: 1×k windows, or k×1 ones."""

    def sides(size, other):
        return (size, other) if upright else (other, size)

    return nn.Sequential(
        *(
            nn.Conv2d(
                1,
                1,
                sides(layer.kernel_size, 1),
                sides(layer.stride, 1),
                sides(layer.padding, 0),
                sides(layer.dilation, 1),
            )
            for layer in layers
        )
    )


@settings(max_examples=250, deadline=None)
@given(STACKS)
def test_recurrence_gradient_and_perturbation_agree(layers):
    expected = receptive_field(layers)
    wide_enough = (1, expected.size + 2 * expected.stride)
    module = module_of(layers)
    assert receptive_field_by_gradient(module, wide_enough) == expected
    assert receptive_field_by_perturbation(module, wide_enough) == expected


@settings(max_examples=100, deadline=None)
@given(STACKS, st.integers(1, 60))
def test_any_picture_gives_the_right_field_or_a_sentence(layers, width):
    for measure in MEASURED:
        try:
            assert measure(module_of(layers), (1, width)) == receptive_field(layers)
        except ValueError as error:
            assert "larger" in str(error)


@settings(max_examples=100, deadline=None)
@given(STACKS, st.integers(1, 60))
def test_map_sizes_are_those_of_torch_and_nothing_left_is_refused(layers, side):
    X = torch.zeros(1, 1, 1, side)
    expected = [side]
    try:
        for part in module_of(layers):
            X = part(X)
            expected.append(X.shape[-1])
    except RuntimeError:
        with pytest.raises(ValueError, match="Nothing is left of the picture after layer"):
            map_sizes(layers, side)
        with pytest.raises(ValueError, match="nothing is left of the picture"):
            receptive_field_by_gradient(module_of(layers), (1, side))
    else:
        assert map_sizes(layers, side) == expected


def test_the_examples_of_the_chapter():
    assert receptive_field([Layer(2), Layer(2)]).size == 3
    assert receptive_field([]) == ReceptiveField(1, 1, 0)
    for depth in range(1, 8):
        for k in range(1, 8):
            assert receptive_field([Layer(k)] * depth).size == depth * (k - 1) + 1
    assert receptive_field([Layer(3, dilation=d) for d in (1, 2, 4, 8)]).size == 31
    assert receptive_field([Layer(7, stride=2, padding=3)]).inputs(0) == (-3, 3)
    assert receptive_field([Layer(7, stride=2, padding=3)]).inputs(10) == (17, 23)


@pytest.mark.parametrize("name", published()["models"])
def test_published_networks(name):
    field = receptive_field(flatten(NETWORKS[name]))
    assert [field.size, field.stride, field.padding] == published()["models"][name]
    for stage, size in published()["endpoints"].get(name, {}).items():
        assert end_points(NETWORKS[name])[stage].size == size


def test_two_forms_of_resnet_50():
    forms = [flatten(resnet_v1([3, 4, 6, 3], stride_in)) for stride_in in ("last", "first")]
    assert [receptive_field(form).size for form in forms] == [483, 427]
    with pytest.raises(ValueError, match="stride_in"):
        resnet_v1([3, 4, 6, 3], "middle")


def trunk(model, heads):
    return nn.Sequential(*list(model.children())[:-heads])


@pytest.mark.parametrize(
    ("name", "keep", "shape", "expected"),
    [
        ("alexnet", lambda model: model.features, (3, 64, 288), (195, 32, 66)),
        ("vgg16", lambda model: model.features, (3, 32, 288), (212, 32, 90)),
        ("resnet50", lambda model: trunk(model, 2), (3, 32, 512), (427, 32, 213)),
    ],
)
def test_torchvision_models_without_weights(name, keep, shape, expected):
    models = pytest.importorskip("torchvision").models
    with torch.device("meta"):
        model = getattr(models, name)(weights=None)
    assert receptive_field_by_gradient(keep(model), shape) == ReceptiveField(*expected)
    # The height is the width of the picture laid on its side.
    if name == "alexnet":
        turned = (3, 288, 64)
        assert receptive_field_by_gradient(keep(model), turned, axis=-2).size == expected[0]


@pytest.mark.parametrize("measure", MEASURED)
@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Conv2d(1, 2, 3, padding="same", dilation=2), nn.Conv2d(2, 1, 3)),
        nn.Sequential(nn.Conv2d(1, 1, 5, padding=2, padding_mode="reflect"), nn.Conv2d(1, 1, 3)),
        nn.Sequential(nn.ZeroPad2d((2, 2, 2, 2)), nn.Conv2d(1, 1, 5), nn.Conv2d(1, 1, 3)),
        nn.Sequential(nn.MaxPool2d(3, 1, 1, dilation=2), nn.Conv2d(1, 1, 3, padding=1)),
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU6(), nn.AvgPool2d(5, 1)),
        nn.Sequential(nn.LazyConv2d(3, 3), nn.MaxPool2d(5, 1)),
    ],
)
def test_modules_of_every_kind_see_seven(measure, module):
    assert measure(module, (20, 24)).size == 7
    assert measure(module, (20, 24), axis=-2).size == 7


def test_windows_that_reach_over_the_border_are_noticed():
    pools = nn.Sequential(*(nn.MaxPool2d(3, 2, ceil_mode=True) for _ in range(2)))
    for width in range(9, 40):
        for measure in MEASURED:
            try:
                assert measure(pools, (9, width)) == ReceptiveField(7, 4, 0)
            except ValueError as error:
                assert "larger" in str(error)
                assert width < 15


@pytest.mark.parametrize("measure", MEASURED)
def test_the_module_is_left_alone(measure):
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    measure(module, (10, 10))
    assert module.training
    assert all(p.requires_grad and p.dtype == torch.float32 for p in module.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


@pytest.mark.parametrize("name", ["kernel_size", "stride", "padding", "dilation"])
@pytest.mark.parametrize("bad", [-1, 1.5, True, "3", None, [3], (3, 3), float("nan")])
def test_layers_refuse_what_is_no_number_of_cells(name, bad):
    with pytest.raises(ValueError, match=name):
        Layer(**{"kernel_size": 3, name: bad})


@pytest.mark.parametrize("name", ["kernel_size", "stride", "dilation"])
def test_layers_refuse_zero(name):
    with pytest.raises(ValueError, match="from 1 to"):
        Layer(**{"kernel_size": 3, name: 0})


@pytest.mark.parametrize("bad", [None, 3, "abc", Layer(3), [3], [Layer(3), None], {"a": 1}])
def test_stacks_refuse_what_is_no_layer(bad):
    with pytest.raises(ValueError, match="layers"):
        receptive_field(bad)
    with pytest.raises(ValueError, match="layers"):
        map_sizes(bad, 10)


def test_paths_may_come_from_generators():
    block = Parallel((layer for layer in [Layer(3)]), iter([]))
    assert block == Parallel([Layer(3)], []) and receptive_field([block]).size == 3


@pytest.mark.parametrize("measure", MEASURED)
@pytest.mark.parametrize(
    "module", [nn.ConvTranspose2d(1, 1, 1, stride=2), nn.Upsample(scale_factor=2)]
)
def test_what_is_no_chain_of_windows_is_refused(measure, module):
    with pytest.raises(ValueError, match="made of convolutions and poolings"):
        measure(module, (1, 12, 12))


def test_paths_with_different_strides_do_not_meet():
    with pytest.raises(ValueError, match="stride"):
        Parallel([Layer(3, stride=2)], [Layer(3)])
    with pytest.raises(ValueError, match="one path"):
        Parallel()


@pytest.mark.parametrize("measure", MEASURED)
@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (None, (10, 10)),
        (nn.Conv2d, (10, 10)),
        (nn.Conv2d(1, 1, 3), 10),
        (nn.Conv2d(1, 1, 3), (10,)),
        (nn.Conv2d(1, 1, 3), (1, 10.0)),
        (nn.Conv2d(1, 1, 3), (0, 10)),
        (nn.Conv2d(1, 1, 3), (2, 1, 10, 10)),
        (nn.Conv2d(3, 1, 3), (10, 10)),
        (nn.Conv2d(1, 1, 11), (10, 10)),
        (nn.MaxPool2d(11), (10, 10)),
        (nn.Conv2d(1, 1, 10), (10, 10)),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Flatten()), (10, 10)),
        (nn.Linear(3, 3), (10, 10)),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.AdaptiveAvgPool2d(1)), (10, 10)),
    ],
)
def test_measuring_refuses_with_a_sentence(measure, module, shape):
    with pytest.raises(ValueError, match=r"\w+ .*\."):
        measure(module, shape)


@pytest.mark.parametrize("axis", [0, 2, True, None, "width"])
def test_measuring_refuses_other_axes(axis):
    with pytest.raises(ValueError, match="axis"):
        receptive_field_by_gradient(nn.Conv2d(1, 1, 3), (9, 9), axis)
