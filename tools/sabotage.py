"""Put deliberate faults into a copy of the project, one at a time, and see which test notices.

    python -m uv run python -m tools.sabotage                        # all of them: an hour or more
    python -m uv run python -m tools.sabotage flipped-kernel no-seed # those named

The faults stand in `sabotage.toml`. A fault that no test notices is a guarantee that the tests no
longer give. The tests have to pass without a fault, which this does not check.
"""

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
        ValueError: pytest found nothing to run.
    """
    pytest = ["-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-rfE", "--tb=no"]
    run = [sys.executable, *pytest, *shlex.split(fault.tests)]
    if fault.command:
        run = [sys.executable, *shlex.split(fault.command)]
    # Kernels and subprocesses import `helpers` from the copy, not what is installed.
    process = subprocess.Popen(
        run,
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
        _kill(process)
        return f"no end after {SECONDS} s"
    if fault.command:
        return f"`python {fault.command}`" if process.returncode else None
    if process.returncode in (4, 5):
        raise ValueError(f"pytest finds nothing to run for {fault.tests}.")
    failed = re.search(r"^(?:FAILED|ERROR) (.*?)(?: - .*)?$", said, re.MULTILINE)
    if process.returncode and not failed:
        print(said, file=sys.stderr)
        raise ValueError("pytest failed, but no test did.")
    return failed[1] if failed else None


def _kill(process):
    """End a run and all that it started: kernels, servers, browsers."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


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
            whole = read(fault.file, folder)
            path = folder / fault.file
            try:
                path.write_text(fault.spoil(whole), encoding="utf-8", newline="\n")
                subprocess.run(["git", "add", "--force", path], cwd=folder, check=True)
                test = noticed_by(fault, folder)
            except ValueError as error:
                test = f"**cannot be told**: {error}"
                missed += 1
            else:
                missed += test is None
            if whole:
                path.write_text(whole, encoding="utf-8", newline="\n")
            else:
                subprocess.run(["git", "rm", "-f", "--quiet", path], cwd=folder, check=False)
            seconds = time.perf_counter() - start
            test = "**nothing**" if test is None else test
            print(f"| {fault.name} | {fault.what} | {test} | {seconds:.0f} |", flush=True)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
