"""What a check says: true sentences, tables, hints, and nothing of our own insides."""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from helpers.exercises import chapter_00, chapter_02, exercise
from helpers.exercises.compare import Problem
from helpers.exercises.exercise import predict

right = chapter_02.corr2d.reference


def indexes_too_far(X, K):
    return X[99, 99]


def message(answer, exercise=chapter_02.corr2d, status="failed"):
    feedback = exercise.evaluate(answer)
    assert feedback.status == status
    return feedback.message


def test_a_right_answer_is_told_why():
    assert repr(chapter_02.first_sum.evaluate(19)) == f"Correct. {chapter_02.first_sum.why}"
    assert message(right, status="passed").endswith(chapter_02.corr2d.why)
    assert "Right in all 7 cases" in message(right, status="passed")


def test_another_dtype_passes_with_a_note():
    feedback = chapter_02.corr2d.evaluate(lambda X, K: right(X, K).float())
    assert feedback.status == "passed"
    assert feedback.note == "Right; it is float32 where X is float64."
    assert feedback.note in repr(feedback) and feedback.note in feedback._repr_html_()
    assert chapter_02.corr2d.evaluate(right).note == ""


def test_what_is_wrong_with_a_result_is_said():
    for answer, sentence in [
        (indexes_too_far, "raised IndexError: index 99 is out of bounds"),
        (indexes_too_far, "in the line `return X[99, 99]`"),
        (lambda X, K: None, "returns None: does every path"),
        (lambda X, K: [[19.0]], "a list, not a tensor"),
        (lambda X, K: X.numpy(), "a NumPy array, not a tensor"),
        (lambda X, K: X, "has shape (3, 3), but (2, 2) is expected"),
        (lambda X: X, "It takes 1 argument, but is called with 2: X and K."),
        (lambda X, K, a, b=0: X, "It takes 3 arguments, but is called with 2: X and K."),
        (lambda *, X, K: X, "raised TypeError"),
        (lambda X, K, a, b: X, "It takes 4 arguments, but is called with 2: X and K."),
        (lambda X, K: X[:2, :2] / 0, "NaN or infinity"),
        (lambda X, K: X[:2, :2] + 0.5, "4 of 4 entries differ; the first, at (0, 0), is 0.5 where"),
        (lambda X, K: indexes_too_far, "It is a function: call it"),
        (lambda X, K: right(X, K).int(), "torch.int32 holds whole numbers only"),
        (3, "wants the function itself, by its name and without brackets, but got 3"),
    ]:
        assert sentence in message(answer)


def test_a_known_mistake_is_named_only_if_it_explains_every_case():
    flipped = lambda X, K: F.conv2d(X[None, None], K.flip(0, 1)[None, None])[0, 0]  # noqa: E731
    assert "You flip the kernel" in message(flipped)

    def flipped_where_small(X, K):
        return flipped(X, K) if K.numel() < 6 else right(X, K)

    def flipped_or_zero(X, K):
        return flipped(X, K) if K.numel() < 6 else torch.zeros_like(right(X, K))

    for answer in (flipped_where_small, flipped_or_zero):
        assert "You flip the kernel" not in message(answer)
        assert "entries differ" in message(answer)


def test_a_known_mistake_is_named_in_any_dtype():
    answer = lambda X, K: right(X, K.flip(1)).double()  # noqa: E731
    assert "mirrored left to right" in message(answer)


def test_an_object_in_place_of_its_class_is_said():
    @exercise.exercise(cases=lambda: [(1,)], hints=[""], why="", section="", call=lambda a, n: n)
    class Doubled(nn.Module):
        pass

    assert "hand in the class itself, Doubled" in message(Doubled.reference(), Doubled)
    assert Doubled.evaluate(Doubled.reference).status == "passed"


def test_a_problem_found_by_a_call_is_the_feedback():
    def call(answer, n):
        raise Problem("A sentence of its own.")

    wanted = exercise.exercise(
        cases=lambda: [(1,)], hints=[""], why="", section="", call=lambda a, n: a(n)
    )(lambda n: n)
    wanted.call = lambda answer, n: call(answer, n) if answer is abs else answer(n)
    assert message(abs, wanted).startswith("A sentence of its own.")


def test_no_message_shows_our_insides():
    class Strange:
        pass

    answers = [lambda X, K: 1 / 0, lambda X: X, lambda X, K: Strange(), Strange(), Strange]
    answers += [lambda X, K: (lambda: 1)(2), lambda X, K: K.nothing, object(), exercise.Exercise]
    answers += [
        lambda X, K: (x for x in X),
        lambda X, K: np.nan,
        type("X", (), {"__eq__": None}),
    ]
    for answer in answers:
        for e in (chapter_02.corr2d, chapter_02.first_sum, chapter_02.shape_of_map):
            said = message(answer, e).split(" in the line `")[0]
            for inside in ("<lambda>", "<locals>", "Outcome", "0x", "helpers.", "test_feedback"):
                assert inside not in said, said


