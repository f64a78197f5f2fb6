"""Find what answers a chapter's questions before they are asked for.

    python -m tools.spoilers                       # all chapters
    python -m tools.spoilers notebooks/02*.ipynb   # those named

Searched is what a reader sees of a chapter that was opened and never run: Markdown outside closed
`<details>` (their summaries are visible), code that is not hidden (of hidden code JupyterLab shows
the first line), outputs that are not collapsed. A *part* reaches from one heading to the next. For
each value exercise its part is searched, above the question as well as below it, and all up to the
next output where that stands behind a heading; not the question itself, which tells what is given:

- A number of two digits or more, or with decimals, wherever it stands in prose, in an output, or in
  a string or comment of code: 12, 12.0, 2,016, three million, half, 1/30, 0.0333, 64 %. Rounded
  numbers count from two significant digits on.
- A whole number below ten only where it stands as a result: in prose after `=`, "is", "gives" and
  the like, or first in a paragraph ("One: ..."); in outputs after `:` or `=`, at the end of a line,
  or as the first entry of a matrix.
- A tuple or a matrix wherever its numbers stand in a row and nothing else with them, in any
  brackets or joined by ×, commas, arrows or words: (4, 5), 4×5, 4 by 5, torch.Size([4, 5]),
  [[1., -1.]]; a tuple also where one output below the question shows all its numbers, each as
  above, and a pair where a matrix of that shape is printed. A matrix counts if the exercise's own
  check accepts it, so another right answer is found as well.
- A word in quotes, code or emphasis, and in outputs, unless the question offers it; and an output
  that is nothing but True or False, where that is the answer.
- Letters, Booleans and offered words say too little to be searched for. `tells` names what gives
  them away, regular expressions; it can do so for other answers too.

For a function exercise the code of the reference solution must not be visible below its stub: as a
function or class with the same statements anywhere further down, or, where the solution is one
expression, as that expression in the same part. Names of arguments and variables do not matter.
"""

import ast
import contextlib
import io
import itertools
import re
import sys
import textwrap
import tokenize
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import nbformat
import torch

from tools.notebooks import NOTEBOOKS, REVEAL, REVEAL_SOURCE, tags
from tools.solutions import all_exercises, checks_in


@dataclass(frozen=True)
class Piece:
    """Something visible.

    Args:
        kind: "prose", "question" (the prose that asks), "code" or "output".
        text: as it is written.
        cell: index of its cell.
        part: index of its part, which reaches from one heading to the next.
        is_asking: whether it is the code of an exercise.
    """

    kind: str
    text: str
    cell: int
    part: int
    is_asking: bool = False


@dataclass(frozen=True)
class Spoiler:
    """An answer that is visible: of which exercise, in which cell, and what gives it away."""

    exercise: str
    cell: int
    text: str

    def __str__(self):
        return f"{self.exercise}: cell {self.cell} shows {self.text!r}"


def spoilers(notebook, exercises, tells=None):
    """Find the visible answers.

    Args:
        notebook: nbformat's NotebookNode.
        exercises: name -> Exercise.
        tells: name -> regular expressions that give an answer away.
    Returns:
        A Spoiler for each exercise whose answer is visible, the first one found.
    """
    pieces = visible(notebook)
    found = []
    for n, cell in enumerate(notebook.cells):
        for name, _ in checks_in(cell.source) if cell.cell_type == "code" else []:
            exercise = exercises[name]
            if _is_function(exercise):
                hits = _solution_below(exercise, pieces, n)
            else:
                hits = _answers_in(exercise, pieces, n, (tells or {}).get(name, ()))
            found += [Spoiler(name, *hit) for hit in hits[:1]]
    return found


def needs_tells(notebook, exercises):
    """Names of the exercises in a notebook whose answers can only be found by `tells`."""
    pieces, names = visible(notebook), []
    for piece in pieces:
        for name, _ in checks_in(piece.text) if piece.is_asking else []:
            answer = None if _is_function(exercises[name]) else exercises[name].reference()
            if isinstance(answer, bool) or (
                isinstance(answer, str) and _says_little(answer, _question(piece.cell, pieces))
            ):
                names.append(name)
    return names


def _is_function(exercise):
    return hasattr(exercise, "cases")


def _around(asked_at, pieces):
    """What is searched: the part of a question, up to the next output at least, without itself."""
    part = next(piece.part for piece in pieces if piece.cell == asked_at)
    later = (p.cell for p in pieces if p.kind == "code" and p.cell > asked_at and not p.is_asking)
    end = next(later, asked_at + 1)
    return [
        piece
        for piece in pieces
        if (piece.part == part or asked_at < piece.cell <= end)
        and (piece.kind, piece.cell) != ("question", _question_cell(asked_at, pieces))
    ]


