"""What a chapter defines is what `helpers` ships, its checks of arguments left out."""

import ast
import inspect
import re

import nbformat

from helpers import checks, conv2d, correlation, natural_images
from tools.notebooks import NOTEBOOKS

TAUGHT = [
    ("02_cross_correlation", correlation.corr2d),
    ("02_cross_correlation", correlation.corr2d_shifted),
    ("02_cross_correlation", correlation.corr2d_unfold),
    ("03_conv2d_module", conv2d.Conv2D),
    ("07_visual_cortex", natural_images.independence_step),
]


def test_what_is_taught_is_what_is_shipped():
    for chapter, shipped in TAUGHT:
        notebook = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        # A chapter may start from a wrong version: the last one counts.
        taught = [node for source in cells for node in _definitions(source, shipped.__name__)][-1]
        (ours,) = _definitions(inspect.getsource(shipped), shipped.__name__)
        assert _bare(taught) == _bare(ours), f"{shipped.__name__} in {chapter}"


def _definitions(source, name):
    source = re.sub(r"^(\s*)%.*", r"\1pass", source, flags=re.MULTILINE)
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [n for n in ast.parse(source).body if isinstance(n, kinds) and n.name == name]


def _bare(definition):
    """The code of a definition without docstrings and without what checks its input."""
    for node in ast.walk(definition):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.body = [statement for statement in node.body if not _is_aside(statement)]
    return ast.unparse(_WithoutChecks().visit(definition))


class _WithoutChecks(ast.NodeTransformer):
    """Replaces `whole_pair(x, ...)` by x: the checks that return a value return what they check."""

    def visit_Call(self, node):
        self.generic_visit(node)
        is_check = isinstance(node.func, ast.Name) and hasattr(checks, node.func.id)
        return node.args[0] if is_check else node


def _is_aside(statement):
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    is_check = isinstance(value, ast.Call) and "check" in ast.unparse(value.func)
    return is_check or isinstance(value, ast.Constant)
