"""Run the benchmark: see `python -m tools.benchmark --help`."""

from tools.benchmark import main

main()
