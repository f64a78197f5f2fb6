"""Exercises that check themselves and say what to look at when an answer is not right yet.

An exercise knows its reference answer, its hints, and the wrong answers that people give, each
with a sentence of its own. An answer is compared with the reference; where it differs, it is
compared with the wrong answers too, and the sentence of the one that it equals is the feedback.
Nothing that a learner hands in makes an exercise raise.
"""

import ast
import contextlib
import copy
import ctypes
import html
import inspect
import math
import sys
import textwrap
import threading
import traceback
from dataclasses import dataclass, is_dataclass
from numbers import Number, Real
from pathlib import Path

import torch
from IPython.display import display

from helpers.checks import described

SECONDS_ALLOWED = 10
BYTES_ALLOWED = 10**9  # more than were taken before; Binder has twice as many in all
_TITLES = {"passed": "Correct.", "failed": "Not yet.", "unattempted": "Not attempted yet."}
_TOO_LARGE = "asked for too much memory: look for what grows so large"
_MARKS = {"passed": ("✓", "#0b8a54"), "failed": ("✗", "#c5372c"), "unattempted": ("…", "#80868b")}


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that people give, and the sentence that puts them right.

    Args:
        answer: a function (or class) for a function exercise, else a value.
        message: what to tell a learner whose answer comes to the same.
    """

    answer: object
    message: str


@dataclass(frozen=True)
class Feedback:
    """What a check says.

    Args:
        status: "passed", "failed" or "unattempted".
        message: sentences for the learner.
        tables: (caption, matrix) pairs shown below them.
    """

    status: str
    message: str
    tables: tuple = ()

    def __repr__(self):
        lines = [f"{_TITLES[self.status]} {self.message}"]
        lines += [f"{caption}:\n{matrix}" for caption, matrix in self.tables]
        return "\n".join(lines)

    def _repr_html_(self):
        mark, colour = _MARKS[self.status]
        expected = dict(self.tables).get("expected")
        tables = "".join(
            f'<div style="overflow-x: auto"><div>{html.escape(caption)}</div>'
            f"{_html_table(matrix, expected if caption == 'yours' else None)}</div>"
            for caption, matrix in self.tables
        )
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 2px 12px; line-height: 1.5">'
            f"<b>{mark} {_TITLES[self.status]}</b> {html.escape(self.message)}"
            f'<div style="display: flex; flex-wrap: wrap; gap: 8px 28px">{tables}</div></div>'
        )


def _html_table(matrix, expected):
    """A matrix as an HTML table; cells that differ from `expected` are framed and bold."""
    comparable = expected is not None and _kind_problem(expected, matrix) is None
    comparable = comparable and expected.shape == matrix.shape
    rows = ""
    for i, row in enumerate(matrix.tolist()):
        rows += "<tr>"
        for j, value in enumerate(row):
            differs = comparable and not _same(matrix[i, j], expected[i, j])
            style = "border: 2px solid #c5372c; font-weight: bold" if differs else ""
            rows += f'<td style="text-align: right; {style}">{value:.4g}</td>'
        rows += "</tr>"
    return f"<table>{rows}</table>"


class Exercise:
    """What all exercises share. Made by `function_exercise` and `value_exercise`."""

    def __init__(self, reference, hints, wrong):
        chapter = reference.__module__.rsplit(".", 1)[-1]
        self.name = f"{chapter}.{reference.__name__}"
        self.reference, self.hints, self.wrong = reference, tuple(hints), tuple(wrong)

    def evaluate(self, answer):
        """Judge an answer.

        Args:
            answer: whatever the learner has: a function, a number, a tensor, `...`.
        Returns:
            Feedback. Nothing is raised, whatever the answer is or does; one that takes longer
            than `SECONDS_ALLOWED` seconds, or on Linux more memory than `BYTES_ALLOWED`, is
            stopped and has failed. (A single long call into a library is stopped when it
            returns; a bare `except:` of the answer's own can catch the end of its time.)
        """
        if _has_hole(answer):
            return self._unattempted()
        try:
            with _time_limit(SECONDS_ALLOWED), _memory_limit(BYTES_ALLOWED):
                return self._judge(answer)
        except _TimeIsUp:
            return Feedback(
                "failed",
                f"Your answer was stopped after {SECONDS_ALLOWED} seconds: "
                f"look for a loop that never ends.",
            )
        except Exception as error:
            if _is_out_of_memory(error):  # what the answer keeps left too little to judge it
                return Feedback("failed", f"Your answer {_TOO_LARGE}.")
            kind = type(error).__name__
            return Feedback("failed", f"Your answer is too odd to be compared with ours ({kind}).")

    def check(self, answer):
        """Show what `evaluate` says of an answer."""
        display(self.evaluate(answer))

    def hint(self, n=1):
        """Print the n-th hint, counted from 1; each says a little more than the one before."""
        if type(n) is not int or not 1 <= n <= len(self.hints):
            print(f"The hints here are hint(1) to hint({len(self.hints)}).")
        else:
            more = f" (More: {self.name}.hint({n + 1}))" if n < len(self.hints) else ""
            print(f"{self.hints[n - 1]}{more}")

    def solution(self):
        """Print code that answers the exercise."""
        print(self.solution_code())

    def _unattempted(self):
        return Feedback(
            "unattempted",
            f"Put your answer in place of the three dots and run the cell again. "
            f"If you are stuck: {self.name}.hint()",
        )


class FunctionExercise(Exercise):
    """An exercise whose answer is a function (or a class); see `function_exercise`."""

    def __init__(self, reference, cases, hints, wrong, call):
        super().__init__(reference, hints, wrong)
        self.cases, self.call = cases, call
        names = list(inspect.signature(call).parameters if call else _parameters(reference))
        self.argument_names = names[1:] if call else names

    def solution_code(self):
        """Source text of the reference answer, without its decorator."""
        lines = textwrap.dedent(inspect.getsource(self.reference)).splitlines(keepends=True)
        start = next(n for n, line in enumerate(lines) if line.startswith(("def ", "class ")))
        return "".join(lines[start:]).rstrip()

    def _judge(self, answer):
        if not callable(answer):
            return Feedback(
                "failed",
                f"This exercise wants the {'class' if self._wants_class() else 'function'} itself, "
                f"by its name and without brackets, but got {described(answer)}.",
            )
        cases = self.cases()
        expected = [self._outcome(self.reference, case) for case in cases]
        yours = []
        for case in cases:
            yours.append(self._outcome(answer, case))
            if yours[-1].value is ...:
                return self._unattempted()
        failing = [n for n in range(len(cases)) if not _same_outcome(yours[n], expected[n])]
        if not failing:
            return Feedback("passed", f"Right in all {len(cases)} cases that were tried.")
        first = failing[0]
        message = self._known_slip(cases, yours, first)
        return self._failed(cases[first], expected[first], yours[first], message)

    def _wants_class(self):
        return inspect.isclass(self.reference)

    def _outcome(self, function, case):
        """Run a function on copies of a case's arguments, so that nothing can spoil the case."""
        arguments = copy.deepcopy(case)
        value, error = None, None
        # An answer is always looked at by the true torch: what it replaces is put back.
        with _torch_put_back() as replaced:
            try:
                call = self.call or (lambda function, *arguments: function(*arguments))
                value = call(function, *arguments)
            except (KeyboardInterrupt, _TimeIsUp):
                raise
            except BaseException as exception:  # SystemExit, too: exit() must not end the kernel
                error = exception
        changed = [
            name
            for name, before, after in zip(self.argument_names, case, arguments, strict=False)
            if not _same_argument(before, after)
        ]
        return _Outcome(value, error, changed, replaced)

    def _known_slip(self, cases, yours, first):
        """The sentence of the wrong answer that yours equals, best on all cases."""
        if yours[first].error is not None:
            return None
        others = [(w, [self._outcome(w.answer, case) for case in cases]) for w in self.wrong]
        for wrong, theirs in others:
            if all(map(_same_outcome, yours, theirs)):
                return wrong.message
        for wrong, theirs in others:
            if _same_outcome(yours[first], theirs[first]):
                return wrong.message
        return None

    def _failed(self, case, expected, yours, message):
        given = ", ".join(
            f"{name} = {described(value)}"
            for name, value in zip(self.argument_names, case, strict=False)
        )
        target, value = expected.value, yours.value
        tables = [
            (name, argument)
            for name, argument in zip(self.argument_names, case, strict=False)
            if _is_small_matrix(argument)
        ]
        if yours.error is not None:
            message = f"It raised {_describe_error(yours.error)}, given {given}."
        elif yours.replaced:
            message = f"It replaces {yours.replaced[0]}: leave torch's own functions as they are."
        elif message:
            message = f"{message} (Tried with {given}.)"
        elif yours.changed:
            name = yours.changed[0]
            is_tensor = isinstance(case[self.argument_names.index(name)], torch.Tensor)
            copied = f"{name}.clone()" if is_tensor else f"list({name})"
            message = f"It changes its argument {name}: work on a copy, {copied}, or on a new one."
        elif value is None:
            message = "It returns None: does every path through it end in a return?"
        else:
            message = f"{_difference(target, value)} (Tried with {given}.)"
        if yours.error is None:
            if _is_small_matrix(target):
                tables.append(("expected", target))
            if _is_small_matrix(value):
                tables.append(("yours", value.detach()))
        return Feedback("failed", message, tuple(tables))


class ValueExercise(Exercise):
    """An exercise whose answer is a value; see `value_exercise`."""

    def __init__(self, reference, hints, wrong, judge):
        super().__init__(reference, hints, wrong)
        self.accepts = judge

    def solution_code(self):
        """Source text of an assignment that answers the exercise."""
        source = textwrap.dedent(inspect.getsource(self.reference))
        returned = next(n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Return))
        return f"{self.reference.__name__} = {ast.unparse(returned.value)}"

    def _judge(self, answer):
        target = self.reference()
        for wrong in self.wrong:
            if _kind_problem(wrong.answer, answer) is None and _same(wrong.answer, answer):
                return Feedback("failed", wrong.message)
        problem = _kind_problem(target, answer)
        if problem is None and self.accepts is not None:
            problem = self.accepts(answer)
        elif problem is None and not _same(target, answer):
            problem = self._not_it(target, answer)
        return Feedback("failed", problem) if problem else Feedback("passed", "")

    def _not_it(self, target, answer):
        """Say what is wrong with a value, without giving the answer away."""
        if not isinstance(target, torch.Tensor):
            said = f"It is not {described(answer)}."
        elif answer.shape != target.shape:
            said = f"Its shape {tuple(answer.shape)} should be {tuple(target.shape)}."
        else:
            said = "Its shape is right, but not all of its entries are."
        return f"{said} Think again, or ask for {self.name}.hint()"


