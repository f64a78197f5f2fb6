"""Exercises that check themselves, and say what to look at when an answer is not right yet.

How an exercise is written, in `chapter_NN.py`:

    first_sum = predict(
        19,
        wrong={14: "14 uses the picture's first four numbers in a row.", ...},
        hints=["Lay the kernel on the top left corner.", "Add the four products."],
        why="Each pixel meets the weight that lies on it: 0·0 + 1·1 + 3·2 + 4·3.",
        section="2.1",
    )

    @exercise(
        cases=_pictures_and_kernels,
        wrong=[(_flipped, "You flip the kernel."), ...],
        hints=[...], why="...", section="2.3",
    )
    def corr2d(X, K):
        ...the reference...

- The exercise is called what its variable or function is called: `chapter_02.first_sum`.
- `wrong`: answers that people give, each with a sentence that is true of it: a dict, or pairs where
  answers cannot be keys. Functions for a function, classes for a class. One is named only if the
  learner's results equal its results in every case, so no two may agree in all of them.
- `hints` say a little more each; the first does not hold the answer, and none another's.
- `why`: one or two sentences that a right answer earns, so that a right guess teaches, too.
- `section`: the number of the heading it stands under, or the heading's text where it has none.
- `cases`: function that returns a list of argument tuples: seeded, not square, not symmetric.
- `accept`, for questions with many right answers: gets the answer as an ordinary value, returns
  None or the sentence that says what is missing.
- `unordered=True` where a question asks which ones, `same_dtype=True` where it is about dtypes.
- `call(answer, *case)` gets a result out of an answer that is not simply called. It may return a
  dict of parts (`sandbox.training_step` does), and raise or return `Problem("a sentence")`.

Nothing that a learner hands in makes an exercise raise. What counts as the same answer is written
at the top of `compare.py`. Right answers go into `tests/exercises/right_answers_NN.py`.
"""

import ast
import copy
import inspect
import sys
import textwrap
from dataclasses import dataclass

import torch
from IPython.display import display
from torch import nn

