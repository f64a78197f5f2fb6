"""The deliberate faults of tools/sabotage.py can be put into the project as it stands."""

import shlex

from tools import sabotage
from tools.notebooks import ROOT


def test_every_fault_applies_and_its_tests_exist():
    astray = []
    for fault in sabotage.faults().values():
        try:
            fault.spoil(sabotage.read(fault.file))
        except ValueError as error:
            astray.append(f"{fault.name}: {error}")
        paths = [part.split("::")[0] for part in shlex.split(fault.tests) if "/" in part]
        astray += [f"{fault.name}: no {path}" for path in paths if not (ROOT / path).exists()]
        if bool(paths) == bool(fault.command):
            astray.append(f"{fault.name}: give either tests or a command")
    assert astray == []
