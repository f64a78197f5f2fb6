"""The benchmark's pieces run. What they measure is never asserted: machines are noisy."""

import matplotlib
import torch
from matplotlib import pyplot as plt

from helpers import kernels, widgets
from helpers.receptive_field import Layer
from tools import benchmark
from tools.benchmark.ladder import times
from tools.benchmark.matplotlib_baselines import BASELINES
from tools.benchmark.widgets import WIDGETS, percentile
from tools.solutions import CHAPTERS

# The one left out is shown on the start page only, which teaches no picture of its own.
MEASURED = sorted(set(widgets.__all__) - {"MovingStripe"})


def test_every_widget_is_measured_beside_a_baseline():
    assert sorted(WIDGETS) == MEASURED == sorted(BASELINES)


def test_every_widget_can_be_made_in_both_forms():
    known = {name: getattr(widgets, name) for name in MEASURED}
    for name, forms in WIDGETS.items():
        for code in forms:
            names = {"torch": torch, "kernels": kernels, "Layer": Layer, **known}
            *before, last = code.split("; ")
            exec("\n".join(before), names)
            assert type(eval(last, names)) is known[name], code


def test_every_baseline_draws_another_figure_for_another_value(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    backend = matplotlib.get_backend()
    plt.switch_backend("agg")
    unchanged = []
    with plt.rc_context({"figure.dpi": 50}):
        for name, baseline in BASELINES.items():
            draw, slider = baseline()
            pixels = set()
            for value in (slider.value, slider.value + slider.step):
                draw(value)
                plt.gcf().canvas.draw()
                pixels.add(bytes(plt.gcf().canvas.buffer_rgba()))
                plt.close("all")
            if len(pixels) == 1:
                unchanged.append(name)
    plt.switch_backend(backend)
    assert unchanged == []


def test_the_table_has_a_line_for_everything_measured():
    results = {"machine": benchmark.machine()}
    results["ladder"] = times([64], [3])
    results["sizes"] = benchmark.sizes.measure()
    results["checks"] = {f"{chapter}.an_exercise": 0.25 for chapter in CHAPTERS}
    text = benchmark.table(results)
    assert list(results["ladder"]) == ["64² with 3×3"]
    for line in [*results["ladder"], *results["sizes"]["notebooks"], *CHAPTERS]:
        assert f"\n{line} " in text


def test_percentiles():
    assert percentile(range(1, 101), 50) == 50
    assert percentile(range(1, 101), 95) == 95
    assert percentile([3.0], 95) == 3.0