from helpers.checks import described
from helpers.exercises import progress, sandbox
from helpers.exercises.compare import Problem, compare, read
from helpers.exercises.feedback import (
    TOO_LARGE,
    Feedback,
    describe_error,
    difference,
    dtype_note,
    failed_part,
    small_table,
    wrong_arguments,
)


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that people give, and the sentence that puts them right.

    Args:
        answer: a function (or class) for a function exercise, else a value.
        message: what to tell a learner whose answer comes to the same.
    """

    answer: object
    message: str


class Exercise:
    """What all exercises share. Made by `exercise` and `predict`."""

    def __init__(self, module, reference, hints, wrong, why, section):
        pairs = wrong.items() if isinstance(wrong, dict) else wrong
        self.module, self.reference, self.hints = module, reference, tuple(hints)
        self.wrong = tuple(w if isinstance(w, Wrong) else Wrong(*w) for w in pairs)
        self.why, self.section = why, section

    @property
    def short_name(self):
        """What the exercise is called in its chapter's module."""
        names = (name for name, value in vars(sys.modules[self.module]).items() if value is self)
        return next(names, self.reference.__name__)

    @property
    def name(self):
        """For instance "chapter_02.corr2d"."""
        return f"{self.module.rsplit('.', 1)[-1]}.{self.short_name}"

    def evaluate(self, answer):
        """Judge an answer.

        Args:
            answer: whatever the learner has: a function, a number, a tensor, `...`.
        Returns:
            Feedback. Nothing is raised, whatever the answer is or does; one that takes longer
            than `sandbox.SECONDS_ALLOWED` seconds, or on Linux more memory than
            `sandbox.BYTES_ALLOWED`, is stopped and has failed.
        """
        if _has_placeholder(answer):
            return self._unattempted()
        try:
            with sandbox.limits():
                return self._judge(answer)
        except sandbox.TimeUp:
            return Feedback(
                "failed",
                f"Your answer was stopped after {sandbox.SECONDS_ALLOWED} seconds: "
                f"look for a loop that never ends.",
            )
        except Exception as error:
            if sandbox.is_out_of_memory(error):  # what the answer keeps left too little to judge it
                return Feedback("failed", f"Your answer {TOO_LARGE}.")
            return Feedback("failed", f"Your answer cannot be compared ({type(error).__name__}).")

    def check(self, answer):
        """Show what `evaluate` says of an answer, and note it in the chapter's progress."""
        feedback = self.evaluate(answer)
        progress.record(self.name, feedback.status)
        display(feedback)

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
    """An exercise whose answer is a function (or a class); see `exercise`."""

    def __init__(self, reference, *, cases, call, same_dtype, **common):
        super().__init__(reference.__module__, reference, **common)
        self.cases, self.call, self.same_dtype = cases, call, same_dtype
        names = list(inspect.signature(call or reference).parameters)
        self.argument_names = names[1:] if call else names

    def solution_code(self):
        """Source text of the reference answer, without its decorator."""
        lines = textwrap.dedent(inspect.getsource(self.reference)).splitlines(keepends=True)
        start = next(n for n, line in enumerate(lines) if line.startswith(("def ", "class ")))
        return "".join(lines[start:]).rstrip()

    def outcomes(self, function, cases=None):
        """What comes of a function in each of the cases, one `sandbox.Outcome` after the other."""
        for case in self.cases() if cases is None else cases:
            yield sandbox.run(function, case, self.argument_names, self.call)

    def same_outcome(self, a, b):
        """Whether outcome `b` counts as the same as `a`."""
        if a.error is not None or b.error is not None:  # the same one: many things raise
            same_message = sandbox.message_of(a.error) == sandbox.message_of(b.error)
            return type(a.error) is type(b.error) and same_message
        if bool(a.changed) != bool(b.changed) or bool(a.replaced) != bool(b.replaced):
            return False
        return self._compare(a, b).same

    def _compare(self, expected, yours):
        return compare(expected.value, yours.value, same_dtype=self.same_dtype)

    def _judge(self, answer):
        problem = self._not_the_thing_itself(answer)
        if problem:
            return Feedback("failed", problem)
        cases = self.cases()
        yours = list(self.outcomes(answer, cases))
        if any(outcome.value is ... for outcome in yours):
            return self._unattempted()
        expected = list(self.outcomes(self.reference, cases))
        failing = [n for n in range(len(cases)) if not self.same_outcome(expected[n], yours[n])]
        if failing:
            first = failing[0]
            message = self._matching_mistake(cases, yours)
            return self._failed(answer, cases[first], expected[first], yours[first], message)
        notes = (
            dtype_note(self._compare(*pair), self.argument_names, case)
            for *pair, case in zip(expected, yours, cases, strict=True)
        )
        message = f"Right in all {len(cases)} cases that were tried. {self.why}"
        return Feedback("passed", message.rstrip(), next(filter(None, notes), ""))

    def _not_the_thing_itself(self, answer):
        """The sentence for an answer that is no function, or an object in place of its class."""
        if inspect.isclass(self.reference) and isinstance(answer, nn.Module):
            name = type(answer).__name__
            return f"This is an object made from a class: hand in the class itself, {name}."
        if callable(answer):
            return None
        kind = "class" if inspect.isclass(self.reference) else "function"
        return (
            f"This exercise wants the {kind} itself, by its name and without brackets, "
            f"but got {described(answer)}."
        )

    def _matching_mistake(self, cases, yours):
        """The sentence of the known mistake whose results yours equal in every case."""
        for wrong in self.wrong:
            theirs = self.outcomes(wrong.answer, cases)  # one at a time: most differ in the first
            if all(map(self.same_outcome, theirs, yours)):
                return wrong.message
        return None

    def _failed(self, answer, case, expected, yours, mistake):
        arguments = list(zip(self.argument_names, case, strict=False))
        given = ", ".join(f"{name} = {described(value)}" for name, value in arguments)
        tables = [(name, value) for name, value in arguments if small_table(value)]
        message = self._what_went_wrong(answer, case, expected, yours, mistake)
        if yours.error is None:
            parts = failed_part(expected.value, yours.value)[1:]
            tables += [
                (caption, value.detach())
                for caption, value in zip(("expected", "yours"), parts, strict=True)
                if small_table(value)
            ]
        return Feedback("failed", f"{message} (Tried with {given}.)", tables=tuple(tables))

    def _what_went_wrong(self, answer, case, expected, yours, mistake):
        """The most certain thing that can be said of an answer that failed."""
        if yours.replaced:
            return f"It replaces {yours.replaced[0]}: leave torch's own functions as they are."
        if mistake:
            return mistake
        if yours.error is not None:
            takes = "" if self.call else wrong_arguments(answer, self.argument_names)
            return takes or f"It raised {describe_error(yours.error)}."
        if yours.changed:
            name = yours.changed[0]
            is_tensor = isinstance(case[self.argument_names.index(name)], torch.Tensor)
            copied = f"{name}.clone()" if is_tensor else f"list({name})"
            return f"It changes its argument {name}: work on a copy, {copied}, or on a new one."
        if yours.value is None:
            return "It returns None: does every path through it end in a return?"
        return difference(expected.value, yours.value, same_dtype=self.same_dtype)


