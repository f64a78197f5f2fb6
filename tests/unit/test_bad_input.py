"""Odd values for each argument of every public function and widget, found by walking helpers.

Either the result is right, or a ValueError (TraitError for a trait) says in one sentence what to
do: never another exception, never a changed argument.
"""

import copy
import importlib
import inspect
import math
import pkgutil

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from traitlets import TraitError

import helpers
from helpers import correlation, widgets
from helpers.receptive_field import Layer

# Whose functions learners do not call with arguments of their own, and what tests them instead.
ELSEWHERE = {
    "helpers.checks": "test_checks.py",
    "helpers.course": "test_course.py",
    "helpers.exercises": "tests/exercises",
    "helpers.figures": "the chapters, which draw with them",
    "helpers.networks": "test_receptive_field.py",
    "helpers.widgets": "below, by their public names",
}
# What functions return, and what takes any number of lists: test_receptive_field.py has its own.
RESULTS = {"Descent", "GaborFit", "ReceptiveField", "Whitening", "Parallel"}

X, K = torch.randn(6, 7), torch.randn(2, 3)
FILTERS = torch.randn(3, 7, 7)
CENTRED = torch.randn(40, 9) - torch.randn(40, 9).mean(0)
CENTRED = CENTRED - CENTRED.mean(0)
NET = nn.Sequential(nn.Conv2d(1, 1, 3))

