"""Build the course as web pages in which every widget works without a kernel.

    python -m uv run python -m tools.pages          # into _site/
    python -m uv run python -m tools.pages FOLDER

Each chapter is executed, and the state of its widgets is stored in its page. Everything that the
pages load lies beside them, in `files/`: no request goes to another host. The scripts come from
the installed anywidget and, by npm, from the packages in PACKAGES.
"""

import copy
import hashlib
import json
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import jinja2
import nbformat
from jupyter_core.paths import jupyter_path
from nbconvert.filters import Highlight2HTML, ansi2html, markdown2html_mistune

from tools import address
from tools.notebooks import NOTEBOOKS, REVEAL, REVEAL_SOURCE, ROOT, VEIL, client, tags

HERE = Path(__file__).parent
# Executed notebooks, by a digest of all that they depend on: not executed again without need.
EXECUTED = ROOT / "build" / "pages"

# npm package and version -> the files taken from it, and the folder below files/ they go to.
PACKAGES = {
    "requirejs@2.3.8": {"require.js": ""},
    "@jupyter-widgets/html-manager@1.0.15": {"dist/embed-amd.js": "", "dist/*.woff2": ""},
    "katex@0.19.1": {
        "dist/katex.min.js": "",
        "dist/katex.min.css": "",
        "dist/contrib/auto-render.min.js": "",
        "dist/fonts/*.woff2": "fonts",
    },
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def build(folder=ROOT / "_site", notebooks=None):
    """Build all pages into `folder`, which is emptied first.

    Args:
        folder: where the pages go.
        notebooks: path -> notebook with its outputs, in the order of the pages. A widget whose
            state is not stored in its notebook is shown as text. None executes the course.
    """
    folder = Path(folder)
    notebooks = executed_course() if notebooks is None else notebooks
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "files").mkdir(parents=True)
    copy_scripts(folder / "files")
    template = jinja2.Template((HERE / "page.html").read_text(encoding="utf-8"), autoescape=True)
    chapters = [
        {"number": path.name[:2], "title": title(notebook), "page": page_name(path)}
        for path, notebook in notebooks.items()
    ]
    for n, (path, notebook) in enumerate(notebooks.items()):
        state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE)
        html = template.render(
            chapter=chapters[n],
            chapters=chapters,
            previous=chapters[n - 1] if n else None,
            following=chapters[n + 1] if n + 1 < len(chapters) else None,
            cells=[shown(cell, state["state"] if state else {}) for cell in notebook.cells],
            sections=sections(notebook),
            widget_state=for_script(state) if state else None,
            links=running_notebook(path),
        )
        (folder / chapters[n]["page"]).write_text(html, encoding="utf-8")


