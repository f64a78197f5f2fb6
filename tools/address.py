"""The public address of the course stands in pyproject.toml; this writes it everywhere else.

    python -m uv run python -m tools.address                                    # what is set there
    python -m uv run python -m tools.address https://github.com/someone/course  # set it first

Badges, set-up cells and all links to the repository, Binder, Colab and the live pages follow, and
with them the tag of the release, which is the project's version.
"""

import base64
import functools
import re
import sys
import tomllib

import nbformat

from tools.notebooks import ROOT

# Where the address may stand.
PLACES = ["*.md", "*.cff", "*.toml", "*.yml", ".github/**/*.yml", "notebooks/*", "tests/*.md"]
PLACES += [f"{folder}/**/*.py" for folder in ("helpers", "tests", "tools")]
_BADGES = re.compile(r"^\[!\[Open in Binder\].*\n\n?", re.MULTILINE)


def setting(root=ROOT):
    """The public address, such as https://github.com/someone/course."""
    return _project(root)["urls"]["Homepage"]


def tag(root=ROOT):
    """The tag of the release: v1.0 for version 1.0.0."""
    return "v" + _project(root)["version"].removesuffix(".0")


def binder_link(page, root=ROOT):
    """Where Binder opens a notebook; page: its path, such as notebooks/00_start_here.ipynb."""
    return f"{_forms(setting(root), tag(root))['binder']}?urlpath=lab/tree/{page}"


def colab_link(page, root=ROOT):
    """Where Colab opens a notebook; page: its path, such as notebooks/00_start_here.ipynb."""
    return f"{_forms(setting(root), tag(root))['colab']}/{page}"


def change(address, root=ROOT):
    """Write a new address into pyproject.toml, and from there everywhere; return what changed.

    Args:
        address: such as https://github.com/someone/course.
        root: folder of the project.
    Raises:
        ValueError: address has another form.
    """
    if not re.fullmatch(r"https://github\.com/[\w-]+/[\w.-]+", address):
        raise ValueError(
            f"The address must look like https://github.com/someone/course, but is {address!r:.80}."
        )
    old = setting(root)
    file = root / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    _write(file, text.replace(f'Homepage = "{old}"', f'Homepage = "{address}"'))
    return write(root, formerly=old)


def write(root=ROOT, formerly=None):
    """Make all places agree with pyproject.toml, and return the paths of those that did not."""
    changed = []
    for path in places(root):
        text = path.read_text(encoding="utf-8")
        agreed = agreeing(path, text, root, formerly)
        if agreed != text:
            _write(path, agreed)
            changed.append(path)
    return changed


def places(root=ROOT):
    """The files in which the address may stand."""
    return sorted(
        path for pattern in PLACES for path in root.glob(pattern) if path.suffix and path.is_file()
    )


def agreeing(path, text, root=ROOT, formerly=None):
    """The text of the file at `path` as it has to be; `formerly`: an address to be replaced."""
    if path.suffix == ".ipynb":
        return _notebook(path, text, root, formerly)
    text = _linked(text, root, formerly)
    if path == root / "README.md":
        pictures = {name: f".github/badges/{name}.svg" for name in ("binder", "colab")}
        text = _badged(text, "notebooks/00_start_here.ipynb", pictures, root)
    return text


def _notebook(path, text, root, formerly):
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        cell.source = _linked(cell.source, root, formerly)
    # The pictures of the badges lie in the notebook, since opening it must ask no other host for
    # them; PNG, since JupyterLab shows no attached SVG.
    head, attachments = notebook.cells[0], {}
    for name in ("binder", "colab"):
        picture = (root / ".github" / "badges" / f"{name}.png").read_bytes()
        attachments[f"{name}.png"] = {"image/png": base64.b64encode(picture).decode()}
    head.attachments = nbformat.from_dict(attachments)
    pictures = {name: f"attachment:{name}.png" for name in ("binder", "colab")}
    page = path.relative_to(root).as_posix()
    head.source = _badged(head.source, page, pictures, root)
    return nbformat.writes(notebook) + "\n"


def _badged(text, page, pictures, root):
    """Put the line of badges below the first line, the title."""
    line = (
        f"[![Open in Binder]({pictures['binder']})]({binder_link(page, root)}) "
        f"[![Open in Colab]({pictures['colab']})]({colab_link(page, root)})"
    )
    title, _, rest = _BADGES.sub("", text).partition("\n")
    return f"{title}\n\n{line}\n\n{rest.lstrip()}"


def _linked(text, root, formerly):
    """Replace what points to this course, under whichever account, by what is set."""
    names = {_project(root)["name"], *(a.split("/")[-1] for a in (setting(root), formerly) if a)}
    repository = f"(?:{'|'.join(map(re.escape, sorted(names)))})"
    new = _forms(setting(root), tag(root))
    for kind, form in _forms("https://github.com/ACCOUNT/REPOSITORY", "TAG").items():
        pattern = re.escape(form).replace("ACCOUNT", r"[\w-]+").replace("TAG", r"[\w.-]+")
        pattern = pattern.replace("REPOSITORY", repository) + r"(?![\w-])"
        text = re.sub(pattern, new[kind], text)
    return text


def _forms(address, tag):
    account, name = address.split("/")[-2:]
    return {
        "repository": f"https://github.com/{account}/{name}",
        "installed": f"git+https://github.com/{account}/{name}@{tag}",
        "binder": f"https://mybinder.org/v2/gh/{account}/{name}/{tag}",
        "colab": f"https://colab.research.google.com/github/{account}/{name}/blob/{tag}",
        "pages": f"https://{account}.github.io/{name}",
    }


def _project(root):
    return _parsed((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


_parsed = functools.cache(tomllib.loads)  # every cell asks


def _write(path, text):
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for path in change(sys.argv[1]) if sys.argv[1:] else write():
        print(path.relative_to(ROOT))
    print(f"All places agree with pyproject.toml: {setting()} at {tag()}.")
