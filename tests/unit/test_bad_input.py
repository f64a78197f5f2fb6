"""Every way to go wrong: odd values in place of each argument of each public function and widget.

Either the result is right or a ValueError (TraitError for a trait) says in one sentence what to
do; never another exception, never a changed argument.
"""

import copy
import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from traitlets import TraitError

from helpers import (
    conv2d,
    correlation,
    descent,
    gabor,
    images,
    natural_images,
    notebook,
    receptive_field,
    receptive_field_measured,
    spikes,
    widgets,
)
from helpers.receptive_field import Layer

X, K = torch.randn(6, 7), torch.randn(2, 3)
FILTERS = torch.randn(3, 7, 7)
CENTRED = torch.randn(40, 9) - torch.randn(40, 9).mean(0)
CENTRED = CENTRED - CENTRED.mean(0)
NET = nn.Sequential(nn.Conv2d(1, 1, 3))

# A call that works, for every public function that takes arguments.
VALID = {
    correlation.corr2d: {"X": X, "K": K},
    correlation.corr2d_shifted: {"X": X, "K": K},
    correlation.corr2d_unfold: {"X": X, "K": K},
    correlation.correlation_matrix: {"K": K, "input_shape": (6, 7)},
    correlation.output_shape: {
        "input_shape": (6, 7),
        "kernel_shape": (2, 3),
        "stride": 1,
        "padding": 0,
        "dilation": 1,
    },
    conv2d.Conv2D: {"kernel_size": (2, 3)},
    images.photo: {"name": "camera", "size": (8, 9), "colour": False},
    notebook.begin: {"seed": 1},
    descent.hessian: {"X": X, "kernel_shape": (1, 2)},
    descent.largest_stable_lr: {"X": X, "kernel_shape": (1, 2)},
    descent.descend: {
        "X": X,
        "Y": torch.randn(5, 5),
        "start": K,
        "lr": 0.001,
        "num_steps": 3,
    },
    receptive_field.Layer: {"kernel_size": 3, "stride": 1, "padding": 0, "dilation": 1},
    receptive_field.receptive_field: {"layers": [Layer(3), Layer(2, stride=2)]},
    receptive_field.map_sizes: {"layers": [Layer(3)], "input_size": 9},
    receptive_field.receptive_field_by_gradient: {"module": NET, "input_shape": (1, 9, 9)},
    receptive_field.receptive_field_by_perturbation: {"module": NET, "input_shape": (1, 9, 9)},
    spikes.bar: {"size": 9, "angle": 30.0, "width": 2.0},
    spikes.edge: {"size": 9, "angle": 30.0},
    gabor.along_and_across: {"size": 9, "angle": 30.0, "centre": (0, 0)},
    gabor.gabor: {
        "size": 9,
        "orientation": 30.0,
        "wavelength": 5.0,
        "width": 2.0,
        "phase": 0.0,
        "aspect": 1.0,
        "centre": (0, 0),
    },
    gabor.fit_gabor: {"filters": FILTERS, "largest_width": 2.0, "num_steps": 2},
    natural_images.random_patches: {
        "pictures": [torch.rand(20, 20)],
        "size": 5,
        "count": 4,
        "generator": torch.Generator(),
    },
    natural_images.same_contrast: {"patches": FILTERS, "softness": 0.01},
    natural_images.whitening: {"P": CENTRED, "num_components": 4},
    natural_images.orthogonal: {"W": torch.randn(4, 4)},
    natural_images.independence_step: {"W": torch.eye(4), "Z": torch.randn(30, 4)},
    spikes.spike_triggered_average: {"stimuli": FILTERS, "spikes": torch.tensor([1.0, 0, 2])},
    spikes.spike_rate: {"kernel": torch.randn(7, 7), "stimuli": FILTERS},
    widgets.MovingStripe: {"column": 3},
    widgets.CorrelationStepper: {"X": X[:5, :6].clamp(-9, 9), "K": K},
    widgets.DenseToConvolution: {"stage": 1.0},
    widgets.EquivarianceMeter: {"name": "chelsea"},
    widgets.ParameterCount: {"side": 100, "channels": 3, "units": 10, "kernel": 3},
    widgets.KernelStudio: {"kernel": torch.randn(3, 3), "input": "chelsea"},
    widgets.TargetGame: {"level": 1},
    widgets.DescentCockpit: {"X": X, "Y": torch.randn(6, 6)},
    widgets.ReceptiveFieldExplorer: {"layers": [Layer(3)], "input_size": 9},
    widgets.TuningCurve: {
        "kernels": torch.randn(3, 3),
        "stimulus": "bar",
        "angle": 10,
        "record": False,
    },
    widgets.GaborExplorer: {
        "orientation": 60,
        "wavelength": 6,
        "width": 2,
        "phase": 0,
        "aspect": 1,
    },
}

