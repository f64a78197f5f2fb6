"""What a chapter's first cell does: begin(), the self-test, and what is imported by whom."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from helpers import installation
from helpers.installation import check_installation
from helpers.notebook import begin


def test_begin_repeats_the_same_numbers():
    for draw in (random.random, np.random.rand, lambda: torch.rand(()).item()):
        begin(seed=5)
        first = draw()
        begin(seed=5)
        assert draw() == first, draw


def test_begin_refuses_what_is_no_seed():
    for seed in (-1, 1.0, True, None, 2**32):
        with pytest.raises(ValueError, match="seed must be"):
            begin(seed=seed)


ARITHMETIC = [
    "checks",
    "conv2d",
    "correlation",
    "descent",
    "gabor",
    "images",
    "kernels",
    "natural_images",
    "networks",
    "receptive_field",
    "receptive_field_measured",
    "spikes",
]


def test_a_module_loads_no_more_than_it_needs():
    drawing = ["d2l", "matplotlib", "ipywidgets", "torchvision", "skimage", "scipy"]
    widgets = ["d2l", "matplotlib", "torchvision", "skimage", "scipy"]
    cases = [
        (["helpers"], ["torch", "numpy", *drawing]),
        ([f"helpers.{name}" for name in ARITHMETIC], drawing),
        (["helpers.exercises.chapter_02"], drawing),
        (["helpers.widgets.correlation_stepper"], widgets),
    ]
    # One process imports them in this order: what a later one may load, no earlier one has.
    code = ["import sys"]
    for modules, absent in cases:
        code += [f"import {module}" for module in modules]
        code.append(f"print([m for m in {absent} if m in sys.modules], {modules})")
    command = [sys.executable, "-c", "\n".join(code)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [line for line in run.stdout.splitlines() if not line.startswith("[] ")] == []


def test_the_self_test_finds_everything_here(capsys):
    check_installation()
    said = capsys.readouterr().out
    assert said.endswith("Everything is here.\n") and "✗" not in said


@pytest.mark.parametrize("has_pip", [True, False])
def test_the_self_test_says_what_to_do(capsys, monkeypatch, has_pip):
    needed = {"no-such-package": "1.0", "numpy": "999", "torch": "2.6", "d2l": "999"}
    monkeypatch.setattr(installation, "_NEEDED", needed)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: has_pip or None)
    check_installation()
    said = capsys.readouterr().out
    if has_pip:
        assert '✗ no-such-package is missing: run %pip install "no-such-package>=1.0"' in said
        assert "run %pip install --no-deps d2l==1.0.3, then restart the kernel" in said
    else:  # as in the environments that uv makes
        assert "✗ no-such-package is missing: close JupyterLab, run python -m uv sync" in said
    assert "which is older than 999" in said and "✓ torch" in said
    assert said.endswith("Not everything is here: see the lines with ✗.\n")
