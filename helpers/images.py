"""The course's pictures: the book's stripes, and the photos that come with scikit-image."""

import functools
from pathlib import Path

import torch
from torch.nn import functional as F

from helpers.checks import described, one_of, whole_pair

_LARGEST_SIDE = 4096  # pixels
# Only photos inside the scikit-image package: scikit-image would download the others.
_PHOTO_FILES = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "chelsea": "chelsea.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "moon": "moon.png",
    "page": "page.png",
    "rocket": "rocket.jpg",
}
# How bright red, green and blue look to the eye (ITU-R BT.709); scikit-image uses the same.
LUMINANCE = (0.2125, 0.7154, 0.0721)


def striped_image():
    """The 6×8 picture of chapter 04: white (1) with four black (0) columns in the middle.

    Shape:
        -> (6, 8), float32.
    Source: chapter 04; d2l 7.2.3.
    """
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    return X


def photo_names():
    """The names that `photo` knows, in alphabetical order."""
    return list(_PHOTO_FILES)


def photo(name, size=None, colour=False):
    """A bundled photo as numbers from 0 (black) to 1 (white).

    Args:
        name: one of `photo_names()`.
        size: (height, width) in pixels, or an int for both: the photo is cropped around its
            middle to that shape, then scaled. None keeps the photo's own size.
        colour: True for three channels (red, green, blue), False for brightness alone.
    Shape:
        -> (n_h, n_w), or (3, n_h, n_w) with colour; float32 in [0, 1].
    Raises:
        ValueError: the name is unknown, the size is not one or two whole numbers from 1 to 4096,
            or colour is neither True nor False.
    Source: the photos in the package scikit-image.
    """
    if not isinstance(colour, bool):
        raise ValueError(f"colour must be True or False, but is {described(colour)}.")
    X = _read(one_of(name, "name", _PHOTO_FILES)) / 255
    if size is not None:
        X = _fit(X, whole_pair(size, "size", 1, _LARGEST_SIDE))
    if colour:
        return X
    return (torch.tensor(LUMINANCE)[:, None, None] * X).sum(0).clamp(0, 1)


@functools.lru_cache(maxsize=len(_PHOTO_FILES))
def _read(name):
    # Imported here because most chapters need neither.
    import numpy as np
    import skimage
    from PIL import Image

    path = Path(skimage.__file__).parent / "data" / _PHOTO_FILES[name]
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)  # uint8: a quarter of the memory


def _fit(X, size):
    """Crop X (3, n_h, n_w) around its middle to the proportions of `size`, then scale it."""
    n_h, n_w = X.shape[1:]
    scale = min(n_h / size[0], n_w / size[1])
    cut_h, cut_w = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    top, left = (n_h - cut_h) // 2, (n_w - cut_w) // 2
    cut = X[None, :, top : top + cut_h, left : left + cut_w]
    scaled = F.interpolate(cut, size=size, mode="bilinear", antialias=True)
    return scaled[0].clamp(0, 1)
