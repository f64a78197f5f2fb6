"""The policy at the top of compare.py: what counts as the same answer, and what does not."""

import inspect
import math
from decimal import Decimal
from fractions import Fraction

import forms
import numpy as np
import pytest
import torch

from helpers.exercises.compare import Problem, compare, read

VALUES = [
    0,
    19,
    -3,
    2016,
    3_000_000,
    0.5,
    -1 / 30,
    12.0,
    (4, 5),
    (0, 1, 0, -1),
    (0.4, -2.0),
    True,
    False,
    "same",
    "SOBEL_Y",
    torch.tensor([[0.2, -0.2]]),
    torch.arange(6.0).reshape(2, 3),
    torch.arange(4),
    {"the output": torch.ones(2, 3), "the gradient of bias": torch.tensor([6.0])},
]


def astray(expected, answers, same, **policy):
    return [a for a in answers if compare(expected, a, **policy).same != same]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_every_form_of_a_right_answer_counts_and_none_of_a_near_one(value):
    assert astray(value, forms.right_forms(value), True) == []
    assert astray(value, forms.wrong_forms(value), False) == []


def test_a_number_is_read_from_whatever_holds_one():
    right = [19, 19.0, Fraction(19), Decimal("19"), np.int8(19), np.float16(19), np.array([[19]])]
    right += [torch.tensor(19), torch.tensor([19.0]), torch.tensor(19.0).requires_grad_()]
    right += [19 + 1e-6, 18.9996, np.longdouble(19)]
    assert astray(19, right, True) == []
    wrong = [18.99, 20, "19", True, [19], (19,), torch.tensor([19, 19]), 19 + 0j, math.inf]
    wrong += [10**400, Fraction(10**400), Decimal("sNaN"), math.nan, torch.tensor(19 + 0j), b"19"]
    wrong += [torch.tensor(True), torch.empty(0), torch.tensor(19.0, device="meta")]
    assert astray(19, wrong, False) == []


def test_a_measured_zero_is_zero():
    assert astray(0, [2.4e-07, torch.tensor(-2.4e-07), -0.0, np.float32(2.4e-07)], True) == []
    assert astray(0.0, [2.4e-07, torch.tensor(-2.4e-07)], True) == []
    assert astray(0, [0.01, 1, False, None, ""], False) == []


def test_large_whole_numbers_are_told_apart():
    assert not compare(3_000_000, 3_000_001).same
    assert not compare(3_000_001_000, 3_000_000_000.0).same
    assert not compare(3_000_001_000, 3_000_001_001).same


def test_what_a_coarse_dtype_cannot_hold_is_not_held_against_it():
    assert compare(3_000_001_000, torch.tensor(3_000_001_000, dtype=torch.float32)).same
    assert compare(996_004, torch.tensor(996_004, dtype=torch.bfloat16)).same
    assert not compare(5856, torch.tensor(5808, dtype=torch.bfloat16)).same
    assert compare(1 / 30, torch.tensor(1 / 30).half()).same


def test_a_tuple_may_be_any_sequence():
    right = [[4, 5], torch.Size([4, 5]), range(4, 6), np.array([4, 5]), torch.tensor([4.0, 5.0])]
    right += [(torch.tensor(4), np.int64(5)), [4.0, Fraction(5)]]
    assert astray((4, 5), right, True) == []
    wrong = [(5, 4), (4, 5, 1), (4,), {4, 5}, {4: 5}, "45", "(4, 5)", np.array([[4, 5]]), (4, True)]
    wrong += [torch.tensor([[4], [5]]), 45, (4, "5"), [[4, 5]], torch.tensor([True, True])]
    assert astray((4, 5), wrong, False) == []


def test_order_makes_no_difference_where_a_question_asks_which_ones():
    right = [(6, 3), {3, 6}, [6.0, 3], torch.tensor([6, 3]), frozenset({6, 3}), np.array([3, 6])]
    assert astray((3, 6), right, True, unordered=True) == []
    wrong = [(3,), (3, 3), {3, 6, 9}, (3, 6, 6), {3: 6}, 36, (True, 3)]
    assert astray((3, 6), wrong, False, unordered=True) == []
    assert compare(("b", "c"), ["C", " b "], unordered=True).same


def test_true_and_false_in_any_usual_form():
    right = [np.False_, torch.tensor(False), torch.tensor([False]), "false", " 'False' ", "No"]
    assert astray(False, right, True) == []
    assert astray(False, [np.True_, "true", 0, 0.0, None, "maybe", [False], ()], False) == []
    assert astray(True, [1, torch.tensor(1), "False", "t"], False) == []


