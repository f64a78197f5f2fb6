"""Gabor functions: draw one, and find the one nearest to a filter.

Angles are in degrees, counter-clockwise on the page: 0 is horizontal, 90 vertical. The
orientation of a Gabor function is that of its stripes.
"""

import math
from typing import NamedTuple

import torch

from helpers.checks import check_tensor, described, number, whole

SHORTEST = 0.001  # pixels; a length of zero would be divided by
LARGEST = 1e6  # degrees or pixels
_LARGEST_SIDE = 4096  # pixels


def gabor(size, orientation=0.0, wavelength=6.0, width=2.0, phase=0.0, aspect=1.0, centre=(0, 0)):
    """A Gabor function: a wave multiplied by a bell curve.

    Args:
        size: side of the square it is drawn on, in pixels.
        orientation: of the stripes, in degrees; 0 is horizontal, 90 vertical.
        wavelength: from one bright stripe to the next, in pixels.
        width: standard deviation of the bell across the stripes, in pixels.
        phase: of the wave, in degrees; 0 puts a bright stripe in the middle, 90 an edge.
        aspect: standard deviation of the bell along the stripes, divided by width.
        centre: of the bell, in pixels to the right of and above the middle.
    Shape:
        -> (size, size), float32, from -1 to 1.
    Raises:
        ValueError: an argument is not a number in its range.
    Source: chapter 07; γ in the literature is 1 / aspect.
    """
    wavelength = number(wavelength, "wavelength", SHORTEST, LARGEST)
    width = number(width, "width", SHORTEST, LARGEST)
    aspect = number(aspect, "aspect", SHORTEST, LARGEST)
    phase = math.radians(number(phase, "phase", -LARGEST, LARGEST))
    along, across = along_and_across(size, orientation, centre, "orientation")
    bell = torch.exp(-(across**2 + (along / aspect) ** 2) / (2 * width**2))
    return (bell * torch.cos(2 * math.pi * across / wavelength + phase)).float()


def _pixels(size):
    """How far right of and above the middle each pixel of a square lies, row by row."""
    step = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    return step.repeat(size), (-step).repeat_interleave(size)


def along_and_across(size, angle, centre=(0, 0), name="angle"):
    """The distance of every pixel of a square from a point, along a line and across it.

    Args:
        size: side of the square, in pixels.
        angle: of the line, in degrees; 0 is horizontal, 90 vertical.
        centre: the point, in pixels to the right of and above the middle of the square.
        name: what to call the angle in an error.
    Shape:
        -> along (size, size), across (size, size), float64, in pixels.
    Raises:
        ValueError: an argument is not a number in its range.
    Source: chapter 07.
    """
    size = whole(size, "size", 1, _LARGEST_SIDE)
    turn = math.radians(number(angle, name, -LARGEST, LARGEST) % 360)
    if not isinstance(centre, (tuple, list)) or len(centre) != 2:
        raise ValueError(f"centre must be (right, up), two numbers, but is {described(centre)}.")
    x0, y0 = (number(value, "centre", -LARGEST, LARGEST) for value in centre)
    right, up = _pixels(size)
    along, across = _rotated(right - x0, up - y0, torch.tensor(turn, dtype=torch.float64))
    return along.reshape(size, size), across.reshape(size, size)


def _rotated(x, y, turn):
    """Coordinates along and across a line at an angle of `turn`, in radians."""
    return x * torch.cos(turn) + y * torch.sin(turn), y * torch.cos(turn) - x * torch.sin(turn)


class GaborFit(NamedTuple):
    """The Gabor function nearest to each of n filters; see `fit_gabor`.

    `orientation`, `wavelength`, `width`, `phase` and `aspect` are those of `gabor`, each (n,);
    `centre` is (n, 2). `kernels` (n, k, k) are the Gabor functions, scaled to the filters.
    `explained` (n,) is the share of each filter's sum of squares that they explain: 1 is a
    perfect fit.
    """

    orientation: torch.Tensor
    wavelength: torch.Tensor
    width: torch.Tensor
    phase: torch.Tensor
    aspect: torch.Tensor
    centre: torch.Tensor
    kernels: torch.Tensor
    explained: torch.Tensor


