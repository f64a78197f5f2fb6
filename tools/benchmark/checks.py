"""Seconds of a check: every exercise with its reference and with each of its known mistakes."""

import time

from helpers.exercises.exercise import FunctionExercise
from tools.solutions import CHAPTERS, all_exercises


def measure(quick=False):
    """Seconds of each exercise's slowest check, as {"chapter_02.corr2d": …}."""
    found = {}
    for name, exercise in all_exercises().items():
        is_function = isinstance(exercise, FunctionExercise)
        answers = [exercise.reference if is_function else exercise.reference()]
        answers += [wrong.answer for wrong in exercise.wrong]
        exercise.evaluate(answers[0])  # the first of all loads what torch needs for it
        found[name] = max(_seconds(exercise, answer) for answer in answers)
    return found


def _seconds(exercise, answer):
    start = time.perf_counter()
    exercise.evaluate(answer)
    return time.perf_counter() - start


def table(checks):
    rows = []
    for chapter in CHAPTERS:
        of = {name: seconds for name, seconds in checks.items() if name.startswith(chapter)}
        slowest = max(of, key=of.get)
        rows.append([chapter, str(len(of)), f"{1000 * of[slowest]:.0f}", slowest.split(".")[1]])
    return "CHECKS: the slowest of each chapter", ["", "exercises", "ms", "which"], rows
