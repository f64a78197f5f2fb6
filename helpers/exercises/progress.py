"""Which exercises are done, kept in a small file in the user's data directory.

The file holds names of exercises and their status, nothing else. Where it cannot be written, or the
environment variable CFI_PROGRESS is ":memory:", all is kept in memory until the kernel ends; any
other CFI_PROGRESS is the file's path.
"""

import html
import importlib
import json
import os
import pkgutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECONDS_FOR_OTHERS = 5  # a kernel that is writing has this long to finish
_MARKS = {"passed": ("✓", "right"), "failed": ("✗", "not right yet"), None: ("·", "open")}
_in_memory = {}  # what could not be written; None for an exercise that was forgotten


@dataclass(frozen=True)
class Progress:
    """How far a chapter is.

    Args:
        chapter: for instance "02".
        exercises: (section, name, status) of each, in the chapter's order; status is "passed",
            "failed" or None.
    """

    chapter: str
    exercises: tuple

    @property
    def right(self):
        """How many exercises are right."""
        return sum(status == "passed" for *_, status in self.exercises)

    @property
    def summary(self):
        """How many exercises are right, in one line."""
        return f"Chapter {self.chapter}: {self.right} of {len(self.exercises)} right."

    def __repr__(self):
        left = [
            f"{section} {name}".lstrip() for section, name, s in self.exercises if s != "passed"
        ]
        more = f"Still open: {', '.join(left)}." if left else "Well done!"
        return f"{self.summary} {more}"

    def _repr_html_(self):
        rows = ""
        for section, name, status in self.exercises:
            mark, words = _MARKS[status]
            rows += (
                f'<tr><td style="text-align: left">{html.escape(section)}</td>'
                f'<td style="text-align: left"><code>{html.escape(name)}</code></td>'
                f'<td style="text-align: left">{mark} {words}</td></tr>'
            )
        return f"<div><b>{self.summary}</b></div><table>{rows}</table>"


@dataclass(frozen=True)
class Course:
    """How far all chapters are; a list of `Progress`."""

    chapters: tuple

    def __repr__(self):
        return "\n".join(chapter.summary for chapter in self.chapters)

    def _repr_html_(self):
        rows = "".join(
            f'<tr><td>{c.chapter}</td><td><progress value="{c.right}" max="{len(c.exercises)}" '
            f'aria-label="Chapter {c.chapter}"></progress></td>'
            f"<td>{c.right} of {len(c.exercises)} right</td></tr>"
            for c in self.chapters
        )
        return f"<table>{rows}</table>"


def chapter_progress(module_name):
    """The function `progress` of a chapter's module, made at the module's end.

    Args:
        module_name: `__name__` there.
    """

    def progress(reset=False):
        """Show how many exercises of this chapter are right, and which are open.

        Args:
            reset: whether to forget this chapter's results first.
        """
        exercises = _exercises(sys.modules[module_name])
        if reset:
            _change({e.name: None for e in exercises})
        return _progress_of(module_name)

    return progress


def course():
    """How many exercises of each chapter are right."""
    package = importlib.import_module("helpers.exercises")
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    return Course(
        tuple(
            _progress_of(importlib.import_module(f"{package.__name__}.{name}").__name__)
            for name in names
            if name.startswith("chapter_")
        )
    )


def record(name, status):
    """Note the result of a check: right stays right, and what was not attempted is not noted."""
    if status != "unattempted" and _read().get(name) not in ("passed", status):
        _change({name: status})


def _exercises(module):
    from helpers.exercises.exercise import Exercise  # which imports this module

    return [e for e in vars(module).values() if isinstance(e, Exercise)]


def _progress_of(module_name):
    statuses = _read()
    return Progress(
        module_name[-2:],
        tuple(
            (e.section, e.short_name, statuses.get(e.name))
            for e in _exercises(sys.modules[module_name])
        ),
    )


# --- the file -----------------------------------------------------------------------------------


def _path():
    """Where results are kept, or None for memory."""
    place = os.environ.get("CFI_PROGRESS")
    if place == ":memory:":
        return None
    if place:
        return Path(place)
    try:
        import platformdirs  # not above: nothing needs it before the first check
    except ImportError:
        return None
    return platformdirs.user_data_path("convolutions-for-images") / "progress.json"


def _read():
    """name -> "passed" or "failed", from the file and what could not be written to it."""
    statuses = _read_file(_path()) | _in_memory
    return {name: status for name, status in statuses.items() if status is not None}


def _read_file(path):
    """The file's entries; a missing or damaged one has none."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    if not isinstance(entries, dict):
        return {}
    return {name: status for name, status in entries.items() if status in ("passed", "failed")}


def _change(entries):
    """Set entries; None removes one. Where the file cannot be written they stay in memory."""
    path = _path()
    try:
        if path is None:
            raise OSError
        _write(path, entries)
    except (OSError, ImportError):
        _in_memory.update(entries)
    else:
        for name in entries:
            _in_memory.pop(name, None)


def _write(path, entries):
    """Merge entries into the file, whole or not at all, one kernel after the other."""
    import filelock

    path.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{path}.lock", timeout=SECONDS_FOR_OTHERS):  # its Timeout is an OSError
        merged = _read_file(path) | entries
        kept = {name: status for name, status in merged.items() if status is not None}
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".progress")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1, sort_keys=True)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