def function_exercise(*, cases, hints, wrong=(), call=None):
    """Turn the reference function (or class) below it into an exercise of its name.

    Args:
        cases: function without arguments that returns a list of argument tuples, small ones
            first; seeded, asymmetric and not square, so that no slip can hide.
        hints: sentences, each saying a little more than the one before.
        wrong: `Wrong` answers, which are also what the tests try.
        call: how to get a result out of an answer, `call(answer, *arguments)`; None calls it.
    """
    return lambda reference: FunctionExercise(reference, cases, hints, wrong, call)


def value_exercise(*, hints, wrong=(), judge=None):
    """Turn the function below it, a single return statement, into an exercise on its value.

    Args:
        hints: sentences, each saying a little more than the one before.
        wrong: `Wrong` values.
        judge: for questions with many right answers: a function of an answer of the right
            kind and, for tensors, dtype, that returns None or the sentence that says what is
            missing.
    """
    return lambda reference: ValueExercise(reference, hints, wrong, judge)


# --- running what a learner wrote -----------------------------------------------------------


@dataclass(frozen=True)
class _Outcome:
    value: object
    error: BaseException | None
    changed: list
    replaced: list


class _TimeIsUp(BaseException):
    """Raised inside an answer that takes too long."""


@contextlib.contextmanager
def _time_limit(seconds):
    """Interrupt the Python code below after so many seconds, on every platform."""
    thread, lock, finished = threading.get_ident(), threading.Lock(), False

    def interrupt():
        with lock:
            if finished:
                return
            if _is_importing(thread):
                # torch loads a part of itself at the first optimiser, for seconds on a slow
                # machine; cut short, it would stay broken for as long as the kernel lives. So
                # the time begins anew.
                set_timer(seconds)
            else:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(_TimeIsUp)
                )

    def set_timer(seconds):
        nonlocal timer
        timer = threading.Timer(seconds, interrupt)
        timer.daemon = True
        timer.start()

    timer = None
    set_timer(seconds)
    try:
        yield
    finally:
        with lock:
            finished = True
        timer.cancel()


