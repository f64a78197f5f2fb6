"""What must hold of every exercise of every chapter; what is astray is collected, then shown.

Right answers in styles of their own stand in right_answers_NN.py; the same answers in other forms,
and near ones that are wrong, are made by forms.py.
"""

import importlib
import itertools
import re
import sys
from decimal import Decimal
from importlib.util import find_spec

import forms
import nbformat
import numpy as np
import pytest
import torch

from helpers.exercises import sandbox
from helpers.exercises.compare import compare
from helpers.exercises.exercise import FunctionExercise, ValueExercise
from tools import solutions
from tools.notebooks import NOTEBOOKS

EXERCISES = solutions.all_exercises()
FUNCTIONS = {name: e for name, e in EXERCISES.items() if isinstance(e, FunctionExercise)}
VALUES = {name: e for name, e in EXERCISES.items() if isinstance(e, ValueExercise)}
every_chapter = pytest.mark.parametrize("chapter", solutions.CHAPTERS)


def chapter_of(name):
    return name.split(".")[0]


def in_chapter(chapter, exercises=EXERCISES):
    return {name: e for name, e in exercises.items() if chapter_of(name) == chapter}


def right_answers(chapter):
    """short name -> answers, from right_answers_NN.py beside this file."""
    module = chapter.replace("chapter_", "right_answers_")
    return importlib.import_module(module).RIGHT if find_spec(module) else {}


def reference_answer(exercise):
    is_function = isinstance(exercise, FunctionExercise)
    return exercise.reference if is_function else exercise.reference()


def passing_through(function, form):
    """A function that hands on another's results, each changed by `form`."""
    return lambda *arguments: form(function(*arguments))


# --- right answers pass -------------------------------------------------------------------------


@every_chapter
def test_reference_and_printed_solution_pass(chapter, capsys):
    astray = []
    for name, exercise in in_chapter(chapter).items():
        feedback = exercise.evaluate(reference_answer(exercise))
        if feedback.status != "passed" or (exercise.why and exercise.why not in feedback.message):
            astray.append((name, feedback))
        exercise.solution()
        # What a chapter has imported by then, and nothing private to the exercises.
        module = vars(sys.modules[exercise.module])
        namespace = {k: v for k, v in module.items() if not k.startswith("_")}
        exec(capsys.readouterr().out, namespace)
        feedback = exercise.evaluate(namespace[exercise.short_name])
        if feedback.status != "passed":
            astray.append((name, "its printed solution", feedback))
    assert astray == []


@every_chapter
def test_right_answers_in_other_styles_pass(chapter):
    astray = []
    for short_name, answers in right_answers(chapter).items():
        for n, answer in enumerate(answers):
            feedback = EXERCISES[f"{chapter}.{short_name}"].evaluate(answer)
            if feedback.status != "passed":
                astray.append((short_name, n, answer, feedback))
    assert astray == []


@every_chapter
def test_right_values_pass_in_every_form(chapter):
    astray = []
    for name, exercise in in_chapter(chapter, VALUES).items():
        for form in forms.right_forms(exercise.reference(), exercise.policy["unordered"]):
            feedback = exercise.evaluate(form)
            if feedback.status != "passed" and not exercise.policy["same_dtype"]:
                astray.append((name, form, feedback))
    assert astray == []


@every_chapter
def test_right_functions_pass_whatever_form_their_results_have(chapter):
    astray = []
    for name, exercise in in_chapter(chapter, FUNCTIONS).items():
        if exercise.call or exercise.same_dtype:
            continue
        results = [outcome.value for outcome in exercise.outcomes(exercise.reference)]
        # A form counts if every result of the reference has it: a float may have no int.
        numbered = zip(*(forms.right_forms(result) for result in results), strict=False)
        for n, _ in enumerate(numbered):
            answer = passing_through(exercise.reference, lambda r, n=n: forms.right_forms(r)[n])
            feedback = exercise.evaluate(answer)
            if feedback.status != "passed":
                astray.append((name, n, feedback))
    assert astray == []


@every_chapter
def test_there_are_five_forms_of_each_right_answer(chapter):
    astray = []
    for name, exercise in in_chapter(chapter).items():
        own = right_answers(chapter).get(exercise.short_name, [])
        if isinstance(exercise, FunctionExercise):
            result = next(exercise.outcomes(exercise.reference)).value
            made = 0 if exercise.call else len(forms.right_forms(result))
            enough = len(own) >= 3 and 1 + len(own) + made >= 5
        else:
            made = len(forms.right_forms(exercise.reference(), exercise.policy["unordered"]))
            enough = made + len(own) >= 5
        if not enough:
            astray.append(name)
    assert astray == []


