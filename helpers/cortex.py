"""The arithmetic of chapter 07: a simulated cell, Gabor functions, filters learned from photos.

Angles are in degrees, counter-clockwise on the page: 0 lies flat, 90 stands upright. The angle
of a bar and of a Gabor function is that of its stripes; the angle of an edge is the direction in
which its bright side lies.
"""

import math
from numbers import Real
from typing import NamedTuple

import torch

from helpers.wording import described, is_whole

_SHORTEST = 0.001  # of a length in pixels


def bar(size, angle, width=None):
    """A bright bar (1) through the middle of a dark square (0).

    Args:
        size: side of the square, in pixels.
        angle: of the bar, in degrees; 0 lies flat, 90 stands upright.
        width: of the bar, in pixels; None takes a quarter of size.
    Shape:
        -> (size, size), float32.
    Raises:
        ValueError: a size, angle or width that is no number in its range.
    Source: chapter 07; the stimulus of Hubel and Wiesel (1962).
    """
    across = _grid(size, angle)[1]
    width = size / 4 if width is None else _number(width, "width", low=_SHORTEST)
    # A pixel at the rim is as bright as the part of it that the bar covers.
    covered = (across + 0.5).clamp(max=width / 2) - (across - 0.5).clamp(min=-width / 2)
    return covered.clamp(min=0).float()


def edge(size, angle):
    """A straight edge through the middle of a square: bright (1) on one side, dark (0) beyond.

    Args:
        size: side of the square, in pixels.
        angle: direction in which the bright side lies, in degrees; 0 is right, 90 is up.
    Shape:
        -> (size, size), float32; 0.5 where the edge halves a pixel.
    Raises:
        ValueError: a size or angle that is no number in its range.
    Source: chapters 04 and 07.
    """
    return (_grid(size, angle)[0] + 0.5).clamp(0, 1).float()


def gabor(size, orientation=0.0, wavelength=6.0, width=2.0, phase=0.0, aspect=1.0, centre=(0, 0)):
    """A Gabor function: a wave under a bell.

    Args:
        size: side of the square it is drawn on, in pixels.
        orientation: of the stripes, in degrees; 0 lies flat, 90 stands upright.
        wavelength: from one bright stripe to the next, in pixels.
        width: standard deviation of the bell across the stripes, in pixels.
        phase: of the wave, in degrees; 0 puts a bright stripe in the middle, 90 an edge.
        aspect: length of the bell along the stripes, as a multiple of width.
        centre: of the bell, in pixels to the right of and above the middle.
    Shape:
        -> (size, size), float32; its largest possible value is 1.
    Raises:
        ValueError: one of them is no number in its range.
    Source: chapter 07; the literature's aspect γ is 1/aspect.
    """
    wavelength = _number(wavelength, "wavelength", low=_SHORTEST)
    width = _number(width, "width", low=_SHORTEST)
    aspect = _number(aspect, "aspect", low=_SHORTEST)
    phase = math.radians(_number(phase, "phase"))
    along, across = _grid(size, orientation, centre, "orientation")
    bell = torch.exp(-(across**2 + (along / aspect) ** 2) / (2 * width**2))
    return (bell * torch.cos(2 * math.pi * across / wavelength + phase)).float()


class GaborFit(NamedTuple):
    """The Gabor function nearest to each of n filters; see `fit_gabor`.

    `orientation`, `wavelength`, `width`, `phase`, `aspect` are those of `gabor`, `centre` is
    (n, 2); `kernels` are the fitted functions (n, k, k), scaled to the filters, and `explained`
    is the share of each filter's sum of squares that they explain: 1 is a perfect fit.
    """

    orientation: torch.Tensor
    wavelength: torch.Tensor
    width: torch.Tensor
    phase: torch.Tensor
    aspect: torch.Tensor
    centre: torch.Tensor
    kernels: torch.Tensor
    explained: torch.Tensor