@contextlib.contextmanager
def _memory_limit(allowed):
    """Refuse the code below more memory than so many bytes, so that the kernel lives on.

    Elsewhere than on Linux, where systems do not hold anyone to it, this does nothing.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    pages_taken = int(Path("/proc/self/statm").read_text().split()[0])
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages_taken * resource.getpagesize() + allowed
    if before != resource.RLIM_INFINITY:
        limit = min(limit, before)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _is_importing(thread):
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def _torch_put_back():
    """Notice and undo assignments to torch's own functions; yields the names replaced."""
    places = {"torch": torch, "torch.nn.functional": torch.nn.functional, "Tensor": torch.Tensor}
    before = {name: dict(vars(place)) for name, place in places.items()}
    replaced = []
    try:
        yield replaced
    finally:
        for name, place in places.items():
            for key, value in dict(vars(place)).items():
                if key not in before[name]:
                    # A module may load more of itself, but nothing may hide Tensor's methods.
                    if inspect.isclass(place) and hasattr(super(place, place), key):
                        delattr(place, key)
                        replaced.append(f"{name}.{key}")
                elif callable(before[name][key]) and not _is_still(before[name][key], value):
                    setattr(place, key, before[name][key])
                    replaced.append(f"{name}.{key}")


def _is_still(before, now):
    """Whether a torch function is as it was; torch wraps one itself, at its first optimiser."""
    wrapped_by_torch = getattr(now, "__globals__", {}).get("__name__", "").startswith("torch.")
    return now is before or (wrapped_by_torch and getattr(now, "__wrapped__", None) is before)


