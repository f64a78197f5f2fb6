"""The one call at the top of every chapter, and the self-test of the start page."""

import random
import sys

import numpy as np
import torch

from helpers.wording import described


def begin(seed):
    """Make a chapter reproducible and its figures alike, whoever runs it.

    Seeds Python, NumPy and torch, keeps torch to one thread, prints tensors with four decimals
    and without scientific notation, and keeps matplotlib's figures PNG at double resolution.

    Args:
        seed: whole number, by habit the chapter's.
    Raises:
        ValueError: seed is no whole number from 0 to 2**32 - 1.
    """
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(
            f"seed must be a whole number from 0 to 2**32 - 1, but is {described(seed)}."
        )
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    # Sums are then taken in one order whatever the machine, and pages that run side by side do
    # not wait for each other's threads.
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
    if get_ipython() is None:  # a plain Python script draws its figures as it likes
        return
    config.InlineBackend.instance(parent=get_ipython()).figure_formats = {"retina"}
    # d2l's plotting functions switch to SVG, whose random ids never compare equal.
    backend_inline.set_matplotlib_formats = _leave_formats


def _leave_formats(*formats, **options):
    """Stands in for matplotlib_inline's function: the format is chosen."""


# What a chapter needs, and the versions it has been run with at least.
_NEEDED = {
    "torch": "2.6",
    "torchvision": "0.21",
    "d2l": "1.0.3",
    "numpy": "1.23.5",
    "scipy": "1.10.1",
    "matplotlib": "3.7.2",
    "scikit-image": "0.24",
    "ipywidgets": "7.7.1",
    "anywidget": "0.9.21",
}


def _how_to_install(package, least):
    from importlib.util import find_spec

    if not find_spec("pip"):  # as in the environment that uv makes
        return "close JupyterLab, run python -m uv sync, and start it again"
    # d2l asks for versions of other packages that today's Python does not have.
    wanted = "--no-deps d2l==1.0.3" if package == "d2l" else f'"{package}>={least}"'
    return f"run %pip install {wanted}, then restart the kernel"


def check_installation():
    """Print a line for each package that the course needs: its version, or what to do."""
    from importlib import import_module, metadata

    from packaging.version import Version

    modules = {"scikit-image": "skimage"}
    all_well = sys.version_info >= (3, 11)
    advice = "fine" if all_well else "too old: install Python 3.11 or newer"
    print(f"{'✓' if all_well else '✗'} Python {sys.version.split()[0]}: {advice}")
    for package, least in _NEEDED.items():
        try:
            version = metadata.version(package)
            import_module(modules.get(package, package))
        except metadata.PackageNotFoundError:
            problem = "missing"
        except Exception as error:
            problem = f"{version}, which cannot be loaded ({type(error).__name__}: {error})"
        else:
            too_old = Version(version) < Version(least)
            problem = f"{version}, which is older than {least}" if too_old else None
        if problem is None:
            print(f"✓ {package} {version}")
        else:
            all_well = False
            print(f"✗ {package} is {problem}: {_how_to_install(package, least)}")
    print("Everything is here." if all_well else "Not everything is here: see the lines with ✗.")
