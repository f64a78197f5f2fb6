"""Bytes of each notebook, and of the built pages if there are any."""

from tools.notebooks import NOTEBOOKS, ROOT


def measure(quick=False):
    """Bytes by name of file."""
    site = [path for path in (ROOT / "_site").rglob("*") if path.is_file()]
    return {
        "notebooks": {path.name: path.stat().st_size for path in sorted(NOTEBOOKS.glob("*.ipynb"))},
        "pages": {p.name: p.stat().st_size for p in sorted(site) if p.suffix == ".html"},
        "pages, all files": sum(path.stat().st_size for path in site),
    }


def table(sizes):
    rows = [[name, f"{size / 1e3:.0f}"] for name, size in sizes["notebooks"].items()]
    rows += [[name, f"{size / 1e3:.0f}"] for name, size in sizes["pages"].items()]
    if sizes["pages"]:
        rows.append(["pages, all files", f"{sizes['pages, all files'] / 1e3:.0f}"])
    return "SIZES", ["", "kB"], rows