def committed_course():
    """path -> notebook, as it is committed: with outputs, but without the state of its widgets."""
    return {path: nbformat.read(path, as_version=4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}


def executed_course():
    """path -> notebook, executed, with the state of its widgets."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    with ThreadPoolExecutor(max_workers=2) as kernels:
        return dict(zip(paths, kernels.map(executed, paths), strict=True))


def page_name(path):
    """The start page is what a host shows for its folder."""
    return "index.html" if path.stem.startswith("00") else f"{path.stem}.html"


def title(notebook):
    """The first heading, without its number."""
    return re.match(r"# (?:\d\d )?(.*)", notebook.cells[0].source)[1]


# --- executing ------------------------------------------------------------------------------------


def executed(path):
    """The notebook at `path`, executed, with the state of its widgets."""
    digest = hashlib.sha256(path.read_bytes())
    for file in sorted(ROOT.glob("helpers/**/*")):
        if file.suffix in (".py", ".js", ".css", ".json"):
            digest.update(file.read_bytes())
    packages = ["anywidget", "d2l", "ipywidgets", "matplotlib", "numpy", "scikit-image", "scipy"]
    packages += ["torch", "torchvision"]
    digest.update(" ".join([platform.python_version(), *map(version, packages)]).encode())
    kept = EXECUTED / f"{path.stem}-{digest.hexdigest()[:16]}.ipynb"
    if not kept.exists():
        notebook = nbformat.read(path, as_version=4)
        execute(notebook)
        EXECUTED.mkdir(parents=True, exist_ok=True)
        for outdated in EXECUTED.glob(f"{path.stem}-*.ipynb"):
            outdated.unlink()
        nbformat.write(notebook, kept)
    return nbformat.read(kept, as_version=4)


def execute(notebook):
    """Execute a notebook in place, and store each widget as the cell that made it left it.

    A page is read from top to bottom: what a later cell sets must not be seen before.
    """
    running = client(notebook, widget_state=True)
    at_first = {}

    def keep(**_):
        for model, state in running.widget_state.items():
            at_first.setdefault(model, copy.deepcopy(state))

    running.on_cell_executed = keep
    running.execute()
    for model, stored in notebook.metadata.widgets[WIDGET_STATE]["state"].items():
        stored["state"] = nbformat.from_dict(at_first[model])


# --- the scripts of the pages ---------------------------------------------------------------------


def copy_scripts(folder):
    """Put every script, style and font that the pages load into `folder`."""
    for name in ("page.css", "page.js"):
        shutil.copy(HERE / name, folder)
    for place in jupyter_path("nbextensions"):
        script = Path(place) / "anywidget" / "index.js"
        if script.exists():
            shutil.copy(script, folder / "anywidget.js")
            break
    else:
        raise FileNotFoundError("anywidget's script is not installed: install anywidget again.")
    with tempfile.TemporaryDirectory() as downloads:
        for package, files in PACKAGES.items():
            with tarfile.open(npm_pack(package, downloads)) as archive:
                for member in archive.getmembers():
                    inside = Path(member.name.removeprefix("package/"))
                    for pattern, place in files.items():
                        if inside.match(pattern):
                            target = folder / place / inside.name
                            target.parent.mkdir(exist_ok=True)
                            target.write_bytes(archive.extractfile(member).read())


def npm_pack(package, folder):
    """Fetch one npm package (npm keeps a copy and checks it); returns the archive's path."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("There is no npm on PATH: install Node.js to build the pages.")
    run = subprocess.run(
        [npm, "pack", package, "--silent", "--prefer-offline", "--pack-destination", folder],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Path(folder) / run.stdout.split()[-1]


# --- from cells to HTML ---------------------------------------------------------------------------

highlighted = Highlight2HTML(pygments_lexer="ipython3")


def shown(cell, models):
    """What the template needs of a cell; `models` holds the state of every widget."""
    if cell.cell_type == "markdown":
        return {"kind": "prose", "html": prose(cell.source)}
    kind = "code"
    if "exercise" in tags(cell):
        kind = "exercise"
    elif 'find_spec("helpers")' in cell.source:
        kind = "set-up"
    return {
        "kind": kind,
        "html": highlighted(cell.source),
        # What answers a question stays closed until it is asked for.
        "source_closed": REVEAL_SOURCE in tags(cell),
        "outputs_closed": REVEAL in tags(cell),
        # That an exercise has not been attempted is no news on a page without a kernel.
        "outputs": [
            output_html(output, models)
            for output in cell.outputs
            if output != VEIL and kind != "exercise"
        ],
    }


def prose(source):
    """Markdown as HTML, links to notebooks turned into links to pages."""
    html = markdown2html_mistune(without_badges(source))
    html = re.sub(
        r'href="(\d\d_\w+\.ipynb)', lambda link: f'href="{page_name(Path(link[1]))}', html
    )
    # A wide table scrolls in a box of its own.
    box = r'<div class="wide">\g<0></div>'
    return re.sub(r"<table.*?</table>", box, html, flags=re.DOTALL)


def without_badges(source):
    """Markdown without its linked pictures."""
    return re.sub(r"\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)", "", source)


def sections(notebook):
    """(id, heading) of each section of a chapter."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    html = markdown2html_mistune(without_badges(text))
    found = re.findall(r'<h2 id="([^"]*)">(.*?)<a ', html)
    return [(anchor, re.sub("<[^>]*>", "", heading)) for anchor, heading in found]


def output_html(output, models):
    """One output of a cell: a widget if there is one, else HTML, picture or text."""
    if output.output_type == "stream":
        return text_html(output.text)
    data = output.data
    if data.get(WIDGET_VIEW, {}).get("model_id") in models:
        view = for_script(data[WIDGET_VIEW])
        return f'<div class="widget"><script type="{WIDGET_VIEW}">{view}</script></div>'
    if "text/html" in data:
        return f'<div class="html">{data["text/html"]}</div>'
    if "image/png" in data:
        return figure(data["image/png"], **output.metadata["image/png"])
    return text_html(data["text/plain"])


def figure(png, width, height):
    """A picture, shrunk on a small screen, but not until its text cannot be read."""
    return (
        '<div class="figure"><img alt="Figure drawn by the code above" '
        f'width="{width}" height="{height}" style="min-width: {0.62 * width:.0f}px" '
        f'src="data:image/png;base64,{png.strip()}"></div>'
    )


def text_html(text):
    return f"<pre>{ansi2html(text)}</pre>"


def for_script(value):
    """JSON that may stand inside a script element."""
    return json.dumps(value).replace("<", "\\u003c")


def running_notebook(path):
    """Where a notebook can be run: (what, address) pairs, from the project's public address."""
    notebook = path.relative_to(ROOT).as_posix()
    return [
        ("Binder", address.binder_link(notebook)),
        ("Colab", address.colab_link(notebook)),
        ("your machine", f"{address.setting()}#start"),
    ]
