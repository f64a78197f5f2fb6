"""The decorators of chapters that are not converted to `exercise.py` yet."""

import ast
import inspect
import textwrap

from helpers.exercises.exercise import ValueExercise as _ValueExercise
from helpers.exercises.exercise import Wrong, exercise


class _OldValueExercise(_ValueExercise):
    def solution_code(self):
        source = textwrap.dedent(inspect.getsource(self.reference))
        returned = next(n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Return))
        return f"{self.reference.__name__} = {ast.unparse(returned.value)}"


def function_exercise(*, cases, hints, wrong=(), call=None):
    return exercise(cases=cases, hints=hints, wrong=wrong, call=call, why="", section="")


def value_exercise(*, hints, wrong=(), judge=None):
    return lambda reference: _OldValueExercise(
        reference.__module__,
        reference,
        accept=judge,
        unordered=False,
        same_dtype=False,
        hints=hints,
        wrong=wrong,
        why="",
        section="",
    )


__all__ = ["Wrong", "function_exercise", "value_exercise"]