def _parameters(function):
    return inspect.signature(function).parameters


def _has_hole(answer):
    """Whether `...` stands where the learner's code should: as a value, or in its source."""
    if answer is ...:
        return True
    functions = list(vars(answer).values()) if inspect.isclass(answer) else [answer]
    return any(_source_has_hole(f) for f in functions if inspect.isfunction(f))


def _source_has_hole(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # a lambda inside a call, or typed into a console
        return False
    # `...` as a statement, returned or assigned; x[..., 0] is no hole.
    holders = (ast.Expr, ast.Return, ast.Assign)
    return any(
        isinstance(node, holders)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
        for node in ast.walk(tree)
    )


# --- comparing --------------------------------------------------------------------------------


def _same_outcome(a, b):
    if a.error is not None or b.error is not None:
        return type(a.error) is type(b.error)
    if bool(a.changed) != bool(b.changed) or bool(a.replaced) != bool(b.replaced):
        return False
    return _kind_problem(b.value, a.value) is None and _same(b.value, a.value)


def _same_argument(before, after):
    """Whether a call left an argument as it was; NaN stays NaN."""
    if isinstance(before, torch.Tensor):
        if before.shape != after.shape:
            return False
        return bool(((before == after) | (before.isnan() & after.isnan())).all())
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_same_argument, before, after))
    return not (isinstance(before, (Number, str)) or is_dataclass(before)) or before == after