def fit_gabor(filters, largest_width=None, num_steps=20):
    """Find the Gabor function nearest to each filter, by least squares.

    A coarse grid of Gabor functions gives the best start at each of eight orientations. Damped
    Gauss-Newton steps (Levenberg-Marquardt) improve these, all filters at once. Amplitude and
    phase need no search: a wave of any phase is a sum of a cosine and a sine, and the best
    weights of the two are a linear problem.

    Args:
        filters: n square filters, float32 or float64.
        largest_width: of the bell across the stripes, in pixels; None takes a quarter of the
            filter's side. The search keeps the width at 0.6 or more, the wavelength from 2 to
            2 k, the aspect from 1/3 to 3 and the centre inside the filter.
        num_steps: number of Gauss-Newton steps, from 1 to 1,000.
    Shape:
        filters (n, k, k) -> `GaborFit` of n.
    Raises:
        ValueError: filters are not n finite squares with a side from 4 to 64, one of them is zero
            everywhere, or another argument is out of range.
    Source: chapter 07; Levenberg (1944), Marquardt (1963).
    """
    n, k = _check_filters(filters)
    largest = k / 4 if largest_width is None else number(largest_width, "largest_width", 0.6, k)
    num_steps = whole(num_steps, "num_steps", 1, 1000)
    F = filters.detach().double().reshape(n, -1)
    norm = F.norm(dim=1, keepdim=True)
    F = F / norm
    grid, explained = _coarse_search(F, k, largest)
    # Starts at different orientations lead to different local minima.
    turns = grid[:, 2].unique()
    starts = torch.stack(
        [explained.where(grid[:, 2:3] == turn, -1.0).argmax(0) for turn in turns], dim=1
    )
    F_start = F.repeat_interleave(len(turns), dim=0)
    p, error = _improve(grid[starts.reshape(-1)], F_start, k, largest, num_steps)
    best = error.reshape(n, -1).argmin(1) + len(turns) * torch.arange(n)
    p = p[best]
    fit = _nearest(p, F, k)
    phase = torch.atan2(-fit.weights[:, 1], fit.weights[:, 0])
    # Where the orientation loses 180 degrees, the wave runs backwards.
    phase = phase * torch.where(torch.rad2deg(p[:, 2]) % 360 < 180, 1, -1)
    return GaborFit(
        orientation=torch.rad2deg(p[:, 2]) % 180,
        wavelength=p[:, 3].exp(),
        width=p[:, 4].exp(),
        phase=torch.rad2deg(phase) % 360,
        aspect=p[:, 5].exp(),
        centre=p[:, :2],
        kernels=(fit.R * norm).reshape(n, k, k).to(filters.dtype),
        explained=1 - error[best],
    )


# Candidates are rows of six parameters: right, up, orientation, and the logarithms of wavelength,
# width and aspect, which keep these three positive.


def _coarse_search(F, k, largest_width):
    """Gabor functions from the whole range, and the share of each row of F they explain."""
    places = torch.linspace(1.5 - k / 2, k / 2 - 1.5, 5)
    turns = torch.arange(8) * math.pi / 8
    wavelengths = torch.log(k * torch.tensor([0.25, 0.4, 0.7, 1.2]))
    widths = torch.log(largest_width * torch.tensor([0.35, 0.7]))
    axes = (places, places, turns, wavelengths, widths, torch.zeros(1))
    grid = torch.cartesian_prod(*axes).double()
    C, S = _waves(grid, *_coordinates(grid, k))
    C = C / C.norm(dim=1, keepdim=True)
    S = S - (S * C).sum(1, keepdim=True) * C
    S = S / S.norm(dim=1, keepdim=True)
    return grid, (C @ F.T) ** 2 + (S @ F.T) ** 2


