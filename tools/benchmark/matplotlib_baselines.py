"""The widgets' pictures the usual way: drawn by matplotlib, anew for each value of a slider.

The benchmark measures them beside the widgets. Each is what a notebook would hold without a
widget of its own: a plain figure at matplotlib's own resolution, under `interact`.
"""

import ipywidgets
import torch
from matplotlib import pyplot as plt
from torch.nn import functional as F

from helpers import descent, figures, gabor, images, kernels, spikes
from helpers.correlation import correlation_matrix
from helpers.receptive_field import Layer, map_sizes, receptive_field


def show(name):
    """Show the baseline of a widget under one slider, the one that the benchmark moves."""
    draw, slider = BASELINES[name]()
    ipywidgets.interact(draw, x=slider)


def _float_slider(value, low, high, step):
    return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step)


def _int_slider(value, low, high):
    return ipywidgets.IntSlider(value=value, min=low, max=high)


def _correlated(X, K, **options):
    return F.conv2d(X[None, None], K[None, None], **options)[0, 0]


def _correlation_stepper():
    X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)

    def draw(x):
        K[0, 0] = x
        Y = _correlated(X, K)
        _, axes = plt.subplots(1, 3, figsize=(9, 3))
        figures.draw_numbers(axes[0], X, "Picture X", window=(0, 0, 2, 2), room=3)
        figures.draw_numbers(axes[1], K, "Kernel K", room=3)
        figures.draw_numbers(axes[2], Y, "Feature map Y", window=(0, 0, 1, 1), room=3)
        plt.show()

    return draw, _float_slider(0, -9, 9, 0.5)


def _dense_to_convolution():
    X, K = images.striped_image(), torch.tensor([[1.0, -1.0]])
    shared = correlation_matrix(K, X.shape)
    dense = torch.randn(shared.shape)
    stages = [dense, dense * (shared != 0), shared]

    def draw(x):
        left = min(int(x), 1)
        W = torch.lerp(stages[left], stages[left + 1], x - left)
        _, axes = plt.subplots(1, 3, figsize=(11, 4))
        figures.draw_map(axes[0], W, "The matrix", limit=2)
        figures.draw_numbers(axes[1], X, "Picture X")
        Y = (W @ X.flatten()).reshape(6, 7).round(decimals=1)
        figures.draw_numbers(axes[2], Y, "Output Y", signed=True)
        plt.show()

    return draw, _float_slider(0, 0, 2, 0.02)


def _equivariance_meter():
    scene = images.photo("chelsea", size=(92, 112))

    def seen(shift):
        return scene[16:76, 16 - shift : 96 - shift]

    def draw(x):
        after = _correlated(seen(x), kernels.SOBEL_X)
        moved = torch.full_like(after, torch.nan)
        columns = slice(max(x, 0), 78 + min(x, 0))
        before = _correlated(seen(0), kernels.SOBEL_X)
        moved[:, columns] = before[:, max(-x, 0) : 78 - max(x, 0)]
        _, axes = plt.subplots(1, 4, figsize=(11, 2.5))
        figures.draw_picture(axes[0], scene, "scene")
        titles = ("convolve the shifted", "shift the convolved", "difference")
        for ax, Y, title in zip(axes[1:], (after, moved, after - moved), titles, strict=True):
            figures.draw_map(ax, Y, title, limit=float(after.abs().max()), colour_bar=False)
        plt.show()

    return draw, _int_slider(6, -16, 16)


def _parameter_count():
    def draw(x):
        pixels, window, units = x**2, 9, 1000
        counts = {
            "dense": (3 * pixels + 1) * units,
            "dense map": (3 * pixels + 1) * pixels * units,
            "local map": (3 * window + 1) * pixels * units,
            "convolution": (3 * window + 1) * units,
        }
        _, ax = plt.subplots(figsize=(9, 3))
        bars = ax.barh(list(counts), list(counts.values()))
        ax.bar_label(bars, [f"{count:,}" for count in counts.values()])
        ax.set(xscale="log", xlim=(1, 1e18), xlabel="parameters")
        plt.show()

    return draw, _int_slider(1000, 16, 2000)


def _kernel_studio():
    X, K = images.photo("chelsea", size=(240, 320)), kernels.SOBEL_X.clone()

    def draw(x):
        K[0, 0] = x
        window = X[100:103, 100:103]
        _, axes = plt.subplots(1, 5, figsize=(11, 3), width_ratios=[3, 3, 1, 1, 1])
        figures.draw_picture(axes[0], X, "Picture X")
        figures.draw_map(axes[1], _correlated(X, K), "Feature map Y")
        titles, matrices = ("Window", "K", "Products"), (window, K, window * K)
        for ax, M, title in zip(axes[2:], matrices, titles, strict=True):
            figures.draw_numbers(ax, M.round(decimals=1), title, signed=True)
        plt.show()

    return draw, _float_slider(-1, -5, 5, 0.1)


