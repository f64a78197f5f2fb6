"""The self-test of the start page: are the course's packages here, and new enough?"""

import sys

# What the chapters import, and the oldest versions they have been run with.
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

    if not find_spec("pip"):  # uv makes environments without pip
        return "close JupyterLab, run python -m uv sync, and start it again"
    # d2l pins versions of other packages that Python 3.12 and newer cannot install.
    wanted = "--no-deps d2l==1.0.3" if package == "d2l" else f'"{package}>={least}"'
    return f"run %pip install {wanted}, then restart the kernel"


def check_installation():
    """Print a line for each package the course needs: its version, or how to install it.

    Source: chapter 00.
    """
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
