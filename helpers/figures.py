"""Still figures. Each function draws what it is given on the axes it is given.

Pictures are grey. Maps and kernels are orange above zero, blue below and white at zero, in every
figure and widget.
"""

import ast
from pathlib import Path

import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

POSITIVE, NEGATIVE, WINDOW = "#c2570c", "#2166ac", "#0b7a4b"
# The widgets' module of these colours holds a list that Python can read as well.
_STOPS = Path(__file__).parent / "widgets" / "js" / "signed_stops.js"
_STOPS = ast.literal_eval(_STOPS.read_text(encoding="utf-8").partition(" = ")[2].rstrip(";\n"))
SIGNED = LinearSegmentedColormap.from_list("signed", [[c / 255 for c in stop] for stop in _STOPS])


def draw_picture(ax, X, title=""):
    """Draw a picture in grey, black at 0 and white at 1.

    Args:
        ax: matplotlib axes.
        X: picture in [0, 1].
        title: written above.
    Shape:
        X (n_h, n_w), or (3, n_h, n_w) in colour.
    """
    X = torch.as_tensor(X).detach()
    if X.dim() == 3:
        X = X.permute(1, 2, 0)
    ax.imshow(X.numpy(), cmap="gray", vmin=0, vmax=1)
    ax.set_title(title)
    _frame(ax)


def draw_map(ax, Y, title="", limit=None, colour_bar=True):
    """Draw a feature map or a kernel: orange above zero, blue below, white at zero.

    Args:
        ax: matplotlib axes.
        Y: feature map or kernel.
        title: written above.
        limit: value with the strongest colour; None takes the largest absolute value in Y.
        colour_bar: whether to draw a colour bar beside the map.
    Shape:
        Y (n_h, n_w).
    """
    Y = torch.as_tensor(Y).detach()
    limit = limit or float(Y.abs().max()) or 1.0
    image = ax.imshow(Y.numpy(), cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.set_title(title)
    _frame(ax)
    if colour_bar:
        ax.figure.colorbar(image, ax=ax, shrink=0.8)


def draw_numbers(ax, M, title="", window=None, signed=False, room=None):
    """Draw a small matrix as a table of its numbers.

    Args:
        ax: matplotlib axes.
        M: matrix of at most about 12×12.
        title: written above.
        window: (row, column, height, width) of cells to frame in green, or None.
        signed: whether to colour the cells by their sign.
        room: rows and columns that the axes have room for, an int. Matrices drawn with the same
            room side by side have cells of the same size. None takes the shape of M.
    Shape:
        M (rows, columns).
    """
    M = torch.as_tensor(M).detach().double()
    limit = float(M.abs().max()) or 1.0
    for i, row in enumerate(M.tolist()):
        for j, value in enumerate(row):
            # Pale, so that the number on top is easy to read.
            colour = SIGNED(0.5 + 0.3 * value / limit) if signed else "#f4f4f4"
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=colour, edgecolor="#9a9a9a"))
            text = f"{value:.4g}".replace("-", "−")
            ax.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=11)
    if window is not None:
        top, left, height, width = window
        frame = {"fill": False, "edgecolor": WINDOW, "linewidth": 3}
        ax.add_patch(Rectangle((left, top), width, height, **frame))
    height, width = (room, room) if room else M.shape
    ax.set(xlim=(-0.05, width + 0.05), ylim=(height + 0.05, -0.05), aspect="equal", title=title)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


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


def _frame(ax):
    """Replace the ticks by a thin frame: a white border would run into the white page."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color("#9a9a9a")


def draw_cone(ax, fields, map_sizes, cell, names, title=""):
    """Draw the picture and the maps as rows of cells, and what one cell of the top map sees.

    A cell stands above the middle of its receptive field and is as wide as its stride.

    Args:
        ax: matplotlib axes.
        fields: `ReceptiveField` of the picture (size 1) and of each map, from the bottom up.
        map_sizes: number of cells in the picture and in each map.
        cell: index of the cell in the top map.
        names: labels of the rows.
        title: written above.
    """
    first, last = fields[-1].inputs(cell)
    for level, (field, cells, name) in enumerate(zip(fields, map_sizes, names, strict=True)):
        for i in range(cells):
            begin, end = field.inputs(i)
            seen = first <= begin and end <= last
            strip = Rectangle(
                ((begin + end + 1 - field.stride) / 2, level),
                field.stride,
                0.45,
                facecolor=WINDOW if seen else "#f1f4f7",
                edgecolor="#9bd0b5" if seen else "#9a9a9a",
                zorder=2 if seen else 1,
            )
            ax.add_patch(strip)
        ax.text(-0.4, level + 0.22, name, ha="right", va="center")
    ax.set_xlim(-0.1, map_sizes[0] + 0.1)
    ax.set_ylim(-0.2, len(fields) - 0.4)
    ax.set_title(title)
    ax.set_axis_off()


def draw_filters(ax, filters, columns=12, title=""):
    """Draw filters side by side, each scaled so that its largest weight has the full colour.

    Args:
        ax: matplotlib axes.
        filters: stack of filters.
        columns: number of filters in a row.
        title: written above.
    Shape:
        filters (n, k_h, k_w).
    """
    filters = torch.as_tensor(filters).detach().float()
    n, k_h, k_w = filters.shape
    largest = filters.abs().amax((1, 2), keepdim=True)
    rows = -(-n // columns)
    # One picture of all filters, with a line between neighbours, draws faster than n axes.
    sheet = torch.full((rows * (k_h + 1) - 1, columns * (k_w + 1) - 1), float("nan"))
    for place, weights in enumerate(filters / largest.clamp(min=1e-12)):
        top, left = place // columns * (k_h + 1), place % columns * (k_w + 1)
        sheet[top : top + k_h, left : left + k_w] = weights
    ax.imshow(sheet.numpy(), cmap=SIGNED.with_extremes(bad="#b9c0c8"), vmin=-1, vmax=1)
    ax.set_title(title)
    ax.set_axis_off()