def fit_gabor(filters, largest_width=None, num_steps=30):
    """Find the Gabor function nearest to each filter, by least squares.

    Of a coarse grid of Gabor functions the best at each of eight orientations is improved by
    damped Gauss-Newton steps (Levenberg-Marquardt), all filters at once. Strength and phase
    need no search: a wave of any phase is a mixture of a cosine and a sine, and the best
    mixture is a linear problem.

    Args:
        filters: n square filters.
        largest_width: of the bell across the stripes, in pixels; None takes a quarter of the
            filter's side. The width is at least 0.6, the wavelength from 2 to 2 k, the aspect
            from 1/3 to 3, and the middle lies within the filter.
        num_steps: how many such steps to take.
    Shape:
        filters (n, k, k) -> `GaborFit` of n.
    Raises:
        ValueError: filters are no finite (n, k, k) stack with k of 4 to 64, one of them is zero
            everywhere, or a setting is out of range.
    Source: chapter 07; Levenberg (1944), Marquardt (1963).
    """
    n, k = _check_filters(filters)
    largest = k / 4 if largest_width is None else _number(largest_width, "largest_width", 0.6, k)
    num_steps = _count(num_steps, "num_steps", high=1000)
    F = filters.detach().double().reshape(n, -1)
    norm = F.norm(dim=1, keepdim=True)
    F = F / norm

    # One row of parameters a candidate: right, up, orientation, and three logarithms, which
    # keep wavelength, width and aspect positive.
    grid, explained = _coarse_search(F, k, largest)
    low = torch.tensor([-k / 2, -k / 2, -math.inf, math.log(2), math.log(0.6), -math.log(3)])
    high = torch.tensor([k / 2, k / 2, math.inf, math.log(2 * k), math.log(largest), math.log(3)])
    # Different orientations lead to different hills; neighbours would climb the same one.
    turns = grid[:, 2].unique()
    starts = torch.stack(
        [explained.where(grid[:, 2:3] == turn, -1.0).argmax(0) for turn in turns], dim=1
    )
    p = grid[starts.reshape(-1)]
    F_start = F.repeat_interleave(len(turns), dim=0)

    damping = torch.full((len(p),), 0.01, dtype=torch.float64)
    R = _nearest(p, F_start, k)[0]
    error = ((F_start - R) ** 2).sum(1)
    for _ in range(num_steps):
        columns = []
        for i in range(p.shape[1]):
            step = torch.zeros_like(p)
            step[:, i] = 1e-5
            columns.append((_nearest(p + step, F_start, k)[0] - R) / 1e-5)
        J = torch.stack(columns, dim=2)
        H, gradient = J.mT @ J, J.mT @ (F_start - R)[:, :, None]
        scale = torch.diagonal(H, dim1=1, dim2=2) + 1e-3
        H = H + torch.diag_embed(damping[:, None] * scale)
        change = torch.linalg.solve(H, gradient)[..., 0]
        p_new = torch.clamp(p + change.clamp(-1, 1), low.double(), high.double())
        R_new = _nearest(p_new, F_start, k)[0]
        error_new = ((F_start - R_new) ** 2).sum(1)
        better = error_new < error
        p, R = torch.where(better[:, None], p_new, p), torch.where(better[:, None], R_new, R)
        error = torch.where(better, error_new, error)
        damping = torch.where(better, damping / 3, damping * 4).clamp(1e-8, 1e6)

    best = error.reshape(n, -1).argmin(1) + len(turns) * torch.arange(n)
    p = p[best]
    R, mixture = _nearest(p, F, k)
    return GaborFit(
        orientation=torch.rad2deg(p[:, 2]) % 180,
        wavelength=p[:, 3].exp(),
        width=p[:, 4].exp(),
        # The wave runs the other way where 180 degrees were taken off its orientation.
        phase=torch.rad2deg(
            torch.atan2(-mixture[:, 1], mixture[:, 0])
            * torch.where(torch.rad2deg(p[:, 2]) % 360 < 180, 1, -1)
        )
        % 360,
        aspect=p[:, 5].exp(),
        centre=p[:, :2],
        kernels=(R * norm).reshape(n, k, k).to(filters.dtype),
        explained=1 - error[best],
    )


