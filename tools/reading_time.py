"""How long a chapter takes, from what is in it.

    python -m tools.reading_time                                 # a table of all chapters
    python -m tools.reading_time notebooks/02*.ipynb             # of those named
    python -m tools.reading_time --write [notebooks/02*.ipynb]   # their times, into their heads and
                                                                 # the table of the start page

A chapter has a core and an optional part, *Going further*: all from the heading
`## Going further` to the heading `## Summary`. Each takes the sum of what RATES says:

- Prose: 140 words a minute. Adults read English non-fiction at 238 (Brysbaert 2019, a
  meta-analysis of 190 studies), at 200 to learn from it, and at 138 to remember it (Carver 1992).
  Prose with formulas, about code that has to be understood, is of the last kind.
- Code: eight lines a minute. Reviewers who look for faults are advised to read no more than 200
  lines an hour (Kemerer and Paulk 2009); the lines of a lesson are explained and only followed.
- Figures, widgets, predictions and exercises: estimates, chosen so that chapter 01 of version 1.0
  comes to the 80 to 95 minutes that readers took for all of it.

Sources: M. Brysbaert, "How many words do we read per minute?", Journal of Memory and Language 109
(2019); R. P. Carver, "Reading rate: theory, research, and practical implications", Journal of
Reading 36 (1992); C. F. Kemerer and M. C. Paulk, "The impact of design and code reviews on
software quality", IEEE Transactions on Software Engineering 35 (2009).
"""

import re
import sys
from dataclasses import dataclass, fields
from pathlib import Path

import nbformat

from tools.notebooks import NOTEBOOKS, REVEAL_SOURCE, tags
from tools.solutions import all_exercises, checks_in

# Minutes for one of each.
RATES = {
    "words": 1 / 140,
    "code_lines": 1 / 8,
    "figures": 0.5,
    "widgets": 2,
    "predictions": 1,
    "exercises": 4,
}
LONGEST_CORE = 30
FURTHER, SUMMARY = "## Going further", "## Summary"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass
class Content:
    """What there is to read and to do; predictions are exercises whose answer is a value."""

    words: int = 0
    code_lines: int = 0
    figures: int = 0
    widgets: int = 0
    predictions: int = 0
    exercises: int = 0

    @property
    def minutes(self):
        return sum(getattr(self, name) * rate for name, rate in RATES.items())

    @property
    def rounded(self):
        """Minutes as they are told: a multiple of five."""
        return max(5, 5 * round(self.minutes / 5)) if self.minutes else 0


def contents(notebook, exercises):
    """(core, further) of a notebook, two Contents.

    Args:
        notebook: nbformat's NotebookNode, with its outputs.
        exercises: name -> Exercise.
    """
    core, further = Content(), Content()
    current = core
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _count_code(cell, current, exercises)
            continue
        for text in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
            if text.startswith((FURTHER, SUMMARY)):
                current = further if text.startswith(FURTHER) else core
            current.words += count_words(text)
    return core, further


def count_words(markdown):
    """Words of Markdown; a formula is a word, addresses of links are none."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]*>", "", markdown)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "formula", text, flags=re.DOTALL)
    return sum(1 for word in text.split() if re.search(r"\w", word))


def _count_code(cell, content, exercises):
    if 'find_spec("helpers")' in cell.source:  # the same in all chapters: run it, go on
        return
    checks = checks_in(cell.source)
    for name, _ in checks:
        if hasattr(exercises[name], "cases"):
            content.exercises += 1
        else:
            content.predictions += 1
    if not checks and REVEAL_SOURCE not in tags(cell):
        lines = [line.strip() for line in cell.source.splitlines()]
        content.code_lines += sum(1 for line in lines if line and not line.startswith("#"))
    for output in cell.outputs:
        content.figures += "image/png" in output.get("data", {})
        content.widgets += WIDGET_VIEW in output.get("data", {})


def said(core, further):
    """How the head of a chapter says its time."""
    optional = f", going further {further.rounded}" if further.minutes else ""
    return f"Time: about {core.rounded} minutes{optional}"


def with_time(head, core, further):
    """The head of a chapter, with its time in place of the one there."""
    return re.sub(r"Time: about [^\n]*", said(core, further), head)


def with_minutes(start_page, chapter, core, further):
    """The start page, with the minutes of one chapter in the last column of its table."""
    minutes = f"{core.rounded} + {further.rounded}" if further.minutes else str(core.rounded)
    row = re.compile(rf"^(\|.*\({re.escape(chapter)}\).*\|)[^|]*\|$", re.MULTILINE)
    return row.sub(rf"\1 {minutes} |", start_page)


def measured(paths=()):
    """path -> (core, further) of the chapters at `paths`, or of all."""
    exercises = all_exercises()
    paths = paths or sorted(NOTEBOOKS.glob("*.ipynb"))[1:]
    return {path: contents(nbformat.read(path, as_version=4), exercises) for path in paths}


def write(times):
    """Write the times into the heads of the chapters and the start page's table."""
    start = min(NOTEBOOKS.glob("*.ipynb"))
    start_page = nbformat.read(start, as_version=4)
    for path, (core, further) in times.items():
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[0].source = with_time(notebook.cells[0].source, core, further)
        nbformat.write(notebook, path)
        table = with_minutes(start_page.cells[0].source, path.name, core, further)
        start_page.cells[0].source = table
    nbformat.write(start_page, start)


def table(times):
    """The table that is printed: core + further in each column."""
    names = [field.name for field in fields(Content)]
    lines = [f"{'chapter':24}" + "".join(f"{name.replace('_', ' '):>13}" for name in names)]
    lines[0] += f"{'core min':>10}{'further':>9}"
    for path, parts in times.items():
        cells = [" + ".join(str(getattr(part, name)) for part in parts) for name in names]
        minutes = "{:10.0f}{:9.0f}".format(*(part.minutes for part in parts))
        lines.append(f"{path.stem:24}" + "".join(f"{cell:>13}" for cell in cells) + minutes)
    return "\n".join(lines)


if __name__ == "__main__":
    named = [Path(argument) for argument in sys.argv[1:] if argument != "--write"]
    times = measured(named)
    print(table(times))
    if "--write" in sys.argv[1:]:
        write(times)