def test_an_error_quotes_the_line_of_the_learner():
    def divides(X, K):
        return X.sum().item() / 0

    said = message(divides)
    assert "ZeroDivisionError" in said and "`return X.sum().item() / 0`" in said
    assert "in the line" not in message(nn.Conv2d(1, 1, 2))  # which would be one of torch's


def test_an_error_that_cannot_say_what_it_is():
    class SilentError(Exception):
        def __str__(self):
            raise RuntimeError

    def raises(X, K):
        raise SilentError

    assert "It raised SilentError" in message(raises)


def test_the_first_failing_case_is_shown_beside_what_is_expected():
    feedback = chapter_02.corr2d.evaluate(lambda X, K: torch.zeros(2, 2) + 19)
    assert [caption for caption, _ in feedback.tables] == ["X", "K", "expected", "yours"]
    # The three entries that differ are framed and bold; the one that agrees is not.
    assert feedback._repr_html_().count("font-weight: bold") == 3


def test_the_part_that_differs_is_named_and_shown():
    parts = {"the output": torch.ones(2, 2), "the gradient of bias": torch.ones(1)}
    as_exercise = exercise.exercise(cases=lambda: [(1,)], hints=[""], why="", section="")
    wanted = as_exercise(lambda n: parts)
    feedback = wanted.evaluate(lambda n: {**parts, "the gradient of bias": torch.zeros(1)})
    assert "In the gradient of bias, 1 of 1 entries differ" in feedback.message
    assert [caption for caption, _ in feedback.tables] == ["expected", "yours"]


def test_a_wrong_value_is_not_given_the_right_one():
    said = message(7.5, chapter_02.first_sum)
    assert said == "It is not 7.5. Think again, or ask for chapter_02.first_sum.hint()"


def test_markup_in_an_answer_is_shown_as_text():
    feedback = chapter_02.first_sum.evaluate("<script>alert(1)</script>")
    assert "<script>" not in feedback._repr_html_()


def test_a_judge_decides_where_many_answers_are_right():
    even = predict(
        2,
        accept=lambda n: None if n % 2 == 0 else "That is odd.",
        wrong={3: "3 is the first odd one."},
        hints=[""],
        why="It divides by 2.",
        section="",
    )
    assert message(torch.tensor(8), even, "passed") == "It divides by 2."
    assert message(3, even) == "3 is the first odd one."
    assert message(5, even) == "That is odd."
    assert "It should be a number" in message(None, even)


# --- stubs, hints, solutions --------------------------------------------------------------------


def stub(X, K): ...


def half_filled(X, K):
    Y = ...
    return Y


def test_a_stub_is_unattempted():
    for answer in (..., stub, half_filled, lambda X, K: ...):
        assert "in place of the three dots" in message(answer, status="unattempted")


def test_an_ellipsis_inside_an_index_is_no_placeholder():
    def last_column(X, K):
        return X[..., -1]

    message(last_column)


def test_hints_come_one_at_a_time(capsys):
    chapter_02.corr2d.hint()
    chapter_02.corr2d.hint(99)
    said = capsys.readouterr().out
    assert "More: chapter_02.corr2d.hint(2)" in said
    assert "The hints here are hint(1) to hint(3)" in said


def test_a_solution_is_printed_as_it_is_written(capsys):
    chapter_00.first_shape.solution()
    chapter_02.convolve2d.solution()
    said = capsys.readouterr().out
    assert said.startswith("first_shape = (2, 3)\ndef convolve2d(X, K):\n    flipped = K.flip(")


def test_check_shows_what_evaluate_says(monkeypatch):
    shown = []
    monkeypatch.setattr(sys.modules[exercise.__name__], "display", shown.append)
    chapter_02.first_sum.check(19)
    assert [feedback.status for feedback in shown] == ["passed"]


def test_the_sums_that_the_feedback_explains_are_those_of_the_mistakes():
    window, K = torch.tensor([[0, 1], [3, 4]]), torch.arange(4).reshape(2, 2)
    mistakes = {
        "in a row": (torch.arange(4).reshape(2, 2) * K).sum(),
        "flipped kernel": (window * K.flip(0, 1)).sum(),
        "transposed kernel": (window * K.T).sum(),
        "sum of the window": window.sum(),
        "matrix product": (window @ K).sum(),
        "left and right only": (window * K.flip(1)).sum(),
        "top and bottom only": (window * K.flip(0)).sum(),
        "cross-correlation": (window * K).sum(),
        "one pixel further right": (torch.tensor([[1, 2], [4, 5]]) * K.flip(0, 1)).sum(),
        "turned by a quarter": (window * K.rot90(1)).sum(),
    }
    explained = {}
    for exercise_ in (chapter_02.first_sum, chapter_02.first_sum_flipped):
        for wrong in exercise_.wrong:
            explained[wrong.answer] = explained.get(wrong.answer, "") + wrong.message
    for said, value in mistakes.items():
        assert said in explained[value.item()]
