"""Build the pages: `python -m tools.pages [FOLDER]`."""

import sys
import time
from pathlib import Path

from tools.notebooks import ROOT
from tools.pages import build

started = time.perf_counter()
site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_site"
build(site)
size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
print(f"{site}: {size / 1e6:.1f} MB in {time.perf_counter() - started:.0f} s")
