"""The one call at the top of every chapter."""

import random

import numpy as np
import torch


def begin(seed):
    """Make a chapter reproducible and its figures alike, whoever runs it.

    Seeds Python, NumPy and torch, prints tensors with four decimals and without scientific
    notation, and keeps matplotlib's figures PNG at double resolution.

    Args:
        seed: whole number, by habit the chapter's.
    Raises:
        ValueError: seed is no whole number from 0 to 2**32 - 1.
    """
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to 2**32 - 1, but is {seed!r:.80}.")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_printoptions(precision=4, sci_mode=False, linewidth=100)
    np.set_printoptions(precision=4, suppress=True, linewidth=100)
    _keep_figures_png()


def _keep_figures_png():
    from IPython import get_ipython
    from matplotlib import pyplot as plt
    from matplotlib_inline import backend_inline

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
    if get_ipython() is None:  # a plain Python script draws its figures as it likes
        return
    if backend_inline.set_matplotlib_formats is not _leave_formats:
        backend_inline.set_matplotlib_formats("retina")
        # d2l's plotting functions switch to SVG, whose random ids never compare equal.
        backend_inline.set_matplotlib_formats = _leave_formats


def _leave_formats(*formats, **options):
    """Stands in for matplotlib_inline's function once the format is chosen."""
