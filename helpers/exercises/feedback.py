"""What a check says: sentences, and small tables of what is expected beside what came."""

import html
import inspect
import re
import traceback
from dataclasses import dataclass
from pathlib import Path

import torch

from helpers.checks import described
from helpers.exercises.compare import compare, differing, unusual_tensor
from helpers.exercises.sandbox import is_out_of_memory, message_of

TITLES = {"passed": "Correct.", "failed": "Not yet.", "unattempted": "Not attempted yet."}
TOO_LARGE = "asked for too much memory: look for what grows so large"
_MARKS = {"passed": ("✓", "#0b8a54"), "failed": ("✗", "#c5372c"), "unattempted": ("…", "#80868b")}
_DIFFERS = "border: 2px solid #c5372c; font-weight: bold"


@dataclass(frozen=True)
class Feedback:
    """What a check says.

    Args:
        status: "passed", "failed" or "unattempted".
        message: sentences for the learner; of a right answer, why it is right.
        note: something to know about a right answer, for instance its dtype.
        tables: (caption, tensor of one or two axes) pairs shown below them.
    """

    status: str
    message: str
    note: str = ""
    tables: tuple = ()

    def __repr__(self):
        lines = [f"{TITLES[self.status]} {self.message}".rstrip()]
        lines += [self.note] if self.note else []
        lines += [f"{caption}:\n{values}" for caption, values in self.tables]
        return "\n".join(lines)

    def _repr_html_(self):
        # Colours that are readable on white and on black; text and background are the theme's.
        mark, colour = _MARKS[self.status]
        expected = dict(self.tables).get("expected")
        note = f"<div>{html.escape(self.note)}</div>" if self.note else ""
        tables = "".join(
            f'<div style="overflow-x: auto"><div>{html.escape(caption)}</div>'
            f"{_html_table(values, expected if caption == 'yours' else None)}</div>"
            for caption, values in self.tables
        )
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 2px 12px; line-height: 1.5">'
            f"<b>{mark} {TITLES[self.status]}</b> {html.escape(self.message)}{note}"
            f'<div style="display: flex; flex-wrap: wrap; gap: 8px 28px">{tables}</div></div>'
        )


def _html_table(values, expected):
    """A vector or matrix as an HTML table; entries that differ from `expected` are framed."""
    comparable = expected is not None and expected.shape == values.shape
    differs = differing(expected, values) if comparable else torch.zeros(values.shape)
    rows = ""
    values, differs = (x.reshape(-1, x.shape[-1]).tolist() for x in (values, differs))
    for row, marks in zip(values, differs, strict=True):
        rows += "<tr>"
        for value, marked in zip(row, marks, strict=True):
            rows += f'<td style="text-align: right; {_DIFFERS if marked else ""}">{value:.4g}</td>'
        rows += "</tr>"
    return f"<table>{rows}</table>"


def small_table(value):
    """Whether a value can be shown as a table: a dense tensor with one or two axes, not large."""
    if not isinstance(value, torch.Tensor) or unusual_tensor(value):
        return False
    return value.dim() in (1, 2) and 0 < value.numel() <= 80


def failed_part(expected, answer):
    """The part in which an answer differs from a dict of parts, as (name, expected, answer).

    Of anything but a dict, the whole: ("", expected, answer).
    """
    if isinstance(expected, dict) and isinstance(answer, dict):
        for name in expected:
            if name in answer and not compare(expected[name], answer[name]).same:
                return name, expected[name], answer[name]
    return "", expected, answer


def difference(expected, answer, **policy):
    """The sentence that says how an answer differs from what was expected."""
    problem = compare(expected, answer, **policy).problem
    if problem:
        return problem
    part, expected, answer = failed_part(expected, answer)
    it = f"{part[0].upper()}{part[1:]}" if part else "It"
    if not isinstance(expected, torch.Tensor) or not isinstance(answer, torch.Tensor):
        verb = "is" if part else "returns"
        return f"{it} {verb} {described(answer)}, but {described(expected)} is expected."
    if answer.shape != expected.shape:
        return f"{it} has shape {tuple(answer.shape)}, but {tuple(expected.shape)} is expected."
    if answer.is_floating_point() and not bool(torch.isfinite(answer).all()):
        return f"{it} holds NaN or infinity: look for a division by zero or an unset entry."
    if answer.dim() == 0:
        return f"{it} is {answer.item():.4g}, but {expected.item():.4g} is expected."
    wrong = differing(expected, answer)
    index = tuple(torch.nonzero(wrong)[0].tolist())
    count = f"{int(wrong.sum())} of {wrong.numel()} entries"
    where = f"In {part}, {count} differ" if part else f"The shape is right, but {count} differ"
    sentence = (
        f"{where}; the first, at {index}, is {answer[index].item():.4g} where "
        f"{expected[index].item():.4g} is expected."
    )
    if expected.is_floating_point() and not answer.is_floating_point():
        sentence += f" (Its dtype {answer.dtype} holds whole numbers only.)"
    return sentence


def dtype_note(match, names, case):
    """The note on a right answer of another dtype: what it is, and what the arguments are."""
    if match.dtypes is None:
        return ""
    got, wanted = (str(dtype).removeprefix("torch.") for dtype in match.dtypes)
    arguments = zip(names, case, strict=False)
    tensors = [name for name, x in arguments if getattr(x, "dtype", None) == match.dtypes[1]]
    other = f"{tensors[0]} is" if tensors else "ours is"
    return f"Right; it is {got} where {other} {wanted}."


def describe_error(error):
    """Class and message of an error, and the learner's line that raised it."""
    if isinstance(error, SystemExit):
        return "SystemExit: leave out exit() and quit(), a function ends with return"
    if is_out_of_memory(error):
        return f"an error when it {TOO_LARGE}"
    # Where Python names a function by its place, the name alone is enough.
    message = re.sub(r"[\w.<>]*<locals>\.|__main__\.", "", message_of(error))
    message = " ".join(message.replace("<lambda>", "lambda").split())
    text = f"{type(error).__name__}: {message[:200]}".rstrip(": ")
    ours = Path(__file__).parent
    trace = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in trace if Path(frame.filename).parent != ours]
    theirs = [frame for frame in frames if frame.filename == frames[0].filename]
    is_library = bool(theirs) and "site-packages" in theirs[-1].filename
    if theirs and not is_library and theirs[-1].line and len(theirs[-1].line) <= 120:
        text += f" in the line `{theirs[-1].line}`"
    return text


def wrong_arguments(function, names):
    """The sentence about a function that takes more or fewer arguments than these, or ""."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C do not say
        return ""
    if any(p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters):
        return ""
    needed = sum(p.default is p.empty for p in parameters)
    takes = max(needed, min(len(names), len(parameters)))
    if takes == len(names):
        return ""
    plural = "" if takes == 1 else "s"
    return f"It takes {takes} argument{plural}, but is called with {len(names)}: {_and(names)}."


def _and(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