# --- wrong answers fail -------------------------------------------------------------------------


@every_chapter
def test_each_known_mistake_fails_with_its_own_sentence(chapter):
    astray = []
    for name, exercise in in_chapter(chapter).items():
        messages = [wrong.message for wrong in exercise.wrong]
        if not messages or len(set(messages)) < len(messages):
            astray.append((name, "two mistakes with one sentence, or none at all"))
        for wrong in exercise.wrong:
            feedback = exercise.evaluate(wrong.answer)
            if feedback.status != "failed" or not feedback.message.startswith(wrong.message):
                astray.append((name, wrong.message, feedback))
    assert astray == []


@every_chapter
def test_known_mistakes_fail_in_every_form_too(chapter):
    """The tolerance for forms and dtypes lets no known mistake slip through."""
    astray = []
    for name, exercise in in_chapter(chapter, VALUES).items():
        for wrong in exercise.wrong:
            if isinstance(wrong.answer, (bool, int, float, tuple, str, torch.Tensor)):
                for form in forms.right_forms(wrong.answer, exercise.policy["unordered"]):
                    if exercise.evaluate(form).status != "failed":
                        astray.append((name, form))
    for name, exercise in in_chapter(chapter, FUNCTIONS).items():
        for wrong in exercise.wrong if exercise.call is None else ():
            for dtype in (torch.float64, torch.float16, torch.bfloat16):
                coarse = passing_through(wrong.answer, lambda r, d=dtype: _to(r, d))
                if exercise.evaluate(coarse).status != "failed":
                    astray.append((name, wrong.message, dtype))
    assert astray == []


def _to(result, dtype):
    return result.to(dtype) if isinstance(result, torch.Tensor) else result


@every_chapter
def test_no_two_known_mistakes_of_a_function_coincide(chapter):
    astray = []
    for name, exercise in in_chapter(chapter, FUNCTIONS).items():
        answers = [("the reference", exercise.reference)]
        answers += [(wrong.message, wrong.answer) for wrong in exercise.wrong]
        outcomes = [(said, list(exercise.outcomes(answer))) for said, answer in answers]
        for (said, a), (other, b) in itertools.combinations(outcomes, 2):
            if all(map(exercise.same_outcome, a, b)):
                astray.append((name, said, other))
    assert astray == []


@every_chapter
def test_no_two_known_wrong_values_coincide(chapter):
    astray = []
    for name, exercise in in_chapter(chapter, VALUES).items():
        answers = [wrong.answer for wrong in exercise.wrong]
        for a, b in itertools.combinations(answers, 2):
            if compare(a, b, **exercise.policy).same:
                astray.append((name, a, b))
    assert astray == []


@every_chapter
def test_answers_near_a_right_one_fail(chapter):
    astray = []
    for name, exercise in in_chapter(chapter).items():
        if isinstance(exercise, FunctionExercise):
            wrong = [exercise.reference(*exercise.cases()[0]) if not exercise.call else 3]
            wrong += [passing_through(exercise.reference, lambda result: None)]
        elif exercise.accept:
            wrong = [None, object(), print]
        else:
            wrong = forms.wrong_forms(exercise.reference(), exercise.policy["unordered"])
        for answer in wrong:
            feedback = exercise.evaluate(answer)
            if feedback.status != "failed" or not feedback.message:
                astray.append((name, answer, feedback))
        if len(wrong) + len(exercise.wrong) < 5:
            astray.append((name, "fewer than five wrong answers are tried"))
    assert astray == []


@every_chapter
def test_zeros_fail(chapter):
    """Of any size, also where a kernel is judged by what it makes of pictures."""
    astray = []
    for name, exercise in in_chapter(chapter).items():
        if isinstance(exercise, FunctionExercise):
            zeros = [passing_through(exercise.reference, _zeros_like)]
        else:
            zeros = [torch.zeros(n, m) for n, m in [(1, 2), (1, 3), (2, 2), (3, 3), (5, 5)]]
        astray += [
            (name, answer) for answer in zeros if exercise.evaluate(answer).status == "passed"
        ]
    assert astray == []


def _zeros_like(result):
    return torch.zeros_like(result) if isinstance(result, torch.Tensor) else 0


# --- odd and hostile answers --------------------------------------------------------------------


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no")


ODD = [None, 3, -1.5, float("nan"), "word", [], {}, (), object(), Unprintable(), torch, int]
ODD += [10**400, Decimal("sNaN"), np.complex64(1), torch.eye(2).to_sparse(), torch.eye(2).half()]
ODD += [torch.eye(2, device="meta"), True, torch.zeros(0), torch.ones(2, 2) * float("nan"), print]
ODD += [lambda *a, **k: None, set(), b"", range(3), Unprintable, np.zeros((2, 0)), iter([])]


