"""Still drawings. Each takes the axes to draw on and the data, and computes nothing else.

Brightness is grey. Signed numbers are orange above zero and blue below it, white at zero,
with a colour bar; the same two colours, and zero in the middle, in every figure and widget.
"""

import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

POSITIVE, NEGATIVE, WINDOW = "#c2570c", "#2166ac", "#0b7a4b"
SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#10396b", NEGATIVE, "#92bfe0", "#ffffff", "#f6b27a", POSITIVE, "#6b2c04"]
)


def draw_picture(ax, X, title=""):
    """Draw a picture in grey, black at 0 and white at 1.

    Args:
        ax: matplotlib axes.
        X: picture in [0, 1]; or (3, n_h, n_w) in colour.
        title: written above.
    """
    X = torch.as_tensor(X).detach()
    if X.dim() == 3:
        X = X.permute(1, 2, 0)
    ax.imshow(X.numpy(), cmap="gray", vmin=0, vmax=1)
    ax.set_title(title)
    ax.set_axis_off()


def draw_map(ax, Y, title="", limit=None, colour_bar=True):
    """Draw a feature map with its sign: orange above zero, blue below, white at zero.

    Args:
        ax: matplotlib axes.
        Y: feature map.
        title: written above.
        limit: the value of the strongest colour; None takes the largest absolute value in Y.
        colour_bar: whether to draw the scale beside the map.
    """
    Y = torch.as_tensor(Y).detach()
    limit = limit or float(Y.abs().max()) or 1.0
    image = ax.imshow(Y.numpy(), cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.set_title(title)
    ax.set_axis_off()
    if colour_bar:
        ax.figure.colorbar(image, ax=ax, shrink=0.8)


def draw_numbers(ax, M, title="", window=None, signed=False):
    """Draw a small matrix as a table of its numbers.

    Args:
        ax: matplotlib axes.
        M: matrix of at most about 12×12.
        title: written above.
        window: (row, column, height, width) of cells to frame in green, or None.
        signed: whether to colour the cells by sign; else they are grey by brightness.
    """
    M = torch.as_tensor(M).detach().float()
    limit = float(M.abs().max()) or 1.0
    if signed:
        ax.imshow(M.numpy(), cmap=SIGNED, vmin=-1.6 * limit, vmax=1.6 * limit)
    else:
        ax.imshow(torch.ones_like(M).numpy(), cmap="gray", vmin=0, vmax=1.06)
    for i, row in enumerate(M.tolist()):
        for j, value in enumerate(row):
            ax.text(j, i, f"{value:.4g}".replace("-", "−"), ha="center", va="center", fontsize=11)
    n_h, n_w = M.shape
    ax.set_xticks([j - 0.5 for j in range(1, n_w)], minor=True)
    ax.set_yticks([i - 0.5 for i in range(1, n_h)], minor=True)
    ax.grid(which="minor", color="#9a9a9a", linewidth=0.8)
    ax.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color("#9a9a9a")
    if window is not None:
        top, left, height, width = window
        frame = Rectangle(
            (left - 0.5, top - 0.5), width, height, fill=False, edgecolor=WINDOW, linewidth=3
        )
        frame.set_clip_on(False)
        ax.add_patch(frame)
    ax.set_title(title)


def draw_times(ax, seconds, title=""):
    """Draw measured times as bars on a logarithmic axis, each with its value written out.

    Args:
        ax: matplotlib axes.
        seconds: name -> seconds, drawn from top to bottom.
        title: written above.
    """
    names, values = list(seconds), [1000 * s for s in seconds.values()]
    bars = ax.barh(names, values, color="#4c6a8a", height=0.6)
    ax.bar_label(bars, [f"{v:.3g} ms" for v in values], padding=4)
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set_xlim(min(values) / 2, max(values) * 6)
    ax.set_xlabel("milliseconds, each step ten times as many")
    ax.set_title(title)