def _kind_problem(expected, got):
    """None if `got` is of the kind (type, dtype) of `expected`, else the sentence about it."""
    if isinstance(expected, torch.Tensor):
        if isinstance(got, torch.Tensor):
            if got.layout is not torch.strided or got.device.type != "cpu" or got.is_quantized:
                return "It should be an ordinary (dense) tensor on the CPU."
            if got.dtype != expected.dtype:
                return f"It has dtype {got.dtype}, but should have {expected.dtype}."
            return None
        if isinstance(got, (list, tuple)):
            return f"It is a {type(got).__name__}, not a tensor: wrap it in torch.tensor(...)."
        if type(got).__module__ == "numpy":
            return "It is a NumPy array, not a tensor: stay in torch, or use torch.from_numpy(...)."
        return f"It should be a tensor, but is {described(got)}."
    if callable(got) and not callable(expected):
        return "It is a function: call it, and hand in what it returns."
    if isinstance(expected, tuple):
        if isinstance(got, (tuple, list)) and all(_is_number(v) for v in got):
            return None
        return f"It should be a tuple of numbers such as (2, 3), but is {described(got)}."
    if isinstance(expected, bool):
        return None if isinstance(got, bool) else f"Answer True or False, not {described(got)}."
    if isinstance(expected, Number):
        if _is_number(got):
            return None
        return f"It should be a plain number, but is {described(got)}."
    if isinstance(expected, str):
        if isinstance(got, str):
            return None
        return f"It should be a word in quotes, but is {described(got)}."
    return None


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _same(expected, got):
    """Equal up to rounding; the two are of one kind."""
    if isinstance(expected, torch.Tensor):
        if expected.shape != got.shape:
            return False
        if not expected.dtype.is_floating_point:
            return torch.equal(expected, got)
        scale = float(expected.abs().max()) if expected.numel() else 0.0
        return torch.allclose(got.detach(), expected.detach(), rtol=1e-4, atol=1e-5 * (1 + scale))
    if isinstance(expected, (tuple, list)):
        return len(expected) == len(got) and all(map(_same, expected, got))
    if isinstance(expected, str):
        return expected.strip().casefold() == got.strip().casefold()
    if isinstance(expected, float):
        try:
            return math.isclose(expected, got, rel_tol=1e-3, abs_tol=1e-6)
        except OverflowError:  # a whole number beyond all floats
            return False
    return bool(expected == got)


# --- putting it into words --------------------------------------------------------------------


def _difference(target, value):
    """The sentence that says how an answer differs from what was expected."""
    problem = _kind_problem(target, value)
    if problem:
        return problem
    if not isinstance(target, torch.Tensor):
        return f"It returns {described(value)}, but {described(target)} is expected."
    if value.shape != target.shape:
        return f"It has shape {tuple(value.shape)}, but {tuple(target.shape)} is expected."
    if value.is_floating_point() and not bool(torch.isfinite(value).all()):
        return "It holds NaN or infinity: look for a division by zero or an unset entry."
    if value.dim() == 0:
        return f"It is {value.item():.4g}, but {target.item():.4g} is expected."
    wrong = ~torch.isclose(value.detach(), target, rtol=1e-4, atol=1e-5)
    index = tuple(torch.nonzero(wrong)[0].tolist())
    return (
        f"The shape is right, but {int(wrong.sum())} of {wrong.numel()} entries differ; the first, "
        f"at {index}, is {value[index].item():.4g} where {target[index].item():.4g} is expected."
    )


def _describe_error(error):
    """Class and message of an error, and the learner's line that raised it."""
    if isinstance(error, SystemExit):
        return "SystemExit: leave out exit() and quit(), a function ends with return"
    if _is_out_of_memory(error):
        return f"an error when it {_TOO_LARGE}"
    text = f"{type(error).__name__}: {' '.join(_message(error).split())[:200]}".rstrip(": ")
    ours = Path(__file__).parent
    trace = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in trace if Path(frame.filename).parent != ours]
    theirs = [frame for frame in frames if frame.filename == frames[0].filename]
    if theirs and theirs[-1].line and len(theirs[-1].line) <= 120:
        text += f" in the line `{theirs[-1].line}`"
    return text


def _is_out_of_memory(error):
    """Whether Python or torch was refused memory."""
    return isinstance(error, MemoryError) or "can't allocate memory" in _message(error)


def _message(error):
    try:
        return str(error)
    except Exception:  # the learner's own class of error, with a mistake in it
        return ""


def _is_small_matrix(value):
    ordinary = isinstance(value, torch.Tensor) and _kind_problem(value, value) is None
    return ordinary and value.dim() == 2 and 0 < value.numel() <= 80