@every_chapter
def test_odd_answers_get_one_sentence_and_a_placeholder_none(chapter):
    astray = []
    for name, exercise in in_chapter(chapter).items():
        if exercise.evaluate(...).status != "unattempted":
            astray.append((name, "..."))
        for answer in ODD:
            feedback = exercise.evaluate(answer)
            one_line = feedback.message and "\n" not in feedback.message
            fails = feedback.status == "failed" or isinstance(exercise, ValueExercise)
            if not (one_line and fails and feedback._repr_html_() and repr(feedback)):
                astray.append((name, type(answer), feedback))
    assert astray == []


def loops(*arguments):
    while True:
        pass


def allocates(*arguments):
    return torch.ones(10**6, 10**6)


def prints(*arguments):
    print("a word,", end=" ")
    print("and a line", file=sys.stderr)


def leaves_loudly(*arguments):
    exit("that is enough")


def returns_itself(*arguments):
    return returns_itself


def redefines_torch(*arguments):
    torch.zeros = torch.ones = torch.nn.functional.conv2d = torch.Tensor.sum = None


@every_chapter
def test_every_exercise_outlives_a_hostile_function(chapter, monkeypatch):
    astray = []
    for name, exercise in in_chapter(chapter, FUNCTIONS).items():
        for hostile in (allocates, prints, leaves_loudly, returns_itself, redefines_torch):
            feedback = exercise.evaluate(hostile)
            if feedback.status != "failed" or "\n" in feedback.message:
                astray.append((name, hostile, feedback))
        with monkeypatch.context() as patch:
            patch.setattr(sandbox, "SECONDS_ALLOWED", 0.1)
            feedback = exercise.evaluate(loops)
            if "stopped after 0.1 seconds" not in feedback.message:
                astray.append((name, loops, feedback))
        if exercise.evaluate(exercise.reference).status != "passed":
            astray.append((name, "is no longer right"))
    assert astray == []


# --- hints, reasons, sections -------------------------------------------------------------------


@every_chapter
def test_every_exercise_has_hints_and_a_reason(chapter):
    astray = []
    for name, exercise in in_chapter(chapter).items():
        hints = exercise.hints
        if not hints or len(set(hints)) < len(hints) or holds(hints[0], exercise):
            astray.append((name, hints))
        sentences = len(re.findall(r"[.!?](?= |$)", exercise.why))
        if not (1 <= sentences <= 3 and len(exercise.why) > 20):
            astray.append((name, "why", exercise.why))
    assert astray == []


def holds(hint, exercise):
    """Whether a hint holds an answer: a function's last line, or a value that is written out."""
    if isinstance(exercise, FunctionExercise):
        last_line = exercise.solution_code().splitlines()[-1].replace("return", "").strip()
        return not last_line.isidentifier() and last_line in hint
    answer = exercise.reference()
    if isinstance(answer, (bool, torch.Tensor)):
        return False
    if isinstance(answer, str):
        return re.search(rf"[\"'“]{re.escape(answer)}[\"'”]", hint) is not None
    written = re.escape(f"{answer:,}" if isinstance(answer, int) and answer > 999 else str(answer))
    # A small number may be in a hint for another reason; after these words it is the answer.
    alone = isinstance(answer, tuple) or abs(answer) > 9
    return re.search(rf"{'' if alone else '(= |is |: )'}(?<![\d.]){written}(?![\d.]\d|\d)", hint)


@every_chapter
def test_every_exercise_stands_under_the_heading_of_its_section(chapter):
    astray = []
    for name, heading in headings_of_checks(chapter).items():
        section = EXERCISES[name].section
        if not re.match(rf"{re.escape(section)}( |$)", heading):
            astray.append((name, section, heading))
    assert astray == []


HEADING = r"^(?:## |### (?=\d))(.*)$"  # in Going further, sections are a level lower


def headings_of_checks(chapter):
    """exercise name -> the section's heading above its check, in the chapter's page."""
    found = {}
    for path in NOTEBOOKS.glob(f"{chapter[-2:]}_*.ipynb"):
        heading = ""
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                heading = [heading, *re.findall(HEADING, cell.source, re.MULTILINE)][-1]
            else:
                found |= {name: heading for name, _ in solutions.checks_in(cell.source)}
    return found


@every_chapter
def test_every_chapter_shows_its_progress(chapter):
    module = importlib.import_module(f"helpers.exercises.{chapter}")
    shown = [name for _, name, _ in module.progress().exercises]
    assert shown == [exercise.short_name for exercise in in_chapter(chapter).values()]