# A call that works, for every public function that takes arguments.
VALID = {
    "corr2d": {"X": X, "K": K},
    "corr2d_shifted": {"X": X, "K": K},
    "corr2d_unfold": {"X": X, "K": K},
    "correlation_matrix": {"K": K, "input_shape": (6, 7)},
    "output_shape": {
        "input_shape": (6, 7),
        "kernel_shape": (2, 3),
        "stride": 1,
        "padding": 0,
        "dilation": 1,
    },
    "Conv2D": {"kernel_size": (2, 3)},
    "photo": {"name": "camera", "size": (8, 9), "colour": False},
    "begin": {"seed": 1},
    "hessian": {"X": X, "kernel_shape": (1, 2)},
    "largest_stable_lr": {"X": X, "kernel_shape": (1, 2)},
    "descend": {
        "X": X,
        "Y": torch.randn(5, 5),
        "start": K,
        "lr": 0.001,
        "num_steps": 3,
    },
    "Layer": {"kernel_size": 3, "stride": 1, "padding": 0, "dilation": 1},
    "receptive_field": {"layers": [Layer(3), Layer(2, stride=2)]},
    "map_sizes": {"layers": [Layer(3)], "input_size": 9},
    "receptive_field_by_gradient": {"module": NET, "input_shape": (1, 9, 9)},
    "receptive_field_by_perturbation": {"module": NET, "input_shape": (1, 9, 9)},
    "bar": {"size": 9, "angle": 30.0, "width": 2.0},
    "edge": {"size": 9, "angle": 30.0},
    "along_and_across": {"size": 9, "angle": 30.0, "centre": (0, 0)},
    "gabor": {
        "size": 9,
        "orientation": 30.0,
        "wavelength": 5.0,
        "width": 2.0,
        "phase": 0.0,
        "aspect": 1.0,
        "centre": (0, 0),
    },
    "fit_gabor": {"filters": FILTERS, "largest_width": 2.0, "num_steps": 2},
    "random_patches": {
        "pictures": [torch.rand(20, 20)],
        "size": 5,
        "count": 4,
        "generator": torch.Generator(),
    },
    "same_contrast": {"patches": FILTERS, "softness": 0.01},
    "whitening": {"P": CENTRED, "num_components": 4},
    "orthogonal": {"W": torch.randn(4, 4)},
    "independence_step": {"W": torch.eye(4), "Z": torch.randn(30, 4)},
    "spike_triggered_average": {"stimuli": FILTERS, "spikes": torch.tensor([1.0, 0, 2])},
    "spike_rate": {"kernel": torch.randn(7, 7), "stimuli": FILTERS},
    "MovingStripe": {"column": 3},
    "CorrelationStepper": {"X": X[:5, :6].clamp(-9, 9), "K": K},
    "DenseToConvolution": {"stage": 1.0},
    "EquivarianceMeter": {"name": "chelsea"},
    "ParameterCount": {"side": 100, "channels": 3, "units": 10, "kernel": 3},
    "KernelStudio": {"kernel": torch.randn(3, 3), "input": "chelsea"},
    "TargetGame": {"level": 1},
    "DescentCockpit": {"X": X, "Y": torch.randn(6, 6)},
    "ReceptiveFieldExplorer": {"layers": [Layer(3)], "input_size": 9},
    "TuningCurve": {
        "kernels": torch.randn(3, 3),
        "stimulus": "bar",
        "angle": 10,
        "record": False,
    },
    "GaborExplorer": {
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
    return not isinstance(before, (int, float, str)) or before == after or before != before


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


def public_functions():
    """name -> function or class, for all that a learner calls with arguments."""
    found = {name: getattr(widgets, name) for name in widgets.__all__}
    for module in pkgutil.walk_packages(helpers.__path__, "helpers."):
        if any(f"{module.name}.".startswith(f"{other}.") for other in ELSEWHERE):
            continue
        for name, thing in vars(importlib.import_module(module.name)).items():
            is_callable = inspect.isfunction(thing) or inspect.isclass(thing)
            if is_callable and thing.__module__ == module.name and not name.startswith("_"):
                found[name] = thing
    return {
        name: thing
        for name, thing in found.items()
        if name not in RESULTS and inspect.signature(thing).parameters
    }


PUBLIC = public_functions()
WIDGETS = {name: PUBLIC[name] for name in widgets.__all__}


def test_every_public_function_has_a_valid_call():
    assert set(PUBLIC) == set(VALID)


def test_odd_values_get_one_sentence():
    problems = []
    for name, arguments in VALID.items():
        assert attempt(PUBLIC[name], arguments) is None, f"the valid call of {name} is refused"
        for argument in arguments:
            for odd, value in ODD.items():
                try:
                    attempt(PUBLIC[name], {**arguments, argument: value})
                except Exception as error:  # whatever it is, no learner should see it
                    what = f"{type(error).__name__}: {str(error)[:120]}"
                    problems.append(f"{name}({argument}={odd}): {what}")
    assert not problems, "\n" + "\n".join(problems)


def properties(widget):
    """The properties that a widget's classes in helpers define, by name."""
    ours = [cls for cls in type(widget).__mro__ if cls.__module__.startswith("helpers.")]
    things = {name: thing for cls in reversed(ours) for name, thing in vars(cls).items()}
    return {name: thing for name, thing in things.items() if isinstance(thing, property)}


def unreadable(widget):
    """The properties of a widget that cannot be read, each with its error."""
    found = []
    for name in properties(widget):
        try:
            getattr(widget, name)
        except Exception as error:  # whatever it is: a property that is only read raises nothing
            found.append(f"{name} raises {type(error).__name__}: {str(error)[:120]}")
    return found


def test_odd_values_of_a_trait_are_refused_or_harmless():
    """What is refused leaves the widget as it was; what is taken can be read and shown."""
    problems = []
    for widget in (cls(**VALID[name]) for name, cls in WIDGETS.items()):
        for trait in widget.view.traits(sync=True):
            if trait.startswith("_") or trait in {"layout", "tabbable", "tooltip", "comm"}:
                continue
            for odd, value in ODD.items():
                what = f"{widget}: {trait}={odd}"
                before = getattr(widget.view, trait)
                try:
                    setattr(widget.view, trait, value)
                except (TraitError, ValueError):
                    if getattr(widget.view, trait) is not before:
                        problems.append(f"{what} was refused, but is lost: {before!r:.60}")
                except Exception as error:
                    problems.append(f"{what}: {type(error).__name__}: {str(error)[:120]}")
                else:
                    problems += [f"{what}: {problem}" for problem in unreadable(widget)]
                    setattr(widget.view, trait, before)
    assert not problems, "\n" + "\n".join(problems)


def test_odd_values_of_a_property_get_one_sentence_and_the_last_one_stays():
    problems = []
    for widget in (cls(**VALID[name]) for name, cls in WIDGETS.items()):
        for prop in (name for name, thing in properties(widget).items() if thing.fset):
            for odd, value in ODD.items():
                what = f"{widget}: {prop}={odd}"
                before = getattr(widget, prop)
                try:
                    setattr(widget, prop, value)
                    getattr(widget, prop)
                except (TraitError, ValueError) as error:
                    if "\n" in str(error) or len(str(error)) > 500:
                        problems.append(f"{what}: not one sentence: {str(error)[:200]}")
                    if not same(before, getattr(widget, prop)):
                        problems.append(f"{what} was refused, but the last one is lost")
                except Exception as error:
                    problems.append(f"{what}: {type(error).__name__}: {str(error)[:120]}")
    assert not problems, "\n" + "\n".join(problems)


def controls(widget):
    """A widget and all that it is made of."""
    inside = [deeper for child in getattr(widget, "children", ()) for deeper in controls(child)]
    return [widget, *inside]


def test_of_control_and_view_only_one_tells_other_windows():
    """Were it both, two windows could send each other an old and a new value for ever."""
    problems = []
    for widget in (cls(**VALID[name]) for name, cls in WIDGETS.items()):
        linked = [control for control in controls(widget) if hasattr(control, "view_links")]
        problems += [f"{widget} has no linked control"] * (not linked)
        thumbs = [name for name in widget.view.keys if name.startswith("thumb_")]
        for owner, names in [
            *((control, control.keys) for control in linked),
            (widget.view, thumbs),
        ]:
            for name in names:
                if owner.trait_metadata(name, "echo_update", True) is not False:
                    problems.append(f"{widget}: {name} of {type(owner).__name__} is echoed")
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
