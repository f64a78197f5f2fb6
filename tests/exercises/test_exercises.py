"""Exercises: right answers pass, each wrong one fails with its own message, nothing raises."""

import contextlib
import importlib
import sys
from decimal import Decimal
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from helpers.exercises import chapter_02, engine
from helpers.exercises.engine import FunctionExercise, ValueExercise
from tools import solutions as exercises

EXERCISES = exercises.all_exercises()
FUNCTIONS = [name for name, e in EXERCISES.items() if isinstance(e, FunctionExercise)]


def _right(chapter):
    """The right answers of a chapter, from right_answers_NN.py beside this file."""
    name = chapter.replace("chapter_", "right_answers_")
    return importlib.import_module(name).RIGHT if find_spec(name) else {}


def _right_answers():
    for chapter in exercises.CHAPTERS:
        for name, answers in _right(chapter).items():
            for n, answer in enumerate(answers):
                label = getattr(answer, "__name__", repr(answer))
                yield pytest.param(f"{chapter}.{name}", answer, id=f"{chapter}.{name}-{n}-{label}")


def _wrong_answers():
    for name, exercise in EXERCISES.items():
        for n, wrong in enumerate(exercise.wrong):
            yield pytest.param(name, wrong, id=f"{name}-{n}")


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_passes(name):
    exercise = EXERCISES[name]
    is_function = isinstance(exercise, FunctionExercise)
    answer = exercise.reference if is_function else exercise.reference()
    feedback = exercise.evaluate(answer)
    assert feedback.status == "passed", feedback


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_that_is_printed_passes(name, capsys):
    exercise = EXERCISES[name]
    exercise.solution()
    module = sys.modules[exercise.reference.__module__]
    # What a chapter has imported by then, and nothing private to the exercises.
    namespace = {k: v for k, v in vars(module).items() if not k.startswith("_")}
    exec(capsys.readouterr().out, namespace)
    feedback = exercise.evaluate(namespace[name.split(".")[1]])
    assert feedback.status == "passed", feedback


@pytest.mark.parametrize(("name", "answer"), _right_answers())
def test_right_answers_in_other_styles_pass(name, answer):
    feedback = EXERCISES[name].evaluate(answer)
    assert feedback.status == "passed", feedback


@pytest.mark.parametrize("name", FUNCTIONS)
def test_there_are_three_other_styles(name):
    chapter, short = name.split(".")
    assert len(_right(chapter).get(short, [])) >= 3


@pytest.mark.parametrize(("name", "wrong"), _wrong_answers())
def test_each_wrong_answer_fails_with_its_own_message(name, wrong):
    feedback = EXERCISES[name].evaluate(wrong.answer)
    assert feedback.status == "failed"
    assert wrong.message in feedback.message


@pytest.mark.parametrize("name", EXERCISES)
def test_messages_differ_and_hints_exist(name):
    exercise = EXERCISES[name]
    messages = [wrong.message for wrong in exercise.wrong]
    assert messages and len(set(messages)) == len(messages)
    assert exercise.hints


class _Unprintable:
    def __repr__(self):
        raise RuntimeError("no")


ODD = [None, 3, -1.5, float("nan"), "word", [], {}, (), object(), _Unprintable(), torch, int]
ODD += [10**400, Decimal("sNaN"), np.complex64(1), torch.eye(2).to_sparse(), torch.eye(2).half()]
ODD += [torch.eye(2, device="meta")]
ODD += [True, torch.zeros(0), torch.ones(2, 2) * float("nan"), lambda *a, **k: None, print]


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("answer", ODD, ids=lambda a: type(a).__name__)
def test_odd_answers_get_a_sentence(name, answer):
    exercise = EXERCISES[name]
    if isinstance(exercise, ValueExercise) and answer is exercise.reference():
        pytest.skip("this odd answer is the right one")
    feedback = exercise.evaluate(answer)
    assert feedback.status == "failed" or isinstance(exercise, ValueExercise)
    assert feedback.message or feedback.status == "passed"
    assert feedback._repr_html_() and repr(feedback)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_hole_is_unattempted(name):
    assert EXERCISES[name].evaluate(...).status == "unattempted"


def stub(X, K): ...


def half_filled(X, K):
    Y = ...
    return Y


def returns_the_hole(X, K):
    return ...


@pytest.mark.parametrize("answer", [stub, half_filled, returns_the_hole, lambda X, K: ...])
def test_a_stub_is_unattempted(answer):
    assert chapter_02.corr2d.evaluate(answer).status == "unattempted"


def test_an_ellipsis_inside_an_index_is_no_hole():
    def last_column(X, K):
        return X[..., -1]

    assert chapter_02.corr2d.evaluate(last_column).status == "failed"


def spoils_its_argument(X, K):
    Y = chapter_02.corr2d.reference(X, K)
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