def _improve(p, F, k, largest_width, num_steps):
    """Candidates moved towards the rows of F by damped Gauss-Newton steps, and their errors."""
    low = torch.tensor([-k / 2, -k / 2, -math.inf, math.log(2), math.log(0.6), -math.log(3)])
    high = [k / 2, k / 2, math.inf, math.log(2 * k), math.log(largest_width), math.log(3)]
    low, high = low.double(), torch.tensor(high).double()
    fit = _nearest(p, F, k)
    error = ((F - fit.R) ** 2).sum(1)
    damping = torch.full((len(p),), 0.01, dtype=torch.float64)
    for _ in range(num_steps):
        H, gradient = _normal_equations(p, fit, F, k)
        scale = torch.diagonal(H, dim1=1, dim2=2) + 1e-3
        change = torch.linalg.solve(H + torch.diag_embed(damping[:, None] * scale), gradient)
        p_new = torch.clamp(p + change[..., 0].clamp(-1, 1), low, high)
        fit_new = _nearest(p_new, F, k)
        error_new = ((F - fit_new.R) ** 2).sum(1)
        better = error_new < error
        p = torch.where(better[:, None], p_new, p)
        fit = _Nearest(
            *(torch.where(better[:, None], b, a) for a, b in zip(fit, fit_new, strict=True))
        )
        error = torch.where(better, error_new, error)
        damping = torch.where(better, damping / 3, damping * 4).clamp(1e-8, 1e6)
    return p, error


class _Nearest(NamedTuple):
    """R = weights[0] * C + weights[1] * S, for each row of candidates."""

    R: torch.Tensor
    weights: torch.Tensor
    C: torch.Tensor
    S: torch.Tensor


def _nearest(p, F, k):
    """The sum of each candidate's cosine and sine that is nearest to the same row of F."""
    C, S = _waves(p, *_coordinates(p, k))
    # The two normal equations, solved by hand. The small number avoids a division by zero.
    cc, ss, cs = (C * C).sum(1) + 1e-9, (S * S).sum(1) + 1e-9, (C * S).sum(1)
    cf, sf = (C * F).sum(1), (S * F).sum(1)
    determinant = cc * ss - cs * cs
    weights = torch.stack([ss * cf - cs * sf, cc * sf - cs * cf], 1) / determinant[:, None]
    return _Nearest(weights[:, :1] * C + weights[:, 1:] * S, weights, C, S)


def _normal_equations(p, fit, F, k):
    """H (n, 6, 6) and gradient (n, 6, 1) of a Gauss-Newton step.

    The weights follow the parameters. To first order, that takes from the derivatives of R the
    part that a sum of C and S can make (Kaufman, 1975).
    """
    along, across = _coordinates(p, k)
    cosine, sine = torch.cos(p[:, 2:3]), torch.sin(p[:, 2:3])
    frequency = 2 * math.pi / p[:, 3:4].exp()
    x, y = along * (-2 * (p[:, 4:5] + p[:, 5:6])).exp(), across * (-2 * p[:, 4:5]).exp()
    by_wave = fit.weights[:, 1:] * fit.C - fit.weights[:, :1] * fit.S
    by_along, by_across = -x * fit.R, frequency * by_wave - y * fit.R
    long = along * x * fit.R
    rows = [
        by_across * sine - by_along * cosine,
        -by_across * cosine - by_along * sine,
        by_along * across - by_across * along,
        -frequency * across * by_wave,
        across * y * fit.R + long,
        long,
        fit.C,
        fit.S,
        F - fit.R,
    ]
    M = torch.stack(rows, 1)
    products = M @ M.mT  # every scalar product that the step needs
    mixed, waves = products[:, :6, 6:8], products[:, 6:8, 6:8]
    waves = waves + 1e-9 * torch.eye(2, dtype=torch.float64)
    H = products[:, :6, :6] - mixed @ torch.linalg.solve(waves, mixed.mT)
    return H, products[:, :6, 8:]


def _coordinates(p, k):
    """Each pixel's distances from each candidate's centre, along the stripes and across them."""
    right, up = _pixels(k)
    return _rotated(right - p[:, 0:1], up - p[:, 1:2], p[:, 2:3])


def _waves(p, along, across):
    """The cosine and the sine wave of each candidate, each under its bell."""
    wavelength, width, aspect = (p[:, i : i + 1].exp() for i in (3, 4, 5))
    bell = torch.exp(-(across**2 + (along / aspect) ** 2) / (2 * width**2))
    wave = 2 * math.pi * across / wavelength
    return bell * torch.cos(wave), bell * torch.sin(wave)


def _check_filters(filters):
    check_tensor(filters, "filters", 3, floats=True)
    n, k, width = filters.shape
    if k != width or not 4 <= k <= 64:
        raise ValueError(
            f"filters must be squares of side 4 to 64, but their shape is {k}×{width}."
        )
    if bool((filters.abs().amax((1, 2)) == 0).any()):
        raise ValueError("A filter that is zero everywhere has no nearest Gabor function.")
    return n, k