ODD = {
    "None": None,
    "True": True,
    "zero": 0,
    "minus one": -1,
    "half": 0.5,
    "huge": 10**9,
    "hugest": 10**400,
    "NaN": math.nan,
    "infinity": math.inf,
    "complex": 1j,
    "empty text": "",
    "text": "camera\n",
    "bytes": b"33",
    "empty list": [],
    "list": [1, "two"],
    "nested list": [[1.0, 2.0], [3.0]],
    "pair": (0, 3),
    "huge pair": (10**6, 10**6),
    "triple": (1, 2, 3),
    "dict": {"a": 1},
    "set": {1},
    "class": int,
    "function": len,
    "object": object(),
    "number tensor": torch.tensor(3.0),
    "empty tensor": torch.ones(0, 3),
    "vector": torch.ones(3),
    "cube": torch.ones(2, 2, 2),
    "large": torch.ones(50, 50),
    "zeros": torch.zeros(3, 3),
    "NaN tensor": torch.full((3, 3), math.nan),
    "infinite tensor": torch.full((3, 3), -math.inf),
    "bool tensor": torch.ones(3, 3) > 0,
    "complex tensor": torch.ones(3, 3) * 1j,
    "half tensor": torch.ones(3, 3).half(),
    "int tensor": torch.ones(3, 3).long(),
    "sparse tensor": torch.ones(3, 3).to_sparse(),
    "meta tensor": torch.ones(3, 3, device="meta"),
    "array": torch.ones(3, 3).numpy(),
}


def same(before, after):
    if isinstance(before, torch.Tensor) and before.layout is torch.strided and not before.is_meta:
        return torch.equal(before.nan_to_num(), after.nan_to_num())
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(same, before, after))
    return True


def attempt(function, arguments):
    """Call; return the sentence of the error, or None. Anything but a clean outcome fails."""
    kept = {
        name: value if isinstance(value, (nn.Module, torch.Generator)) else copy.deepcopy(value)
        for name, value in arguments.items()
    }
    try:
        function(**arguments)
    except (ValueError, TraitError) as error:
        sentence = str(error)
        assert len(sentence) > 15 and "\n" not in sentence.strip(), sentence
        assert len(sentence) < 500, sentence
    else:
        sentence = None
    for name, value in kept.items():
        assert same(value, arguments[name]), f"{name} was changed"
    return sentence


def label(function):
    return f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"


every_function = pytest.mark.parametrize("function", VALID, ids=label)


@every_function
def test_the_valid_call_works(function):
    assert attempt(function, VALID[function]) is None


def test_no_public_function_is_forgotten():
    modules = [correlation, conv2d, images, descent, gabor, natural_images, spikes]
    modules += [receptive_field, receptive_field_measured]
    public = {
        thing
        for module in modules
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and getattr(thing, "__module__", "") == module.__name__
        and (inspect.isfunction(thing) or inspect.isclass(thing))
    }
    public |= {getattr(widgets, name) for name in widgets.__all__}
    results = {
        gabor.GaborFit,
        natural_images.Whitening,
        descent.Descent,
        receptive_field.ReceptiveField,
    }
    no_arguments = {images.striped_image, images.photo_names, spikes.hidden_kernel}
    # Parallel takes lists of layers, which the tests of receptive fields try.
    assert public - results - no_arguments - {receptive_field.Parallel} <= set(VALID)


@every_function
def test_odd_values_get_one_sentence(function):
    problems = []
    for argument in VALID[function]:
        for name, value in ODD.items():
            try:
                attempt(function, {**VALID[function], argument: value})
            except Exception as error:  # collected, so that one run shows all that is wrong
                what = f"{type(error).__name__}: {str(error)[:120]}"
                problems.append(f"{label(function)}({argument}={name}): {what}")
    assert not problems, "\n" + "\n".join(problems)