# --- what is visible ------------------------------------------------------------------------------


def visible(notebook):
    """The visible pieces of a notebook, in order."""
    pieces, part = [], 0
    for n, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            for text in re.split(r"^(?=#{1,6} )", without_details(cell.source), flags=re.MULTILINE):
                part += text.startswith("#")
                before, question = _split_question(text) if _asks(notebook, n) else (text, "")
                pieces += [Piece("prose", before, n, part), Piece("question", question, n, part)]
            continue
        source = cell.source.split("\n")[0] if REVEAL_SOURCE in tags(cell) else cell.source
        pieces.append(Piece("code", source, n, part, is_asking=bool(checks_in(cell.source))))
        if REVEAL not in tags(cell):
            pieces += [Piece("output", _text_of(output), n, part) for output in cell.outputs]
    return pieces


def _asks(notebook, n):
    """Whether an exercise comes after the n-th cell, before the next text."""
    following = itertools.takewhile(lambda cell: cell.cell_type == "code", notebook.cells[n + 1 :])
    return any(checks_in(cell.source) for cell in following)


def without_details(markdown):
    """Markdown without comments and without what is inside closed `<details>`."""
    markdown = re.sub(r"<!--.*?-->", "", markdown, flags=re.DOTALL)
    closed = r"<details>(\s*<summary>.*?</summary>)?.*?</details>"
    return re.sub(closed, r"\1", markdown, flags=re.DOTALL)


def _split_question(text):
    """(what comes before, the question): its paragraph and what follows it, such as its options."""
    paragraphs = re.split(r"(?<=\n)\n", text)
    asking = [n for n, p in enumerate(paragraphs) if "**Predict" in p or "?" in p]
    start = asking[-1] if asking else len(paragraphs) - 1
    return "\n".join(paragraphs[:start]), "\n".join(paragraphs[start:])


def _question_cell(asked_at, pieces):
    """Index of the cell whose text asks what is checked in the given one."""
    return max((p.cell for p in pieces if p.kind == "question" and p.cell < asked_at), default=None)


def _question(asked_at, pieces):
    asking = ("question", _question_cell(asked_at, pieces))
    return "\n".join(piece.text for piece in pieces if (piece.kind, piece.cell) == asking)


def _text_of(output):
    if output.output_type == "stream":
        return output.text
    if "image/png" in output.get("data", {}):
        return ""
    return output.get("data", {}).get("text/plain", "")


# --- values ---------------------------------------------------------------------------------------


def _answers_in(exercise, pieces, asked_at, tells):
    """(cell, text) of each place that gives the answer away."""
    answer, hits = exercise.reference(), []
    if isinstance(answer, str) and _says_little(answer, _question(asked_at, pieces)):
        answer = None
    for piece in _around(asked_at, pieces):
        found = _found(answer, exercise, piece, piece.cell > asked_at)
        found += [match[0] for match in (_search(tell, piece.text) for tell in tells) if match]
        hits += [(piece.cell, text) for text in found]
    return hits


def _search(tell, text):
    return re.search(tell, text, re.IGNORECASE | re.MULTILINE)


def _found(answer, exercise, piece, is_below):
    """Every text in a piece that shows the answer."""
    if answer is None:
        return []
    if isinstance(answer, bool):
        return [piece.text] if piece.kind == "output" and piece.text.strip() == str(answer) else []
    if isinstance(answer, str):
        return _words(answer, piece)
    if isinstance(answer, Real):
        return _numbers(answer, piece)
    return _sequences(answer, exercise, piece, is_below)


def _says_little(word, question):
    """Whether a word is a letter, or one of those that the question offers to choose from."""
    offered = set(re.findall(r'"(\w+)"', question))
    return len(word) == 1 or (word in offered and len(offered) > 1)


def _words(word, piece):
    if piece.kind == "output":
        return re.findall(rf"\b{re.escape(word)}\b", piece.text)
    return re.findall(rf"[\"'`*]{re.escape(word)}[\"'`*]", piece.text)


NUMBER = (
    r"(?<![\w.])(?:(?<![\w)\]])-)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d+)?(?!\w|\.\d)"
)
WORDS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
]
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
# What may come between a verb or a sign and the number that is a result.
_RESULT = (
    r"(?:=|≈|→|\b(?:is|are|gives?|makes?|sees?|leaves?|needs?|takes?|shows?|reaches|answer|by))"
    r"\s+(?:(?:about|only|exactly|just)\s+)?"
)