class ValueExercise(Exercise):
    """An exercise whose answer is a value; see `predict`."""

    def __init__(self, module, reference, *, accept, unordered, same_dtype, **common):
        super().__init__(module, reference, **common)
        self.accept = accept
        self.policy = {"unordered": unordered, "same_dtype": same_dtype}

    def solution_code(self):
        """Source text of an assignment that answers the exercise."""
        source = inspect.getsource(sys.modules[self.module])
        name = self.short_name
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return f"{name} = {ast.get_source_segment(source, node.value.args[0])}"
        raise LookupError(f"{self.module} has no line {name} = predict(...)")

    def _judge(self, answer):
        target = self.reference()
        problem, note = self._problem(target, answer)
        if problem is None:
            return Feedback("passed", self.why, note)
        for wrong in self.wrong:
            if compare(wrong.answer, answer, **self.policy).same:
                return Feedback("failed", wrong.message)
        return Feedback("failed", problem)

    def _problem(self, target, answer):
        """The sentence about an answer that is not right, or None; and the note if it is."""
        match = compare(target, answer, **self.policy)
        if self.accept is None:
            missing = None if match.same else match.problem or self._not_it(target, answer)
            return missing, dtype_note(match, (), ())
        if match.problem:
            return match.problem, ""
        try:
            return self.accept(read(target, answer)), ""
        except Problem as problem:
            return str(problem), ""

    def _not_it(self, target, answer):
        """Say what is wrong with a value, without giving the answer away."""
        if not isinstance(target, torch.Tensor):
            said = f"It is not {described(answer)}."
        elif answer.shape != target.shape:
            said = f"Its shape {tuple(answer.shape)} should be {tuple(target.shape)}."
        else:
            said = "Its shape is right, but not all of its entries are."
        return f"{said} Think again, or ask for {self.name}.hint()"


def exercise(*, cases, hints, why, section, wrong=(), call=None, same_dtype=False):
    """Turn the reference function (or class) below it into an exercise of its name.

    Args: as in this module's docstring.
    """
    common = {"hints": hints, "wrong": wrong, "why": why, "section": section}
    return lambda reference: FunctionExercise(
        reference, cases=cases, call=call, same_dtype=same_dtype, **common
    )


def predict(
    answer, *, hints, why, section, wrong=(), accept=None, unordered=False, same_dtype=False
):
    """An exercise on a value, to be bound to a name in a chapter's module.

    Args: as in this module's docstring.
    """

    def reference():
        return copy.deepcopy(answer)

    return ValueExercise(
        sys._getframe(1).f_globals["__name__"],
        reference,
        accept=accept,
        unordered=unordered,
        same_dtype=same_dtype,
        hints=hints,
        wrong=wrong,
        why=why,
        section=section,
    )


# --- stubs --------------------------------------------------------------------------------------


def _has_placeholder(answer):
    """Whether `...` stands where the learner's code should: as a value, or in its source."""
    if answer is ...:
        return True
    functions = list(vars(answer).values()) if inspect.isclass(answer) else [answer]
    return any(_source_has_placeholder(f) for f in functions if inspect.isfunction(f))


def _source_has_placeholder(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # a lambda inside a call, or typed into a console
        return False
    # `...` as a statement, returned or assigned; x[..., 0] is none.
    holders = (ast.Expr, ast.Return, ast.Assign)
    return any(
        isinstance(node, holders)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
        for node in ast.walk(tree)
    )
