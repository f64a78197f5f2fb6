"""Find what answers a chapter's questions before they are asked for.

    python -m tools.spoilers                       # all chapters
    python -m tools.spoilers notebooks/02*.ipynb   # those named

Searched is what a reader sees of a chapter that was opened and never run: Markdown outside closed
`<details>` (their summaries are visible), code that is not hidden, outputs that are not collapsed.
A *part* reaches from one heading to the next; each part is searched, above a question as well as
below it, for the answers of the value exercises that are checked in it:

- A number of two digits or more, or with decimals, wherever it stands in prose, in an output, or in
  a string or comment of code: 12, 12.0, 2,016, three million, 1/30, 0.0333, 64 %. A fraction counts
  when it is rounded to two significant digits or more.
- A whole number below ten only where it stands as a result: in prose after `=`, "is", "gives" and
  the like, or first in a paragraph ("One: ..."); in outputs after `:` or `=`, or ending a line.
- A tuple or a matrix wherever its numbers stand in a row and nothing else with them, in any
  brackets or joined by ×, commas, arrows or words: (4, 5), 4×5, 4 by 5, torch.Size([4, 5]),
  [[1., -1.]]; a tuple also where one output shows all its numbers, each as above. A matrix counts
  if the exercise's own check accepts it, so another right answer is found as well.
- A word in quotes, code or emphasis, unless the question offers it; and an output that is nothing
  but True or False, where that is the answer.
- Letters, Booleans and offered words say too little to be searched for. `tells` names what gives
  them away: regular expressions, searched for in everything but the question itself.

For a function exercise the code of the reference solution must not be visible below its stub: as a
function or class with the same statements anywhere further down, or, where the solution is one
expression, as that expression in the same part. Names of arguments and variables do not matter.
"""

import ast
import contextlib
import io
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
    """

    kind: str
    text: str
    cell: int
    part: int


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
                part = {piece.part for piece in pieces if piece.cell == n}
                here = [piece for piece in pieces if piece.part in part]
                hits = _answers_in(exercise, here, (tells or {}).get(name, ()), n)
            found += [Spoiler(name, *hit) for hit in hits[:1]]
    return found


def needs_tells(exercise, notebook):
    """Whether an answer can only be found by what `tells` says of it."""
    if _is_function(exercise):
        return False
    answer = exercise.reference()
    return isinstance(answer, bool) or (
        isinstance(answer, str)
        and (len(answer) == 1 or _is_offered(answer, _question(exercise.name, notebook)))
    )


def _is_function(exercise):
    return hasattr(exercise, "cases")


# --- what is visible ------------------------------------------------------------------------------


def visible(notebook):
    """The visible pieces of a notebook, in order."""
    pieces, part = [], 0
    for n, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            for text in re.split(r"^(?=#{1,6} )", without_details(cell.source), flags=re.MULTILINE):
                part += text.startswith("#")
                is_asked = n + 1 < len(notebook.cells) and bool(
                    notebook.cells[n + 1].cell_type == "code"
                    and checks_in(notebook.cells[n + 1].source)
                )
                before, question = _split_question(text) if is_asked else (text, "")
                pieces += [Piece("prose", before, n, part), Piece("question", question, n, part)]
            continue
        # An empty piece keeps a hidden cell in its part.
        source = "" if REVEAL_SOURCE in tags(cell) else cell.source
        pieces.append(Piece("code", source, n, part))
        if REVEAL not in tags(cell):
            pieces += [Piece("output", _text_of(output), n, part) for output in cell.outputs]
    return pieces


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


def _question(name, notebook):
    (cell,) = (
        n
        for n, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and name in dict(checks_in(cell.source))
    )
    return "\n".join(
        p.text for p in visible(notebook) if (p.kind, p.cell) == ("question", cell - 1)
    )


def _text_of(output):
    if output.output_type == "stream":
        return output.text
    if "image/png" in output.get("data", {}):
        return ""
    return output.get("data", {}).get("text/plain", "")


# --- values ---------------------------------------------------------------------------------------


def _answers_in(exercise, pieces, tells, asked_at):
    """(cell, text) of each place in `pieces` that gives the answer away."""
    answer = exercise.reference()
    question = "".join(p.text for p in pieces if (p.kind, p.cell) == ("question", asked_at - 1))
    hits = []
    for piece in pieces:
        is_own_question = (piece.kind, piece.cell) == ("question", asked_at - 1)
        for text in _found(answer, exercise, piece, question, is_own_question):
            hits.append((piece.cell, text))
        if not is_own_question:
            told = [re.search(tell, piece.text, re.IGNORECASE | re.MULTILINE) for tell in tells]
            hits += [(piece.cell, match[0]) for match in told if match]
    return hits


def _found(answer, exercise, piece, question, is_own_question):
    if isinstance(answer, bool):
        return [piece.text] if piece.kind == "output" and piece.text.strip() == str(answer) else []
    if isinstance(answer, str):
        return [] if is_own_question else _words(answer, piece, question)
    if isinstance(answer, Real):
        return [] if is_own_question and _is_small(answer) else _numbers(answer, piece)
    return _sequences(answer, exercise, piece)


def _is_offered(word, question):
    """Whether a question names the word beside others to choose from."""
    return f'"{word}"' in question and len(set(re.findall(r'"(\w+)"', question))) > 1


def _words(word, piece, question):
    if len(word) == 1 or _is_offered(word, question):
        return []
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
    names = [str(answer), f"{answer}.0", f"{answer}."]
    names += [WORDS[answer]] if answer >= 0 else []
    number = "(?:" + "|".join(map(re.escape, names)) + r")(?!\w|\.\d|\s*[×·/%])"
    if kind == "output":
        shown = rf"(?:^|[:=]\s*|\s\s+|tensor\(){number}(?=\s*$|[,)])|[:=]\s*{number}"
    else:
        first = rf"(?:\A|\n\n){WORDS[answer]}\b(?=[:.,])" if answer >= 0 else r"(?!)"
        shown = rf"{_RESULT}{number}|{first}"
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
    found = [(m[0], 0.5) for m in re.finditer(r"\b(?:half|halves|halved)\b", text)]
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


def _sequences(answer, exercise, piece):
    """Where a tuple or a matrix is shown."""
    text = _plain(piece.text)
    target = torch.as_tensor(answer, dtype=torch.float64)
    hits = [said for said, numbers in _rows(text) if _are(numbers, target.flatten().tolist())]
    if isinstance(answer, torch.Tensor):
        hits += [said for said, matrix in _matrices(text) if _is_accepted(exercise, matrix)]
    elif piece.kind == "output":
        scattered = [_numbers(number, piece) for number in target.unique().tolist()]
        if all(scattered) and len(scattered) > 1:
            hits.append(piece.text)
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
    with contextlib.suppress(SyntaxError):
        return ast.parse(source)
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
    return value if value is not None and sum(1 for _ in ast.walk(value)) >= 8 else None


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