def _coarse_search(F, k, largest_width):
    """Gabor functions all over the range, and the share of each row of F that each explains."""
    places = torch.linspace(1.5 - k / 2, k / 2 - 1.5, 5)
    turns = torch.arange(8) * math.pi / 8
    wavelengths = torch.log(k * torch.tensor([0.25, 0.4, 0.7, 1.2]))
    widths = torch.log(largest_width * torch.tensor([0.35, 0.7]))
    axes = (places, places, turns, wavelengths, widths, torch.zeros(1))
    grid = torch.cartesian_prod(*axes).double()
    C, S = _waves(grid, k)
    C = C / C.norm(dim=1, keepdim=True)
    S = S - (S * C).sum(1, keepdim=True) * C
    S = S / S.norm(dim=1, keepdim=True)
    return grid, (C @ F.T) ** 2 + (S @ F.T) ** 2


def _waves(p, k):
    """Cosine and sine under the bell of each row of p, pixel by pixel."""
    right, up = _pixels(k)
    x0, y0, turn, wavelength, width, aspect = (p[:, i : i + 1] for i in range(6))
    x, y = right - x0, up - y0
    along = x * torch.cos(turn) + y * torch.sin(turn)
    across = y * torch.cos(turn) - x * torch.sin(turn)
    bell = torch.exp(-(across**2 + (along / aspect.exp()) ** 2) / (2 * (2 * width).exp()))
    wave = 2 * math.pi * across / wavelength.exp()
    return bell * torch.cos(wave), bell * torch.sin(wave)


def _nearest(p, F, k):
    """The mixture of each row's cosine and sine that comes nearest to the same row of F."""
    C, S = _waves(p, k)
    # Two normal equations, solved by hand; the small number keeps a vanishing wave solvable.
    cc, ss, cs = (C * C).sum(1) + 1e-9, (S * S).sum(1) + 1e-9, (C * S).sum(1)
    cf, sf = (C * F).sum(1), (S * F).sum(1)
    determinant = cc * ss - cs * cs
    mixture = torch.stack([ss * cf - cs * sf, cc * sf - cs * cf], 1) / determinant[:, None]
    return mixture[:, :1] * C + mixture[:, 1:] * S, mixture


