"""Every exercise of the course, and how its reference solution gets into a notebook's stub."""

import ast
import importlib
import pkgutil
import re

import helpers.exercises
from helpers.exercises.exercise import Exercise

CHAPTERS = sorted(
    module.name
    for module in pkgutil.iter_modules(helpers.exercises.__path__)
    if module.name.startswith("chapter_")
)


def all_exercises():
    """name -> Exercise, for instance "chapter_02.corr2d"."""
    found = {}
    for chapter in CHAPTERS:
        module = importlib.import_module(f"helpers.exercises.{chapter}")
        found |= {e.name: e for e in vars(module).values() if isinstance(e, Exercise)}
    return found


def checks_in(source):
    """The (exercise name, answer name) pairs of a cell's `chapter_NN.name.check(answer)` lines."""
    return re.findall(r"^(chapter_\d\d\.\w+)\.check\((\w+)\)$", source, re.MULTILINE)


def solved(source, exercises):
    """A cell's source with the reference solution in place of each of its stubs."""
    for name, answer in checks_in(source):
        exercise = exercises[name]
        short = name.split(".")[1]
        code = re.sub(rf"\b{short}\b", answer, exercise.solution_code(), count=1)
        stub = next(node for node in ast.parse(source).body if _defines(node, answer))
        lines = source.splitlines()
        source = "\n".join([*lines[: stub.lineno - 1], code, *lines[stub.end_lineno :]])
    return source


def _defines(node, name):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name == name
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