def test_words_in_any_usual_form():
    right = ["B", " b ", '"b"', "‘B’", "b)", "(b)", "b.", np.str_("b")]
    assert astray("b", right, True) == []
    assert astray("b", ["a", "bb", "", "b c", 2, b"b", None], False) == []
    assert compare("no order", "No  order").same


MATRIX = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, 7.0]])


def test_a_tensor_is_compared_by_value_whatever_its_real_dtype():
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        match = compare(MATRIX, MATRIX.to(dtype))
        assert match.same and match.dtypes == (dtype, torch.float32)
    whole = MATRIX.round()
    for dtype in (torch.int64, torch.int16, torch.float64):
        assert compare(whole, whole.to(dtype)).same
    assert compare(whole.long(), whole + 1e-6).same
    assert not compare(MATRIX, MATRIX.long()).same
    assert compare(MATRIX, MATRIX).dtypes is None


def test_a_tensor_of_another_dtype_fails_where_the_dtype_is_the_question():
    match = compare(MATRIX, MATRIX.double(), same_dtype=True)
    assert not match.same and "torch.float64, but should have torch.float32" in match.problem


def test_a_coarse_dtype_does_not_hide_a_mistake():
    for dtype in (torch.float16, torch.bfloat16):
        for wrong in (MATRIX.flip(1), -MATRIX, MATRIX + 0.5, MATRIX * 1.1):
            assert not compare(MATRIX, wrong.to(dtype)).same


def test_rounding_is_allowed_and_no_more():
    assert compare(MATRIX, MATRIX * (1 + 1e-5)).same
    assert compare(MATRIX * 1e4, MATRIX * 1e4 + 0.05).same
    assert not compare(MATRIX, MATRIX * 1.001).same
    assert not compare(MATRIX, MATRIX + 0.001).same
    assert not compare(torch.arange(3) + 10**6, torch.arange(3) + 10**6 + 1).same


def test_shape_and_being_a_tensor_at_all_are_strict_each_with_its_sentence():
    sentences = {
        "It is a list, not a tensor: wrap it in torch.tensor(...).": MATRIX.tolist(),
        "It is a tuple that holds a tensor: hand in the tensor itself.": (MATRIX,),
        "It is a list of tensors: make one of them": list(MATRIX),
        "It is a NumPy array, not a tensor: stay in torch": MATRIX.numpy(),
        "It should be an ordinary (dense) tensor": MATRIX.to_sparse(),
        "It is complex": MATRIX + 0j,
        "It holds True and False": MATRIX > 0,
        "It should be a tensor, but is 3": 3,
        "It is a function: call it": torch.zeros,
    }
    for sentence, answer in sentences.items():
        assert sentence in compare(MATRIX, answer).problem
    for answer in (MATRIX[None], MATRIX.T, MATRIX[:, :2], MATRIX.flatten(), torch.tensor(3.0)):
        assert not compare(MATRIX, answer).same


def test_other_kinds_get_their_sentence():
    for expected, answer, sentence in [
        (19, "19", "without quotes"),
        (19, torch.eye(2), "a single number, but is a tensor of shape (2, 2)"),
        (19, lambda: 19, "It is a function: call it"),
        ((2, 3), {2, 3}, "A set has no order"),
        ((2, 3), 6, "It should be a tuple such as (2, 3), but is 6."),
        ((2, 3), np.eye(2), "numbers in a row, but has shape (2, 2)"),
        (True, 1, "Answer True or False, not 1."),
        ("b", 2, "It should be a word in quotes, but is 2."),
    ]:
        assert sentence in compare(expected, answer).problem


def test_all_parts_must_agree_and_the_first_that_does_not_speaks():
    parts = {"the output": MATRIX, "the gradient of bias": torch.tensor([2.0])}
    cut_off = {**parts, "the gradient of bias": Problem("No gradient reaches bias.")}
    assert compare(parts, {**parts, "the output": MATRIX.double()}).dtypes is not None
    assert compare(parts, cut_off).problem == "No gradient reaches bias."
    assert compare(parts, {**cut_off, "the output": -MATRIX}).problem == ""
    assert not compare(parts, {"the output": MATRIX}).same


def test_a_judge_gets_an_ordinary_value():
    assert read(125, torch.tensor(120.0)) == 120.0
    assert read("B", " 'b' ") == "b"
    assert read((1, 2, 3, 9), torch.tensor([7, 5, 2, 1])) == (7, 5, 2, 1)
    assert read(MATRIX, MATRIX.long().requires_grad_(False)).dtype == torch.float32
    with pytest.raises(Problem):
        read(MATRIX, MATRIX.tolist())


def test_the_policy_is_written_at_the_top_of_the_module():
    policy = inspect.getdoc(inspect.getmodule(compare))
    for word in ("number", "tuple", "unordered", "word", "tensor", "same_dtype", "dict"):
        assert word in policy