def random_patches(pictures, size, count, generator):
    """Cut square patches from pictures, at random places, equally many from each.

    Args:
        pictures: list of pictures.
        size: side of a patch, in pixels.
        count: patches in all; rounded down to a multiple of the number of pictures.
        generator: `torch.Generator` that chooses the places.
    Shape:
        pictures (n_h, n_w) each -> (count, size, size), those of the first picture first.
    Raises:
        ValueError: no picture, one that is no finite matrix or smaller than a patch, a count
            below the number of pictures, or a generator that is none.
    Source: chapter 07.
    """
    if not isinstance(pictures, (list, tuple)) or len(pictures) == 0:
        raise ValueError("pictures must be a list of at least one picture.")
    size, count = _count(size, "size", high=4096), _count(count, "count", high=1_000_000)
    if count < len(pictures):
        raise ValueError(f"count must be at least one a picture, {len(pictures)}, but is {count}.")
    if not isinstance(generator, torch.Generator):
        raise ValueError("generator must be a torch.Generator, such as torch.Generator().")
    patches = []
    for X in pictures:
        _check_finite(X, "each picture", 2)
        if min(X.shape) < size:
            raise ValueError(
                f"A picture of {X.shape[0]}×{X.shape[1]} pixels has no patch of {size}×{size}: "
                "take smaller patches or larger pictures."
            )
        windows = X.unfold(0, size, 1).unfold(1, size, 1)
        places = (count // len(pictures),)
        row = torch.randint(windows.shape[0], places, generator=generator)
        column = torch.randint(windows.shape[1], places, generator=generator)
        patches.append(windows[row, column])
    return torch.cat(patches)


def same_contrast(patches, softness=0.01):
    """Give every patch mean 0 and, unless it is almost flat, a standard deviation near 1.

    A standard deviation s becomes s / (s + softness).

    Args:
        patches: pictures, float.
        softness: added to the standard deviation, so that a flat patch stays flat.
    Shape:
        patches (n, k_h, k_w) -> the same.
    Raises:
        ValueError: patches are no finite (n, k_h, k_w) stack, or softness is not positive.
    Source: chapter 07.
    """
    _check_finite(patches, "patches", 3)
    softness = _number(softness, "softness", low=1e-9)
    centred = patches - patches.mean((1, 2), keepdim=True)
    return centred.div_(centred.std((1, 2), correction=0, keepdim=True) + softness)


class Whitening(NamedTuple):
    """Principal components of some data, and what whitens it; see `whitening`.

    `components` (d, m) are the directions of greatest variance, in descending order, `variances`
    (d,) the variance along each, and `matrix` (d, m) maps an example to d white numbers.
    """

    components: torch.Tensor
    variances: torch.Tensor
    matrix: torch.Tensor


def whitening(P, num_components):
    """Find the map that makes data white: every coordinate of variance 1, none correlated.

    Args:
        P: one example a row, each column of mean 0.
        num_components: how many principal components to keep.
    Shape:
        P (n, m) -> `Whitening`; `P @ whitening(P, d).matrix.T` is (n, d), with covariance I.
    Raises:
        ValueError: P is no finite matrix, its columns do not have mean 0, or it does not vary
            in as many directions as are to be kept.
    Source: chapter 07; principal component analysis.
    """
    _check_finite(P, "P", 2)
    num_components = _count(num_components, "num_components", high=P.shape[1])
    P = P.double()
    scale = float(P.abs().max())
    if float(P.mean(0).abs().max()) > 1e-3 * scale:
        raise ValueError("The columns of P must have mean 0: take P - P.mean(0).")
    variances, components = torch.linalg.eigh(P.T @ P / len(P))
    variances, components = variances.flip(0), components.flip(1).T
    if num_components > int((variances > 1e-10 * variances[0]).sum()):
        raise ValueError(
            f"num_components is {num_components}, but P varies in fewer directions: take fewer."
        )
    variances, components = variances[:num_components], components[:num_components]
    # The sign of an eigenvector is arbitrary; the same everywhere makes galleries comparable.
    largest = components.abs().argmax(1, keepdim=True)
    components = components * components.gather(1, largest).sign()
    return Whitening(components, variances, components / variances.sqrt()[:, None])


def orthogonal(W):
    """The orthogonal matrix nearest to W.

    Args:
        W: square matrix of full rank.
    Shape:
        W (d, d) -> (d, d).
    Raises:
        ValueError: W is no finite square matrix.
    Source: chapter 07; the polar decomposition.
    """
    _check_finite(W, "W", 2)
    if W.shape[0] != W.shape[1]:
        raise ValueError(f"W must be square, but has shape {tuple(W.shape)}.")
    U, _, V = torch.linalg.svd(W.double())
    return (U @ V).to(W.dtype)


def independence_step(W, Z):
    """One step of FastICA: turn the rows of W so that the signals Z @ W.T are more independent.

    Args:
        W: orthogonal matrix, a filter a row.
        Z: white data, an example a row.
    Shape:
        W (d, d), Z (n, d) -> (d, d), orthogonal.
    Raises:
        ValueError: they are no finite matrices of these shapes.
    Source: chapter 07; Hyvärinen (1999), with tanh, all filters at once.
    """
    _check_finite(W, "W", 2)
    _check_finite(Z, "Z", 2)
    if W.shape != (Z.shape[1], Z.shape[1]):
        raise ValueError(
            f"W must be {Z.shape[1]}×{Z.shape[1]}, as Z has {Z.shape[1]} columns, "
            f"but has shape {tuple(W.shape)}."
        )
    if W.dtype != Z.dtype:
        raise ValueError(f"W is {W.dtype} and Z is {Z.dtype}: give both one dtype.")
    G = torch.tanh(Z @ W.T)
    # Where the signals are bell-shaped the two terms cancel: what is left makes them less so.
    return orthogonal(G.T @ Z / len(Z) - (1 - G**2).mean(0)[:, None] * W)


def spike_triggered_average(stimuli, spikes):
    """The average of the stimuli, each counted as often as the cell spiked at it.

    Args:
        stimuli: pictures, float.
        spikes: number of spikes at each, at least 0.
    Shape:
        stimuli (n, k_h, k_w), spikes (n,) -> (k_h, k_w).
    Raises:
        ValueError: they are not finite or not of these shapes, a count is negative, or the cell
            never spiked.
    Source: chapter 07; de Boer and Kuyper (1968).
    """
    _check_finite(stimuli, "stimuli", 3)
    if isinstance(spikes, torch.Tensor) and not spikes.is_complex():
        spikes = spikes.to(stimuli.dtype)  # whole numbers will do
    _check_finite(spikes, "spikes", 1)
    if len(spikes) != len(stimuli):
        raise ValueError(
            f"There are {len(stimuli)} stimuli but {len(spikes)} counts of spikes: "
            "give one count a stimulus."
        )
    if float(spikes.min()) < 0:
        raise ValueError("A number of spikes must not be negative.")
    if not bool(spikes.any()):
        raise ValueError("The cell never spiked, so there is nothing to average.")
    return (spikes[:, None, None] * stimuli).sum(0) / spikes.sum()


def hidden_kernel():
    """What the cell of chapter 07 looks for: find it out before you read on.

    Shape:
        -> (11, 11), float32.
    Source: chapter 07.
    """
    return gabor(11, orientation=125, wavelength=5.5, width=2, phase=20, aspect=1.2)


def spike_rate(kernel, stimuli):
    """The spikes a simulated cell fires on average: its kernel's response, never below zero.

    Args:
        kernel: what the cell looks for.
        stimuli: pictures of the kernel's size.
    Shape:
        kernel (k_h, k_w), stimuli (n, k_h, k_w) -> (n,).
    Raises:
        ValueError: they are not finite or not of these shapes.
    Source: chapter 07; a linear-nonlinear-Poisson cell draws its spikes from this rate.
    """
    _check_finite(kernel, "kernel", 2)
    _check_finite(stimuli, "stimuli", 3)
    if stimuli.shape[1:] != kernel.shape:
        raise ValueError(
            f"The kernel is {kernel.shape[0]}×{kernel.shape[1]}, but the stimuli are "
            f"{stimuli.shape[1]}×{stimuli.shape[2]}: give them one size."
        )
    return (stimuli * kernel).sum((1, 2)).clamp(min=0)


def _pixels(size):
    """Right of and above the middle, for every pixel of a square, row by row."""
    step = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    return step.repeat(size), (-step).repeat_interleave(size)


def _grid(size, angle, centre=(0, 0), name="angle"):
    """Distance along and across a line at `angle` through `centre`, for every pixel."""
    size = _count(size, "size", high=4096)
    turn = math.radians(_number(angle, name) % 360)
    if not isinstance(centre, (tuple, list)) or len(centre) != 2:
        raise ValueError(f"centre must be (right, up), two numbers, but is {described(centre)}.")
    right, up = _pixels(size)
    x, y = right - _number(centre[0], "centre"), up - _number(centre[1], "centre")
    along = x * math.cos(turn) + y * math.sin(turn)
    across = y * math.cos(turn) - x * math.sin(turn)
    return along.reshape(size, size), across.reshape(size, size)


def _number(value, name, low=-1e6, high=1e6):
    """A number within bounds; those of a length keep its square from vanishing."""
    if not isinstance(value, Real) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(
            f"{name} must be a number from {low:g} to {high:g}, but is {described(value)}."
        )
    return float(value)


def _count(value, name, high):
    if not is_whole(value) or not 1 <= value <= high:
        raise ValueError(
            f"{name} must be a whole number from 1 to {high}, but is {described(value)}."
        )
    return int(value)


def _check_finite(X, name, dimensions):
    if not isinstance(X, torch.Tensor):
        raise ValueError(f"{name} must be a tensor, but is of type {type(X).__name__}.")
    if X.layout is not torch.strided or X.is_meta:
        raise ValueError(f"{name} must be an ordinary (dense) tensor that holds its numbers.")
    if X.dim() != dimensions or X.numel() == 0:
        raise ValueError(
            f"{name} must have {dimensions} dimensions and at least one number, "
            f"but has shape {tuple(X.shape)}."
        )
    if not X.is_floating_point():
        raise ValueError(f"{name} must hold floats, but has dtype {X.dtype}: take .float() of it.")
    if not bool(torch.isfinite(X).all()):
        raise ValueError(f"{name} must hold finite numbers: take out NaN and infinity.")


def _check_filters(filters):
    _check_finite(filters, "filters", 3)
    n, k, width = filters.shape
    if k != width or not 4 <= k <= 64:
        raise ValueError(
            f"filters must be squares of side 4 to 64, but their shape is {k}×{width}."
        )
    if bool((filters.abs().amax((1, 2)) == 0).any()):
        raise ValueError("A filter that is zero everywhere has no nearest Gabor function.")
    return n, k
