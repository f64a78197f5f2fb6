"""The statistics of natural images: patches, whitening and independent components."""

from typing import NamedTuple

import torch

from helpers.checks import check_same_dtype, check_tensor, described, number, whole

_LARGEST_SIDE = 4096  # pixels
_MOST_PATCHES = 1_000_000
_LARGEST_SOFTNESS = 1e6


def random_patches(pictures, size, count, generator):
    """Cut square patches from pictures at random places, the same number from each.

    Args:
        pictures: list of pictures, float32 or float64.
        size: side of a patch, in pixels.
        count: number of patches; rounded down to a multiple of the number of pictures.
        generator: `torch.Generator` that draws the places.
    Shape:
        pictures (n_h, n_w) each -> (count, size, size), in the order of the pictures.
    Raises:
        ValueError: pictures is empty, a picture is not a finite matrix or is smaller than a
            patch, count is below the number of pictures, or generator is not a generator.
    Source: chapter 07.
    """
    if not isinstance(pictures, (list, tuple)) or len(pictures) == 0:
        raise ValueError("pictures must be a list of at least one picture.")
    size = whole(size, "size", 1, _LARGEST_SIDE)
    count = whole(count, "count", len(pictures), _MOST_PATCHES)
    if not isinstance(generator, torch.Generator):
        raise ValueError(f"generator must be a torch.Generator, but is {described(generator)}.")
    patches = []
    for X in pictures:
        check_tensor(X, "each picture", 2, floats=True)
        if min(X.shape) < size:
            raise ValueError(
                f"A picture of {X.shape[0]}×{X.shape[1]} pixels is smaller than a patch of "
                f"{size}×{size}: take smaller patches or larger pictures."
            )
        windows = X.unfold(0, size, 1).unfold(1, size, 1)
        places = (count // len(pictures),)
        row = torch.randint(windows.shape[0], places, generator=generator)
        column = torch.randint(windows.shape[1], places, generator=generator)
        patches.append(windows[row, column])
    return torch.cat(patches)


def same_contrast(patches, softness=0.01):
    """Give every patch mean 0 and, unless it is almost flat, a standard deviation near 1.

    Args:
        patches: pictures, float32 or float64.
        softness: at least 1e-9; a standard deviation s becomes s / (s + softness), so a flat
            patch stays flat.
    Shape:
        patches (n, k_h, k_w) -> the same.
    Raises:
        ValueError: patches is not a finite (n, k_h, k_w) stack, or softness is too small.
    Source: chapter 07.
    """
    check_tensor(patches, "patches", 3, floats=True)
    softness = number(softness, "softness", 1e-9, _LARGEST_SOFTNESS)
    centred = patches - patches.mean((1, 2), keepdim=True)
    return centred.div_(centred.std((1, 2), correction=0, keepdim=True) + softness)


class Whitening(NamedTuple):
    """The principal components of some data and its whitening matrix; see `whitening`.

    `components` (d, m) are the directions of greatest variance in descending order, `variances`
    (d,) is the variance along each, and `matrix` (d, m) maps an example to d white values.
    """

    components: torch.Tensor
    variances: torch.Tensor
    matrix: torch.Tensor


def whitening(P, num_components):
    """Find the map that whitens data: coordinates of variance 1 that are not correlated.

    Args:
        P: one example per row, every column of mean 0; float32 or float64.
        num_components: number d of principal components to keep.
    Shape:
        P (n, m) -> `Whitening`; `P @ whitening(P, d).matrix.T` is (n, d), with covariance I.
    Raises:
        ValueError: P is not a finite matrix, its columns do not have mean 0, or it varies in
            fewer than d directions.
    Source: chapter 07; principal component analysis.
    """
    check_tensor(P, "P", 2, floats=True)
    num_components = whole(num_components, "num_components", 1, P.shape[1])
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
    # The sign of an eigenvector is arbitrary: make the largest entry of each positive.
    largest = components.abs().argmax(1, keepdim=True)
    components = components * components.gather(1, largest).sign()
    return Whitening(components, variances, components / variances.sqrt()[:, None])


def orthogonal(W):
    """The orthogonal matrix nearest to W.

    Args:
        W: square matrix of full rank, float32 or float64.
    Shape:
        W (d, d) -> (d, d), same dtype.
    Raises:
        ValueError: W is not a finite square matrix.
    Source: chapter 07; the polar decomposition.
    """
    check_tensor(W, "W", 2, floats=True)
    if W.shape[0] != W.shape[1]:
        raise ValueError(f"W must be square, but has shape {tuple(W.shape)}.")
    U, _, V = torch.linalg.svd(W.double())
    return (U @ V).to(W.dtype)


def independence_step(W, Z):
    """One step of FastICA: turn the filters in W so that their responses become more independent.

    Args:
        W: orthogonal matrix, one filter per row; float32 or float64.
        Z: white data, one example per row, same dtype.
    Shape:
        W (d, d), Z (n, d) -> (d, d), orthogonal; the responses are Z @ W.T.
    Raises:
        ValueError: W and Z are not finite matrices of these shapes and of one dtype.
    Source: chapter 07; Hyvärinen (1999), with tanh, all filters at once.
    """
    _check_filters_and_data(W, Z)
    G = torch.tanh(Z @ W.T)
    # For normally distributed responses the two terms cancel. What remains leads away from them.
    W = G.T @ Z / len(Z) - (1 - G**2).mean(0)[:, None] * W
    U, _, V = torch.linalg.svd(W)
    return U @ V


def _check_filters_and_data(W, Z):
    check_tensor(W, "W", 2, floats=True)
    check_tensor(Z, "Z", 2, floats=True)
    check_same_dtype(W=W, Z=Z)
    if W.shape != (Z.shape[1], Z.shape[1]):
        raise ValueError(
            f"W must be {Z.shape[1]}×{Z.shape[1]}, as Z has {Z.shape[1]} columns, "
            f"but has shape {tuple(W.shape)}."
        )