def _plain(text):
    """The text with a plain minus sign, and without what only formats it."""
    text = text.replace("−", "-").replace("**", "").replace("`", "").replace("$", "")
    text = re.sub(r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", text)
    return text.replace(r"\times", "×").replace(r"\cdot", "·").replace(r"\,", "")


def _is_small(number):
    return abs(number) < 10 and number == int(number)


def _numbers(answer, piece):
    """Where a number is shown."""
    text = _plain(_said_in_code(piece.text) if piece.kind == "code" else piece.text)
    if _is_small(answer):
        return _small_number(int(answer), text, piece.kind)
    tokens = [(m[0], _value(m[0])) for m in re.finditer(NUMBER, text)]
    shares = re.finditer(rf"({NUMBER})\s?%", text)
    ratios = re.finditer(rf"({NUMBER})\s*/\s*({NUMBER})", text)
    tokens += [(m[0], _value(m[1]) / 100) for m in shares]
    tokens += [(m[0], _value(m[1]) / _value(m[2])) for m in ratios if _value(m[2])]
    tokens += _spelled(text)
    return [said for said, value in tokens if _says(said, value, answer)]


def _small_number(answer, text, kind):
    digits = rf"{answer}(?:\.0*)?(?!\w|\.\d|\s*[×·/%])"
    word = WORDS[answer] if answer >= 0 else "(?!)"
    if kind == "output":
        shown = (
            rf"(?:^|[:=]\s*|\[\[\s*|\(\s*|[a-z]\s|\s\s){digits}(?=\s*$)|(?:[:=]|\[\[)\s*{digits}"
        )
    else:
        # "Here is one run" tells nothing, "it gives two" does.
        spelled = rf"|{_RESULT}{word}\b" if answer > 1 else ""
        shown = rf"{_RESULT}{digits}{spelled}|(?:\A|\n\n){word}\b(?=[:.,])"
    return [m[0] for m in re.finditer(shown, text, re.IGNORECASE | re.MULTILINE)]


def _value(token):
    return float(token.replace(",", ""))


def _says(said, value, answer):
    """Whether a number that was read means the answer, exactly or rounded."""
    if abs(value - answer) <= 1e-9 * max(1, abs(answer)):
        return True
    decimals = re.search(r"\.(\d+)", said)
    digits = re.sub(r"\D", "", said).lstrip("0")
    if answer == int(answer) or not decimals or len(digits) < 2:
        return False
    return abs(value - answer) <= 0.51 * 10.0 ** -len(decimals[1])


def _spelled(text):
    """(text, value) of numbers in words: three million, 3 billion, twelve, half."""
    number = rf"({NUMBER}|\b(?:{'|'.join(WORDS)})\b)"
    halves = re.finditer(r"\b(?:half|halves|halved)\b", text, re.IGNORECASE)
    found = [(m[0], 0.5) for m in halves]
    for match in re.finditer(rf"{number}((?:\s+(?:{'|'.join(_SCALES)}))*)", text, re.IGNORECASE):
        word = match[1].lower()
        value = WORDS.index(word) if word in WORDS else _value(word)
        for scale in match[2].split():
            value *= _SCALES[scale.lower()]
        found.append((match[0], value))
    return found


def _said_in_code(source):
    """The strings and comments of code, a line each."""
    lines = io.StringIO(source).readline
    said = []
    with contextlib.suppress(tokenize.TokenError, IndentationError, SyntaxError):
        for token in tokenize.generate_tokens(lines):
            if token.type in (tokenize.STRING, tokenize.COMMENT, _FSTRING):
                said.append(token.string.strip("#\"'f "))
    return "\n".join(said)


_FSTRING = getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)  # Python 3.12 and newer
_JOINED = r"(?:\s*(?:,\s*and\b|,|;|/|×|→|->|·|\b(?:and|or|by)\b)\s*|[ \t]+)"


def _sequences(answer, exercise, piece, is_below):
    """Where a tuple or a matrix is shown."""
    text = _plain(piece.text)
    target = torch.as_tensor(answer, dtype=torch.float64)
    hits = [said for said, numbers in _rows(text) if _are(numbers, target.flatten().tolist())]
    if isinstance(answer, torch.Tensor):
        hits += [said for said, matrix in _matrices(text) if _is_accepted(exercise, matrix)]
    elif piece.kind == "output":
        hits += [said for said, matrix in _matrices(text) if tuple(matrix.shape) == answer]
        scattered = [_numbers(number, piece) for number in target.unique().tolist()]
        if is_below and all(scattered) and len(scattered) > 1:
            hits.append(", ".join(shown[0] for shown in scattered))
    return hits


