"""The benchmark's pieces run. What they measure is never asserted: machines are noisy."""

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt

from helpers import kernels, widgets
from helpers.receptive_field import Layer
from tools import benchmark
from tools.benchmark import matplotlib_baselines as matplotlib_twins

# Shown on the start page only, which teaches no picture of its own.
WIDGETS = sorted(set(widgets.__all__) - {"MovingStripe"})


def test_every_widget_is_measured():
    assert sorted(benchmark.WIDGETS) == WIDGETS == sorted(matplotlib_twins.TWINS)


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_can_be_made_in_both_forms(name):
    names = {"torch": torch, "kernels": kernels, "Layer": Layer, name: getattr(widgets, name)}
    for code in benchmark.WIDGETS[name]:
        *before, last = code.split("; ")
        exec("\n".join(before), names)
        assert isinstance(eval(last, names), getattr(widgets, name))


@pytest.mark.parametrize("name", WIDGETS)
def test_a_twin_draws_another_figure_for_another_value(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    backend = matplotlib.get_backend()
    plt.switch_backend("agg")
    draw, slider = matplotlib_twins.TWINS[name]()
    pixels = []
    for value in (slider.value, slider.value + slider.step):
        draw(value)
        plt.gcf().canvas.draw()
        pixels.append(bytes(plt.gcf().canvas.buffer_rgba()))
        plt.close("all")
    plt.switch_backend(backend)
    assert pixels[0] != pixels[1]


def test_the_table_has_a_line_for_everything_measured():
    results = {"machine": benchmark._machine()}
    results["ladder"] = benchmark.measure_ladder(quick=True)
    results["sizes"] = benchmark.measure_sizes()
    text = benchmark.table(results)
    assert list(results["ladder"]) == ["64² with 3×3"]
    for line in [*results["ladder"], *results["sizes"]["notebooks"]]:
        assert f"\n{line} " in text


def test_percentiles():
    assert benchmark._percentile(range(1, 101), 50) == 50
    assert benchmark._percentile(range(1, 101), 95) == 95
    assert benchmark._percentile([3.0], 95) == 3.0
