"""`begin`, the one call at the top of every chapter."""

import random

import numpy as np
import torch

from helpers.checks import whole

_LARGEST_SEED = 2**32 - 1  # NumPy takes no larger one


def begin(seed):
    """Make a chapter print the same numbers and draw the same figures on every machine.

    Seeds Python, NumPy and torch, limits torch to one thread, prints tensors with four decimals
    and without scientific notation, and keeps matplotlib's figures PNG at double resolution.

    Args:
        seed: whole number; each chapter takes its own.
    Raises:
        ValueError: seed is not a whole number from 0 to 2**32 - 1.
    """
    seed = whole(seed, "seed", 0, _LARGEST_SEED)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    # One thread adds numbers up in the same order on every machine, and notebooks that run side
    # by side do not slow each other down.
    torch.set_num_threads(1)
    torch.set_printoptions(precision=4, sci_mode=False, linewidth=100)
    np.set_printoptions(precision=4, suppress=True, linewidth=100)
    _keep_figures_png()


def _keep_figures_png():
    from IPython import get_ipython
    from matplotlib import pyplot as plt
    from matplotlib_inline import backend_inline, config

    plt.rcParams.update(
        {
            "figure.constrained_layout.use": True,
            "figure.dpi": 96,
            "figure.facecolor": "white",
            "axes.spines.right": False,
            "axes.spines.top": False,
            "font.size": 10,
            "axes.titlesize": 11,
            "image.interpolation": "nearest",
        }
    )
    if get_ipython() is None:  # a plain Python script shows figures its own way
        return
    config.InlineBackend.instance(parent=get_ipython()).figure_formats = {"retina"}
    # d2l's plotting functions switch to SVG, whose random ids differ in every run.
    backend_inline.set_matplotlib_formats = _leave_formats


def _leave_formats(*formats, **options):
    """Replaces matplotlib_inline's function, so that later calls change nothing."""