def _target_game():
    X, K = images.photo("chelsea", size=(120, 160)), torch.zeros(3, 3)
    target = _correlated(X, kernels.IDENTITY)
    limit = float(target.max())

    def draw(x):
        K[0, 0] = x
        Y = _correlated(X, K)
        error = float((Y - target).square().mean().sqrt() / target.square().mean().sqrt())
        _, axes = plt.subplots(1, 3, figsize=(11, 3))
        figures.draw_picture(axes[0], X, "Picture X")
        figures.draw_map(axes[1], target, "Target", limit, colour_bar=False)
        figures.draw_map(axes[2], Y, f"Your map, {max(0, 1 - error):.0%} alike", limit)
        plt.show()

    return draw, _float_slider(0, -5, 5, 0.25)


def _descent_cockpit():
    X = images.striped_image()
    Y = _correlated(X, kernels.EDGE)
    start = torch.tensor([[0.5, 0.5]])
    a, b = torch.meshgrid(torch.linspace(-3, 3, 41), torch.linspace(-3, 3, 41), indexing="xy")
    maps = a[..., None, None] * X[:, :-1] + b[..., None, None] * X[:, 1:]
    losses = (maps - Y).square().sum((-1, -2))

    def draw(x):
        run = descent.descend(X, Y, start, x, 10)
        path = run.kernels.flatten(1)
        _, axes = plt.subplots(1, 4, figsize=(12, 4), width_ratios=[2, 2, 1, 1])
        axes[0].contour(a, b, losses, levels=[0.1, 0.3, 1, 3, 10, 30, 100])
        axes[0].plot(path[:, 0], path[:, 1], "o-")
        axes[0].set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
        axes[1].semilogy(run.losses, "o-")
        figures.draw_map(axes[2], _correlated(X, run.kernels[-1]), "Y_hat", 1, colour_bar=False)
        figures.draw_map(axes[3], Y, "Y", 1, colour_bar=False)
        plt.show()

    return draw, _float_slider(0.03, 0, 0.06, 0.0005)


def _receptive_field_explorer():
    layers = [Layer(2), Layer(2)]
    fields = [receptive_field(layers[:n]) for n in range(3)]
    names = ["picture", "map 1", "map 2"]

    def draw(x):
        _, axes = plt.subplots(2, 1, figsize=(9, 3))
        figures.draw_cone(axes[0], fields, map_sizes(layers, 8), x, names, f"cell {x}")
        axes[1].bar([x, x + 1, x + 2], [1, 2, 1])
        axes[1].set(xlim=(-0.5, 7.5), ylabel="paths")
        plt.show()

    return draw, _int_slider(2, 0, 5)


def _tuning_curve():
    K = kernels.SOBEL_X
    angles = torch.arange(0, 361, 5)
    curve = torch.stack([(K * spikes.edge(3, int(angle))).sum() for angle in angles])

    def draw(x):
        X = spikes.edge(7, x)
        response = (K * X[2:5, 2:5]).sum()
        figure = plt.figure(figsize=(11, 3.5))
        figures.draw_picture(figure.add_subplot(1, 3, 1), X, f"Edge, bright towards {x:.0f}°")
        polar = figure.add_subplot(1, 3, 2, projection="polar")
        for sign, colour in ((1, figures.POSITIVE), (-1, figures.NEGATIVE)):
            polar.plot(angles.deg2rad(), (sign * curve).clamp(min=0), color=colour)
        polar.plot(torch.tensor(x).deg2rad(), response.abs(), "o")
        figures.draw_map(figure.add_subplot(1, 3, 3), K, f"response {response:+.2f}")
        plt.show()

    return draw, _float_slider(0, 0, 360, 5)


def _gabor_explorer():
    X = images.photo("chelsea", size=(120, 160))
    across = torch.arange(-12, 12, 0.2)
    bell = (-(across**2) / 8).exp()

    def draw(x):
        K = gabor.gabor(25, orientation=x)
        response = _correlated(X - X.mean(), K) / K.abs().sum()
        _, axes = plt.subplots(1, 4, figsize=(12, 3))
        figures.draw_map(axes[0], K, "The function", 1, colour_bar=False)
        axes[1].plot(across, bell, "--")
        axes[1].plot(across, bell * (2 * torch.pi * across / 6).cos())
        figures.draw_picture(axes[2], X, "A photo")
        figures.draw_map(axes[3], response, "Response", 0.15)
        plt.show()

    return draw, _float_slider(60, 0, 180, 5)


BASELINES = {
    "CorrelationStepper": _correlation_stepper,
    "DenseToConvolution": _dense_to_convolution,
    "EquivarianceMeter": _equivariance_meter,
    "ParameterCount": _parameter_count,
    "KernelStudio": _kernel_studio,
    "TargetGame": _target_game,
    "DescentCockpit": _descent_cockpit,
    "ReceptiveFieldExplorer": _receptive_field_explorer,
    "TuningCurve": _tuning_curve,
    "GaborExplorer": _gabor_explorer,
}