def indexes_too_far(X, K):
    return X[99, 99]


HOSTILE = [
    (spoils_its_argument, "changes its argument X"),
    (replaces_torch, "replaces torch.allclose"),
    (leaves, "leave out exit()"),
    (indexes_too_far, "raised IndexError: index 99 is out of bounds"),
    (indexes_too_far, "in the line `return X[99, 99]`"),
    (lambda X, K: None, "returns None"),
    (lambda X, K: [[19.0]], "a list, not a tensor"),
    (lambda X, K: X.numpy(), "a NumPy array, not a tensor"),
    (lambda X, K: X.double()[: -K.shape[0] + 1, : -K.shape[1] + 1], "dtype torch.float64"),
    (lambda X, K: X, "has shape (3, 3), but (2, 2) is expected"),
    (lambda X: X, "raised TypeError"),
    (lambda X, K: X[:2, :2] / 0, "NaN or infinity"),
    (lambda X, K: X[:2, :2] + 0.5, "4 of 4 entries differ; the first, at (0, 0), is 0.5 where 19"),
    (lambda X, K: indexes_too_far, "is the function indexes_too_far"),
]


@pytest.mark.parametrize(("answer", "sentence"), HOSTILE)
def test_what_a_function_does_wrong_is_said(answer, sentence):
    feedback = chapter_02.corr2d.evaluate(answer)
    assert feedback.status == "failed"
    assert sentence in feedback.message


def test_torch_is_whole_after_an_attack():
    before = torch.allclose, torch.Tensor.tolist
    chapter_02.corr2d.evaluate(replaces_torch)
    assert (torch.allclose, torch.Tensor.tolist) == before


@pytest.mark.parametrize("answer", [never_ends, swallows_errors])
def test_a_loop_that_never_ends_is_stopped(answer, monkeypatch):
    monkeypatch.setattr(engine, "SECONDS_ALLOWED", 0.5)
    feedback = chapter_02.corr2d.evaluate(answer)
    assert "stopped after 0.5 seconds" in feedback.message


def test_what_is_loaded_in_the_answer_is_not_cut_short(monkeypatch, tmp_path):
    """A module that is cut short while it loads would stay broken: it is loaded to its end."""
    monkeypatch.setattr(engine, "SECONDS_ALLOWED", 0.3)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "slow_module.py").write_text("import time\nfor _ in range(20): time.sleep(0.05)\n")

    def loads_slowly(X, K):
        import slow_module  # noqa: F401

        return chapter_02.corr2d.reference(X, K)

    assert chapter_02.corr2d.evaluate(loads_slowly).status == "passed"

    def loads_slowly_and_never_ends(X, K):
        del sys.modules["slow_module"]
        import slow_module  # noqa: F401

        never_ends(X, K)

    feedback = chapter_02.corr2d.evaluate(loads_slowly_and_never_ends)
    assert "stopped after 0.3 seconds" in feedback.message


def loops(*arguments):
    never_ends(None, None)


def allocates(*arguments):
    return torch.ones(10**6, 10**6)


def prints(*arguments):
    print("a word,", end=" ")
    print("and a line", file=sys.stderr)


def leaves_loudly(*arguments):
    exit("that is enough")


def returns_itself(*arguments):
    return returns_itself


def redefines_torch(*arguments):
    torch.zeros = torch.ones = torch.nn.functional.conv2d = torch.Tensor.sum = None


@pytest.mark.parametrize(
    "hostile", [loops, allocates, prints, leaves_loudly, returns_itself, redefines_torch]
)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_exercise_outlives_a_hostile_function(name, hostile, monkeypatch):
    monkeypatch.setattr(engine, "SECONDS_ALLOWED", 0.2 if hostile is loops else 10)
    exercise = EXERCISES[name]
    feedback = exercise.evaluate(hostile)
    assert feedback.status == "failed" and "\n" not in feedback.message
    if hostile is loops:
        assert "stopped after 0.2 seconds" in feedback.message
    monkeypatch.undo()
    assert exercise.evaluate(exercise.reference).status == "passed"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a program to its memory")
@pytest.mark.parametrize(
    "grows",
    [
        lambda X, K: torch.ones(10**6, 10**6),
        lambda X, K: torch.ones(20_000, 20_000),  # there may be so much, but not for this
        lambda X, K: X.numpy().repeat(10**9),
        lambda X, K: [0] * 10**10,
        lambda X, K: bytearray(2 * 10**9),
    ],
)
def test_a_function_that_takes_too_much_memory_is_refused_it(grows):
    import resource  # Windows has none

    limits = resource.getrlimit(resource.RLIMIT_AS)
    feedback = chapter_02.corr2d.evaluate(grows)
    assert feedback.status == "failed" and "asked for too much memory" in feedback.message
    assert resource.getrlimit(resource.RLIMIT_AS) == limits
    assert chapter_02.corr2d.evaluate(chapter_02.corr2d.reference).status == "passed"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a program to its memory")
