"""Checks of arguments: what each lets through, and what it says of the rest."""

import math

import numpy as np
import pytest
import torch

from helpers.checks import (
    check_same_dtype,
    check_tensor,
    described,
    matrix_rows,
    number,
    one_of,
    whole,
    whole_pair,
)

NO_NUMBERS = [None, True, "3", 1j, [3], torch.tensor(3.0), math.nan, math.inf, object()]


def refused(check, *arguments):
    """The sentence with which a check refuses its arguments."""
    with pytest.raises(ValueError) as info:
        check(*arguments)
    return str(info.value)


def test_whole_numbers_come_back_as_int():
    for value in (1, 9, np.int64(4)):
        assert whole(value, "n", 1, 9) == value and type(whole(value, "n", 1, 9)) is int
    for value in [*NO_NUMBERS, 2.0, 0, 10, 10**400]:
        assert refused(whole, value, "n", 1, 9).startswith("n must be a whole number from 1 to 9,")


def test_a_single_number_stands_for_a_pair():
    assert whole_pair(3, "size", 1, 9) == (3, 3)
    assert whole_pair([np.int64(2), 5], "size", 1, 9) == (2, 5)
    for value in [*NO_NUMBERS, (1,), (1, 2, 3), (1.0, 2), (True, 2), (0, 2), (1, 10), {1, 2}]:
        assert "(height, width) pair" in refused(whole_pair, value, "size", 1, 9)


def test_numbers_come_back_as_float():
    for value in (0, 2.5, np.float32(2.5)):
        assert number(value, "lr", 0) == value and type(number(value, "lr", 0)) is float
    for value in [*NO_NUMBERS, -0.1, 10**400]:
        assert refused(number, value, "lr", 0).startswith("lr must be a number of at least 0, but")
    assert (
        refused(number, 3, "aspect", 0.5, 2) == "aspect must be a number from 0.5 to 2, but is 3."
    )


def test_one_of_names_the_choices():
    assert one_of("cat", "name", ["cat", "dog"]) == "cat"
    for value in [None, ["cat"], "Cat", ""]:
        assert "name must be one of cat, dog" in refused(one_of, value, "name", ["cat", "dog"])


def test_a_tensor_is_refused_for_the_first_thing_that_is_wrong_with_it():
    wrong = {
        "must be a tensor, but is [[1.0]]": [[1.0]],
        "must be an ordinary (dense) tensor": torch.ones(2, 2).to_sparse(),
        "must be an ordinary (dense) tensor that": torch.ones(2, 2, device="meta"),
        "must be a matrix of at least one number, but has shape (2,)": torch.ones(2),
        "must be a matrix of at least one number, but has shape (0, 2)": torch.ones(0, 2),
        "must hold real numbers, but has dtype torch.bool": torch.ones(2, 2) > 0,
        "must hold real numbers, but has dtype torch.complex64": torch.ones(2, 2) * 1j,
        "must hold float32 or float64 numbers, but has dtype torch.int64": torch.ones(2, 2).long(),
        "must hold float32 or float64 numbers": torch.ones(2, 2).half(),
        "holds NaN or infinity": torch.tensor([[1.0, math.nan]]),
        "holds NaN or infinity: give": torch.tensor([[1.0, -math.inf]]),
    }
    for sentence, X in wrong.items():
        assert refused(check_tensor, X, "X", 2, True).startswith(f"X {sentence}")
    check_tensor(torch.ones(2, 2), "X", 2, floats=True)
    check_tensor(torch.ones(2, 2).long(), "X", 2)
    check_tensor(torch.tensor([[math.nan]]), "X", 2)


def test_two_dtypes_are_both_named():
    check_same_dtype(X=torch.ones(1), K=torch.zeros(2))
    with pytest.raises(ValueError, match=r"X is torch.float32, K is torch.int64: give"):
        check_same_dtype(X=torch.ones(1), K=torch.ones(1).long())


def test_a_matrix_comes_in_any_form():
    flipped = np.arange(4.0).reshape(2, 2)[::-1]
    trained = torch.tensor([[2.0, 3], [0, 1]], requires_grad=True)
    for M in [[[2, 3], [0, 1]], flipped, trained, torch.tensor([[2, 3], [0, 1]])]:
        assert matrix_rows(M, "K", (2, 3), 9) == [[2.0, 3.0], [0.0, 1.0]]
    for M in [None, "K", [[1], [2, 3]], [[10**400]], torch.ones(2, 2) * 1j, {}]:
        assert "K must be a matrix of numbers" in refused(matrix_rows, M, "K", (2, 3), 9)
    for M in [[1, 2], [[]], torch.ones(3, 3), torch.ones(2, 4)]:
        assert "K must be a matrix of at most 2×3" in refused(matrix_rows, M, "K", (2, 3), 9)
    for M in [[[9.5]], [[math.nan]], [[-math.inf]]]:
        assert "K must hold numbers from −9 to 9" in refused(matrix_rows, M, "K", (2, 3), 9)


class Silent:
    def __repr__(self):
        raise RuntimeError


def test_a_value_is_described_in_one_short_line():
    assert described(torch.ones(2, 3)) == "a tensor of shape (2, 3)"
    assert described(np.ones(4)) == "an array of shape (4,)"
    assert described(len) == "the function len"
    assert described(Silent) == "the class Silent"
    assert described(Silent()) == "an object of class Silent"
    assert described("a\nb") == "'a\\nb'"
    assert len(described("long " * 99)) <= 60 and described([0] * 99).endswith("...")
