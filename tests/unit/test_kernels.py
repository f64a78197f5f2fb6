"""The kernels that have names."""

import pytest
import torch
from torch.nn import functional as F

from helpers import kernels


def test_blurs_keep_brightness_and_edge_kernels_see_no_flat_picture():
    for name in ("BOX_BLUR", "GAUSSIAN_BLUR", "SHARPEN", "IDENTITY"):
        assert getattr(kernels, name).sum() == pytest.approx(1), name
    for name in ("EDGE", "SOBEL_X", "SOBEL_Y", "LAPLACIAN", "DIAGONAL_DOWN", "DIAGONAL_UP"):
        assert getattr(kernels, name).sum() == 0, name


def test_directional_kernels_are_positive_where_brightness_rises_in_their_direction():
    ramp = torch.arange(7.0)
    right, down = ramp.repeat(7, 1), ramp.repeat(7, 1).T
    rising = {"SOBEL_X": right, "SOBEL_Y": down, "DIAGONAL_DOWN": right + down}
    rising["DIAGONAL_UP"] = right - down
    for name, X in rising.items():
        assert (F.conv2d(X[None, None], getattr(kernels, name)[None, None]) > 0).all(), name
