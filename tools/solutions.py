"""Every exercise of the course, and how its reference solution gets into a notebook's stub."""

import ast
import importlib
import pkgutil
import re
import symtable

from IPython.core.inputtransformer2 import TransformerManager

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


def solved_sources(notebook, exercises):
    """The sources of the cells that a chapter's solutions change, and of the cells these need.

    These are the exercises with their solutions, the cells that use an answer, and the cells that
    define a name used by one of these. All others run as they do in the unsolved chapter.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [solved(cell.source, exercises) for cell in cells]
    names = [_names(source) for source in sources]
    differs, answers = [], set()
    for source, (defined, used) in zip(sources, names, strict=True):
        differs.append(bool(checks_in(source)) or bool(answers & used))
        answers |= defined if differs[-1] else set()
    kept, needed = [], set()
    for i in reversed(range(len(cells))):
        defined, used = names[i]
        if differs[i] or needed & defined:
            kept.append(sources[i])
            needed |= used
    return kept[::-1]


def _names(source):
    """The names that a cell defines, and the global names that it uses."""
    code = TransformerManager().transform_cell(source)  # magics become calls
    cell = symtable.symtable(code, "cell", "exec")
    defined = {s.get_name() for s in cell.get_symbols() if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in cell.get_symbols() if s.is_referenced()}
    scopes = cell.get_children()
    while scopes:
        scope = scopes.pop()
        used |= {s.get_name() for s in scope.get_symbols() if s.is_global()}
        scopes += scope.get_children()
    return defined, used


def _defines(node, name):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name == name
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
