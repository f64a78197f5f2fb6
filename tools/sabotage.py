"""Put deliberate faults into a copy of the project, one at a time, and see which test notices.

    python -m uv run python -m tools.sabotage                        # all of them: an hour or more
    python -m uv run python -m tools.sabotage flipped-kernel no-seed # those named

The faults stand in `sabotage.toml`. A fault that no test notices is a guarantee that the tests no
longer give. A test counts as having noticed a fault if it fails with it and passes without it.
"""

import contextlib
import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.notebooks import ROOT

SECONDS = 600  # that the tests of one fault may take; an endless run counts as noticed


@dataclass(frozen=True)
class Fault:
    """One edit that a test must notice.

    Args:
        name: what it is called on the command line.
        what: the fault in a sentence.
        file: path of the file that is changed.
        old: text that stands in the file exactly once; "" stands for a file that is not there.
        new: text to put in its place, `repeat` times.
        tests: what pytest is told to run: paths and options, the narrower the quicker.
        command: run in place of pytest, where a linter is what notices.
    """

    name: str
    what: str
    file: str
    old: str
    new: str
    tests: str = ""
    command: str = ""
    repeat: int = 1

    def spoil(self, text):
        """The text of the file with the fault in it.

        Raises:
            ValueError: `old` does not stand in the text exactly once.
        """
        count = text.count(self.old) if self.old else 1
        if count != 1:
            raise ValueError(f"Its text stands {count} times in {self.file}, not once.")
        return text.replace(self.old, self.new * self.repeat, 1) if self.old else self.new


def faults():
    """All faults, by name."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {name: Fault(name, **fields) for name, fields in tomllib.loads(text).items()}


def read(file, root=ROOT):
    """The text of a file of the project, "" where there is none."""
    path = root / file
    return path.read_text(encoding="utf-8") if path.exists() else ""


def copy_of_project(folder):
    """Copy what git keeps, and what is new and not ignored, into a git repository."""
    kept = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(kept, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():  # else deleted, and not yet committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)


def noticed_by(fault, folder):
    """Run the tests of a fault in the copy: the id of the test that failed, or None.

    Raises:
        ValueError: pytest found nothing to run, or failed without a test that did.
    """
    if fault.command:
        code, _ = _run(shlex.split(fault.command), folder)
        return f"`python {fault.command}`" if code else None
    code, said = _pytest(shlex.split(fault.tests), folder)
    if code is None:
        return f"no end after {SECONDS} s"
    if code in (4, 5):
        raise ValueError(f"pytest finds nothing to run for {fault.tests}.")
    failed = re.search(r"^(?:FAILED|ERROR) (.*?)(?: - .*)?$", said, re.MULTILINE)
    if code and not failed:
        print(said, file=sys.stderr)
        raise ValueError("pytest failed, but no test did.")
    return failed[1] if failed else None


@functools.cache
def passes(test, folder):
    """Whether a test passes in the copy as it is; of a notebook, all of its cells."""
    path = test.split("::")[0]
    code, _ = _pytest([path if path.endswith(".ipynb") else test], folder)
    return code == 0


def _pytest(arguments, folder):
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-rfE", "--tb=no"]
    return _run(["-m", "pytest", *options, *arguments], folder)


def _run(arguments, folder):
    """Exit code and output of Python in the copy; the code is None after SECONDS."""
    # Kernels and subprocesses import `helpers` from the copy, not what is installed.
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        _kill(process)
    return process.returncode, said


def _kill(process):
    """End what a run has left: kernels, servers, browsers."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def try_out(fault, folder):
    """Put a fault into the copy, run its tests, and take it out: who noticed it, as text.

    Returns:
        The text for the table, and whether a test noticed the fault.
    """
    path, whole = folder / fault.file, read(fault.file, folder)
    try:
        path.write_text(fault.spoil(whole), encoding="utf-8", newline="\n")
        subprocess.run(["git", "add", "--force", path], cwd=folder, check=True)
        test = noticed_by(fault, folder)
    except ValueError as error:
        return f"**cannot be told**: {error}", False
    finally:
        if whole:
            path.write_text(whole, encoding="utf-8", newline="\n")
        else:
            subprocess.run(["git", "rm", "-f", "--quiet", path], cwd=folder, check=False)
    if test is None:
        return "**nothing**", False
    if "::" in test and not passes(test, folder):
        return f"{test}, **which fails without it, too**", False
    return test, True


def main(names):
    """Print a table of the faults named, or of all; return 1 if one slips through."""
    known = faults()
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"There is no fault {', '.join(sorted(unknown))}: take some of {', '.join(known)}")
    missed = 0
    print("| Fault | What it does | Noticed by | Seconds |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_of_project(folder)
        for fault in (known[name] for name in names or known):
            start = time.perf_counter()
            text, noticed = try_out(fault, folder)
            missed += not noticed
            seconds = time.perf_counter() - start
            print(f"| {fault.name} | {fault.what} | {text} | {seconds:.0f} |", flush=True)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
