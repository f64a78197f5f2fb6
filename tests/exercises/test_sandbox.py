"""What a learner's function does: it is stopped, held to its memory, and spoils nothing."""

import contextlib
import sys

import pytest
import torch
from torch import nn

from helpers.correlation import corr2d
from helpers.exercises import chapter_02, sandbox
from helpers.exercises.compare import Problem
from helpers.exercises.exercise import exercise

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux holds a program to its memory"
)
right = chapter_02.corr2d.reference


def spoils_its_argument(X, K):
    Y = right(X, K)
    X += 1
    return Y


def replaces_torch(X, K):
    torch.allclose = lambda *a, **k: True
    torch.Tensor.tolist = lambda self: []
    return K


def never_ends(X, K):
    while True:
        pass


def swallows_errors(X, K):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def leaves(X, K):
    sys.exit()


def message(answer, exercise=chapter_02.corr2d):
    feedback = exercise.evaluate(answer)
    assert feedback.status == "failed"
    return feedback.message


def test_what_a_function_does_besides_its_result_is_said():
    assert "changes its argument X: work on a copy, X.clone()" in message(spoils_its_argument)
    assert "replaces torch.allclose" in message(replaces_torch)
    assert "leave out exit()" in message(leaves)


def test_torch_is_whole_after_an_attack():
    before = torch.allclose, torch.Tensor.tolist
    chapter_02.corr2d.evaluate(replaces_torch)
    assert (torch.allclose, torch.Tensor.tolist) == before


def test_a_check_leaves_random_numbers_and_settings_as_they_were():
    def meddles(X, K):
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        return right(X, K)

    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    chapter_02.corr2d.evaluate(meddles)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled()


@pytest.mark.parametrize("answer", [never_ends, swallows_errors])
def test_a_loop_that_never_ends_is_stopped(answer, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS_ALLOWED", 0.5)
    assert "stopped after 0.5 seconds" in message(answer)


def test_a_module_loaded_in_the_answer_is_not_cut_short(monkeypatch, tmp_path):
    """A module cut short while it loads would stay broken: it is loaded to its end."""
    monkeypatch.setattr(sandbox, "SECONDS_ALLOWED", 0.3)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "slow_module.py").write_text("import time\nfor _ in range(20): time.sleep(0.05)\n")

    def loads_slowly(X, K):
        import slow_module  # noqa: F401

        return right(X, K)

    assert chapter_02.corr2d.evaluate(loads_slowly).status == "passed"

    def loads_slowly_and_never_ends(X, K):
        del sys.modules["slow_module"]
        import slow_module  # noqa: F401

        never_ends(X, K)

    assert "stopped after 0.3 seconds" in message(loads_slowly_and_never_ends)


@linux_only
def test_a_function_that_takes_too_much_memory_is_refused_it():
    import resource  # Windows has none

    limits = resource.getrlimit(resource.RLIMIT_AS)
    for grows in (
        lambda X, K: torch.ones(10**6, 10**6),
        lambda X, K: torch.ones(20_000, 20_000),  # there may be so much, but not for this
        lambda X, K: X.numpy().repeat(10**9),
        lambda X, K: [0] * 10**10,
        lambda X, K: bytearray(2 * 10**9),
    ):
        assert "asked for too much memory" in message(grows)
        assert resource.getrlimit(resource.RLIMIT_AS) == limits
    assert chapter_02.corr2d.evaluate(right).status == "passed"


@linux_only
def test_a_function_that_leaves_no_memory_to_judge_it_has_failed():
    hoard = []

    def hoards(X, K):
        for size in (2**20, 2**10):  # until there is not a kilobyte left
            with contextlib.suppress(MemoryError):
                while True:
                    hoard.append(bytearray(size))
        return right(X, K)

    assert "asked for too much memory" in message(hoards)
    hoard.clear()


def test_an_argument_that_is_a_list_must_stay_as_it_was():
    total = exercise(cases=lambda: [([1, 2, 4],)], hints=["Add."], why="", section="")(
        lambda numbers: sum(numbers)
    )

    def turns_it_round(numbers):
        numbers.reverse()
        return sum(numbers)

    assert "list(numbers)" in message(turns_it_round, total)


def test_a_function_that_prints_is_as_right_as_one_that_does_not(capsys):
    def talks(X, K):
        print("the window starts at 0, 0")
        return right(X, K)

    assert chapter_02.corr2d.evaluate(talks).status == "passed"


# --- what is trained ----------------------------------------------------------------------------


class Layer(nn.Module):
    """A convolution with a bias, whose forward uses `use_weight` and `use_bias` of the two."""

    use_weight = use_bias = staticmethod(lambda parameter: parameter)

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2, 3))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.use_weight(self.weight)) + self.use_bias(self.bias)


def step(layer):
    X = torch.arange(20.0).reshape(4, 5) ** 1.5
    weight = torch.tensor([[1.0, -2, 3], [0.5, 0, 4]])
    return sandbox.training_step(layer, X, weight=weight, bias=torch.tensor([0.5]))


def variant(**uses):
    return type("Variant", (Layer,), {k: staticmethod(v) for k, v in uses.items()})()


def test_a_training_step_measures_the_output_and_every_gradient():
    parts = step(Layer())
    assert list(parts) == [
        "the output",
        "the gradient of weight",
        "the gradient of bias",
        "the gradient of X",
    ]
    assert parts["the gradient of bias"].item() == sum(range(1, 10))
    assert parts["the gradient of weight"].shape == (2, 3)


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_a_parameter_that_no_gradient_reaches_gets_a_sentence(name):
    for cut in (lambda p: p.detach(), lambda p: p.data, lambda p: p.clone().detach()):
        gradient = step(variant(**{f"use_{name}": cut}))[f"the gradient of {name}"]
        assert isinstance(gradient, Problem)
        assert f"No gradient reaches {name}, so it would never be trained" in str(gradient)
    as_number = step(variant(use_bias=lambda p: p.item()))
    assert "No gradient reaches bias" in str(as_number["the gradient of bias"])


def test_a_frozen_parameter_gets_a_sentence():
    layer = Layer()
    layer.bias.requires_grad_(False)
    assert "bias is frozen" in str(step(layer)["the gradient of bias"])


def test_a_layer_without_a_parameter_or_without_a_result_gets_a_sentence():
    class NoReturn(Layer):
        def forward(self, X):
            super().forward(X)

    class PlainBias(Layer):
        def __init__(self):
            super().__init__()
            del self.bias
            self.bias = torch.zeros(1)

    class BiasPerWeight(Layer):
        def __init__(self):
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(2, 3))

    for layer, sentence in [
        (NoReturn(), "forward returns None"),
        (PlainBias(), "no parameter bias"),
        (BiasPerWeight(), "bias should hold 1 numbers, but holds 6"),
    ]:
        with pytest.raises(Problem, match=sentence):
            step(layer)


def test_an_input_that_no_gradient_reaches_gets_a_sentence():
    class CutsInput(Layer):
        def forward(self, X):
            return super().forward(X.detach())

    assert "No gradient reaches X" in str(step(CutsInput())["the gradient of X"])
