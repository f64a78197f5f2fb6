"""The course's pictures: the book's striped one and real photos that come with scikit-image."""

import functools
from pathlib import Path

import torch
from torch.nn import functional as F

from helpers.wording import described, is_whole

# Only photos that lie inside the scikit-image package: nothing is ever downloaded.
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
# How bright red, green and blue look to the eye (ITU-R BT.709), as scikit-image weighs them.
_LUMINANCE = torch.tensor([0.2125, 0.7154, 0.0721])


def striped_image():
    """The 6×8 picture of chapter 04: white (1), with four black (0) columns in the middle.

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
        size: None for the photo's own size, or (height, width) in pixels: the photo is cut
            to that shape around its middle, then scaled down or up.
        colour: True for three channels (red, green, blue), False for brightness alone.
    Shape:
        -> (n_h, n_w), or (3, n_h, n_w) with colour; float32 in [0, 1].
    Raises:
        ValueError: an unknown name, a size that is not two positive whole numbers, or a colour
            that is neither True nor False.
    """
    if not isinstance(colour, bool):
        raise ValueError(f"colour must be True or False, but is {described(colour)}.")
    if not isinstance(name, str) or name not in _PHOTO_FILES:
        raise ValueError(
            f"There is no photo {described(name)}: take one of {', '.join(_PHOTO_FILES)}."
        )
    X = _read(name) / 255
    if size is not None:
        X = _fit(X, size)
    if colour:
        return X
    return (_LUMINANCE[:, None, None] * X).sum(0).clamp(0, 1)


@functools.lru_cache(maxsize=len(_PHOTO_FILES))
def _read(name):
    # Both are loaded here and not above: most chapters need neither.
    import numpy as np
    import skimage
    from PIL import Image

    path = Path(skimage.__file__).parent / "data" / _PHOTO_FILES[name]
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)  # bytes: a quarter of the room


def _fit(X, size):
    """Cut X (3, n_h, n_w) to the proportions of `size` around its middle, then scale it."""
    ok = isinstance(size, (tuple, list)) and len(size) == 2
    if not (ok and all(is_whole(side) and 1 <= side <= 4096 for side in size)):
        raise ValueError(
            f"size must be (height, width), two whole numbers from 1 to 4096, "
            f"but is {described(size)}."
        )
    size = tuple(int(side) for side in size)
    n_h, n_w = X.shape[1:]
    scale = min(n_h / size[0], n_w / size[1])
    cut_h, cut_w = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    top, left = (n_h - cut_h) // 2, (n_w - cut_w) // 2
    cut = X[None, :, top : top + cut_h, left : left + cut_w]
    scaled = F.interpolate(cut, size=size, mode="bilinear", antialias=True)
    return scaled[0].clamp(0, 1)