def _are(numbers, answer):
    return len(numbers) == len(answer) and all(
        _says(said, _value(said), number) for said, number in zip(numbers, answer, strict=True)
    )


def _rows(text):
    """(text, its numbers) wherever numbers stand together: in brackets, or joined."""
    chains = re.finditer(rf"{NUMBER}(?:{_JOINED}{NUMBER})+", text)
    return [(said, re.findall(NUMBER, said)) for said in [m[0] for m in chains] + _groups(text)]


def _groups(text):
    """Every bracketed text that holds numbers and brackets only."""
    found, opened = [], []
    for n, sign in enumerate(text):
        if sign in "([":
            opened.append(n)
        elif sign in ")]" and opened:
            group = text[opened.pop() : n + 1]
            if re.fullmatch(r"[\[\]()\d\s.,;e+-]*", group):
                found.append(group)
    return found


def _matrices(text):
    """(text, matrix) of every group that reads as a matrix."""
    found = []
    for group in _groups(text):
        rows = [re.findall(NUMBER, row) for row in re.findall(r"\[([^\[\]]*)\]", group)]
        if group.startswith("[[") and len({len(row) for row in rows}) == 1 and rows[0]:
            found.append((group, torch.tensor([[_value(said) for said in row] for row in rows])))
    return found


def _is_accepted(exercise, matrix):
    return exercise.evaluate(matrix).status == "passed"


# --- functions ------------------------------------------------------------------------------------


def _solution_below(exercise, pieces, stub):
    """(cell, text) of each place below the stub that shows the reference solution."""
    solution = ast.parse(textwrap.dedent(exercise.solution_code())).body[0]
    (part,) = {piece.part for piece in pieces if piece.cell == stub and piece.kind == "code"}
    expression = _only_expression(solution)
    hits = []
    for piece in pieces:
        if piece.cell <= stub or piece.kind != "code":
            continue
        for node in ast.walk(_parsed(piece.text)):
            is_definition = isinstance(node, (ast.FunctionDef, ast.ClassDef))
            if is_definition and _shape(node) == _shape(solution):
                hits.append((piece.cell, node.name))
            elif (
                expression is not None
                and piece.part == part
                and isinstance(node, ast.expr)
                and _matches(expression, node, set(_arguments(solution)), {})
            ):
                hits.append((piece.cell, ast.unparse(node)))
    return hits


def _parsed(source):
    source = re.sub(r"^(\s*)[%!].*", r"\1pass", source, flags=re.MULTILINE)
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def _without_docstring(body):
    is_text = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return body[1:] if is_text and len(body) > 1 else body


def _arguments(function):
    return [argument.arg for argument in function.args.args] if _takes(function) else []


def _takes(node):
    return isinstance(node, ast.FunctionDef)


def _only_expression(function):
    """What a function of a single return statement returns, if that is more than a name."""
    if not _takes(function):
        return None
    body = _without_docstring(function.body)
    value = getattr(body[0], "value", None) if len(body) == 1 else None
    return value if value is not None and sum(1 for _ in ast.walk(value)) >= 7 else None


def _shape(definition):
    """A function or class as text, with its own names numbered and without docstrings."""
    tree = ast.parse(ast.unparse(definition)).body[0]
    tree.name = "_"
    tree.decorator_list = []
    own = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.body = _without_docstring(node.body)
        if isinstance(node, ast.arg):
            node.annotation = None
            own.setdefault(node.arg, f"_{len(own)}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.setdefault(node.id, f"_{len(own)}")
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.arg = own[node.arg]
        elif isinstance(node, ast.Name):
            node.id = own.get(node.id, node.id)
    return ast.dump(tree)


def _matches(pattern, node, free, bound):
    """Whether an expression equals a pattern whose free names may stand for any other name."""
    if isinstance(pattern, ast.Name) and pattern.id in free and isinstance(node, ast.Name):
        return bound.setdefault(pattern.id, node.id) == node.id
    if type(pattern) is not type(node):
        return False
    for field in pattern._fields:
        one, other = getattr(pattern, field), getattr(node, field)
        pairs = zip(one, other, strict=False) if isinstance(one, list) else [(one, other)]
        if isinstance(one, list) and len(one) != len(other):
            return False
        for a, b in pairs:
            same = _matches(a, b, free, bound) if isinstance(a, ast.AST) else a == b
            if not same:
                return False
    return True


if __name__ == "__main__":
    exercises = all_exercises()
    for path in map(Path, sys.argv[1:] or sorted(map(str, NOTEBOOKS.glob("*.ipynb")))):
        notebook = nbformat.read(path, as_version=4)
        print(path.stem)
        for spoiler in spoilers(notebook, exercises):
            print("  ", spoiler)