PANELS = [function for function in VALID if inspect.isclass(function) and hasattr(function, "mro")]
PANELS = [panel for panel in PANELS if panel.__module__.startswith("helpers.widgets")]


def unreadable(widget):
    """The properties of a widget that cannot be read, each with its error."""
    found = []
    for name, thing in vars(type(widget)).items():
        try:
            if isinstance(thing, property):
                getattr(widget, name)
        except Exception as error:  # whatever it is: a property that is only read raises nothing
            found.append(f"{name} raises {type(error).__name__}: {str(error)[:120]}")
    return found


@pytest.mark.parametrize("panel", PANELS, ids=label)
def test_odd_values_of_a_trait_are_refused_or_harmless(panel):
    """What is refused leaves the widget as it was; what is taken can be read and shown."""
    widget = panel(**VALID[panel])
    problems = []
    for trait in widget.view.traits(sync=True):
        if trait.startswith("_") or trait in {"layout", "tabbable", "tooltip", "comm"}:
            continue
        for name, value in ODD.items():
            before = getattr(widget.view, trait)
            try:
                setattr(widget.view, trait, value)
            except (TraitError, ValueError):
                if getattr(widget.view, trait) is not before:
                    problems.append(f"{trait}={name} was refused, but is lost: {before!r:.60}")
            except Exception as error:
                problems.append(f"{trait}={name}: {type(error).__name__}: {str(error)[:120]}")
            else:
                problems += [f"{trait}={name}: {problem}" for problem in unreadable(widget)]
                setattr(widget.view, trait, before)
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize("panel", PANELS, ids=label)
def test_of_control_and_picture_only_one_tells_other_windows(panel):
    """Were it both, two windows could send each other an old and a new value for ever."""

    def controls(widget):
        return [
            widget,
            *(deeper for w in getattr(widget, "children", ()) for deeper in controls(w)),
        ]

    widget = panel(**VALID[panel])
    joined = [control for control in controls(widget) if hasattr(control, "view_links")]
    assert joined
    for control in joined:
        for name in control.keys:
            assert control.trait_metadata(name, "echo_update", True) is False, (control, name)
    thumbs = [name for name in widget.view.keys if name.startswith("thumb_")]
    assert all(widget.view.trait_metadata(name, "echo_update") is False for name in thumbs)


@pytest.mark.parametrize("panel", PANELS, ids=label)
def test_odd_values_of_a_property_get_one_sentence(panel):
    widget = panel(**VALID[panel])
    settable = [
        name
        for name, thing in vars(panel).items()
        if isinstance(thing, property) and thing.fset is not None
    ]
    problems = []
    for prop in settable:
        for name, value in ODD.items():
            try:
                setattr(widget, prop, value)
                getattr(widget, prop)
            except (TraitError, ValueError) as error:
                if "\n" in str(error) or len(str(error)) > 500:
                    problems.append(f"{prop}={name}: not one sentence: {str(error)[:200]}")
            except Exception as error:
                problems.append(f"{prop}={name}: {type(error).__name__}: {str(error)[:120]}")
    assert not problems, "\n" + "\n".join(problems)


shapes = st.lists(st.integers(0, 6), min_size=0, max_size=4)
dtypes = st.sampled_from(
    [torch.float32, torch.float64, torch.float16, torch.int64, torch.uint8, torch.bool]
)


@settings(max_examples=300)
@given(shapes, shapes, dtypes, dtypes, st.sampled_from([0.0, 1.5, math.nan, math.inf, 1e38]))
def test_any_two_tensors_are_correlated_or_refused(x_shape, k_shape, x_dtype, k_dtype, value):
    X = torch.full(x_shape, value, dtype=torch.float64)
    X = (X if x_dtype.is_floating_point else X.nan_to_num().clamp(0, 100)).to(x_dtype)
    K = torch.ones(k_shape).to(k_dtype)
    for way in (correlation.corr2d, correlation.corr2d_shifted, correlation.corr2d_unfold):
        if attempt(way, {"X": X, "K": K}) is None:
            Y = way(X, K)
            assert Y.shape == correlation.output_shape(tuple(x_shape), tuple(k_shape))
            assert Y.dtype == x_dtype == k_dtype
