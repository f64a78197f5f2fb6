"""Run the benchmark: see `python -m tools.benchmark --help`."""

import argparse
import json
import sys
from pathlib import Path

from tools import benchmark
from tools.notebooks import ROOT


def main():
    parts, widgets = benchmark.PARTS, benchmark.widgets.WIDGETS
    parser = argparse.ArgumentParser(description=benchmark.__doc__.splitlines()[0])
    parser.add_argument("--only", choices=parts, action="append", help="a part; may be repeated")
    parser.add_argument("--widget", choices=widgets, action="append", help="a widget; likewise")
    parser.add_argument("--quick", action="store_true", help="few repetitions and small sizes")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmark.json")
    chosen = parser.parse_args()

    results = {"machine": benchmark.machine()}
    for name in chosen.only or parts:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        options = {"names": tuple(chosen.widget)} if name == "widgets" and chosen.widget else {}
        results[name] = parts[name].measure(quick=chosen.quick, **options)
    chosen.output.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    print(benchmark.table(results))


if __name__ == "__main__":  # the ladder's process imports this module, too
    main()
