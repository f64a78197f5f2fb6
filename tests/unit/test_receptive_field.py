"""Receptive fields by recurrence: examples, published figures, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.networks import NETWORKS, end_points, flatten, published, resnet_v1
from helpers.receptive_field import Layer, Parallel, ReceptiveField, map_sizes, receptive_field


def test_the_examples_of_the_chapter():
    assert receptive_field([Layer(2), Layer(2)]).size == 3
    assert receptive_field([]) == ReceptiveField(1, 1, 0)
    for depth in range(1, 8):
        for k in range(1, 8):
            assert receptive_field([Layer(k)] * depth).size == depth * (k - 1) + 1
    assert receptive_field([Layer(3, dilation=d) for d in (1, 2, 4, 8)]).size == 31
    assert receptive_field([Layer(7, stride=2, padding=3)]).inputs(0) == (-3, 3)
    assert receptive_field([Layer(7, stride=2, padding=3)]).inputs(10) == (17, 23)


def test_published_networks():
    wrong = {}
    for name, figures in published()["models"].items():
        field = receptive_field(flatten(NETWORKS[name]))
        if [field.size, field.stride, field.padding] != figures:
            wrong[name] = field
        stages = end_points(NETWORKS[name])
        for stage, size in published()["endpoints"].get(name, {}).items():
            if stages[stage].size != size:
                wrong[name, stage] = stages[stage]
    assert wrong == {}


def test_resnet_50_has_two_forms():
    forms = [flatten(resnet_v1([3, 4, 6, 3], stride_in)) for stride_in in ("last", "first")]
    assert [receptive_field(form).size for form in forms] == [483, 427]
    with pytest.raises(ValueError, match="stride_in"):
        resnet_v1([3, 4, 6, 3], "middle")


def test_a_layer_reads_as_one_would_write_it():
    for text in ("Layer(3)", "Layer(7, stride=2, padding=3)", "Layer(3, dilation=2)"):
        assert repr(eval(text)) == text


LAYERS = st.builds(
    Layer, st.integers(1, 7), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)
)


@settings(max_examples=40)
@given(st.lists(LAYERS, min_size=1, max_size=5), st.integers(1, 60))
def test_map_sizes_are_those_of_torch(layers, side):
    X, expected = torch.zeros(1, 1, side), [side]
    try:
        for layer in layers:
            options = {"stride": layer.stride, "dilation": layer.dilation}
            X = nn.Conv1d(1, 1, layer.kernel_size, padding=layer.padding, **options)(X)
            expected.append(X.shape[-1])
    except RuntimeError:
        with pytest.raises(ValueError, match="Nothing is left of the picture after layer"):
            map_sizes(layers, side)
    else:
        assert map_sizes(layers, side) == expected


def test_layers_refuse_what_is_no_number_of_cells():
    for name in ("kernel_size", "stride", "padding", "dilation"):
        for wrong in (-1, 1.5, True, "3", (3, 3)):
            with pytest.raises(ValueError, match=f"^{name} must be a whole number"):
                Layer(**{"kernel_size": 3, name: wrong})
        if name != "padding":
            with pytest.raises(ValueError, match=f"^{name} must be a whole number from 1 to"):
                Layer(**{"kernel_size": 3, name: 0})


def test_stacks_refuse_what_is_no_layer():
    for wrong in (None, 3, "abc", Layer(3), [3], [Layer(3), None], {"a": 1}, torch.tensor(3.0)):
        for function in (receptive_field, lambda layers: map_sizes(layers, 10)):
            with pytest.raises(ValueError, match=r"^layers must be a list of Layer"):
                function(wrong)


def test_paths_come_from_any_iterable_and_need_one_stride():
    block = Parallel((layer for layer in [Layer(3)]), iter([]))
    assert block == Parallel([Layer(3)], []) and receptive_field([block]).size == 3
    with pytest.raises(ValueError, match="same stride"):
        Parallel([Layer(3, stride=2)], [Layer(3)])
    with pytest.raises(ValueError, match="one path"):
        Parallel()