def test_a_function_that_leaves_no_memory_to_judge_it_has_failed():
    hoard = []

    def hoards(X, K):
        for size in (2**20, 2**10):  # until there is not a kilobyte left
            with contextlib.suppress(MemoryError):
                while True:
                    hoard.append(bytearray(size))
        return chapter_02.corr2d.reference(X, K)

    feedback = chapter_02.corr2d.evaluate(hoards)
    assert feedback.status == "failed" and "asked for too much memory" in feedback.message
    hoard.clear()


def test_the_sums_that_the_feedback_explains_are_those_of_the_slips():
    window, K = torch.tensor([[0, 1], [3, 4]]), torch.arange(4).reshape(2, 2)
    slips = {
        "in a row": (torch.arange(4).reshape(2, 2) * K).sum(),
        "flipped kernel": (window * K.flip(0, 1)).sum(),
        "sum of the window": window.sum(),
        "left and right only": (window * K.flip(1)).sum(),
        "top and bottom only": (window * K.flip(0)).sum(),
        "cross-correlation": (window * K).sum(),
    }
    explained = {w.answer: w.message for w in chapter_02.first_sum.wrong}
    explained |= {w.answer: w.message for w in chapter_02.first_sum_flipped.wrong}
    for said, value in slips.items():
        assert said in explained[value.item()]


def test_a_wrong_dtype_is_said_and_shown():
    case = chapter_02.corr2d.cases()[-1]
    assert case[0].dtype == torch.float64

    def forgets_the_dtype(X, K):
        return chapter_02.corr2d.reference(X, K).float()

    feedback = chapter_02.corr2d.evaluate(forgets_the_dtype)
    assert "dtype torch.float32" in feedback.message
    assert "<table>" in feedback._repr_html_()


def test_an_argument_that_is_a_list_must_stay_as_it_was():
    exercise = EXERCISES["chapter_06.receptive_field"]

    def turns_it_round(layers):
        size = exercise.reference(layers)
        layers.reverse()
        return size

    feedback = exercise.evaluate(turns_it_round)
    assert feedback.status == "failed" and "list(layers)" in feedback.message


def test_an_error_quotes_the_line_of_the_learner():
    exercise = EXERCISES["chapter_04.directional_kernel"]

    def divides(v):
        return v[0] / 0

    message = exercise.evaluate(divides).message
    assert "ZeroDivisionError" in message and "`return v[0] / 0`" in message


def test_an_error_that_cannot_say_what_it_is():
    class SilentError(Exception):
        def __str__(self):
            raise RuntimeError

    def raises(X, K):
        raise SilentError

    assert "It raised SilentError" in chapter_02.corr2d.evaluate(raises).message


def test_a_function_that_prints_is_as_right_as_one_that_does_not():
    def talks(X, K):
        print("the window starts at 0, 0")
        return chapter_02.corr2d.reference(X, K)

    assert chapter_02.corr2d.evaluate(talks).status == "passed"


def test_the_first_failing_case_is_shown_beside_what_is_expected():
    feedback = chapter_02.corr2d.evaluate(lambda X, K: torch.zeros(2, 2) + 19)
    assert [caption for caption, _ in feedback.tables] == ["X", "K", "expected", "yours"]
    html = feedback._repr_html_()
    # The three entries that differ are framed and bold; the one that agrees is not.
    assert html.count("font-weight: bold") == 3


def test_nothing_learned_from_the_right_shape_alone():
    F = torch.nn.functional
    only_the_example = lambda X, K: torch.tensor([[19.0, 25.0], [37.0, 43.0]])  # noqa: E731
    assert chapter_02.corr2d.evaluate(only_the_example).status == "failed"
    noisy = lambda X, K: F.conv2d(X[None, None], K[None, None])[0, 0] * 1.01  # noqa: E731
    assert chapter_02.corr2d.evaluate(noisy).status == "failed"


def test_hints_come_one_at_a_time(capsys):
    chapter_02.corr2d.hint()
    chapter_02.corr2d.hint(99)
    said = capsys.readouterr().out
    assert "More: chapter_02.corr2d.hint(2)" in said
    assert "The hints here are hint(1) to hint(3)" in said


def test_check_shows_what_evaluate_says(monkeypatch):
    shown = []
    monkeypatch.setattr(engine, "display", shown.append)
    chapter_02.first_sum.check(19)
    assert [feedback.status for feedback in shown] == ["passed"]


def test_markup_in_an_answer_is_shown_as_text():
    feedback = chapter_02.first_sum.evaluate("<script>alert(1)</script>")
    assert "<script>" not in feedback._repr_html_()
