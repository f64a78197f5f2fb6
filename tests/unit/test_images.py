"""The pictures of the course."""

import pytest
import torch

from helpers import images


def test_every_photo_opens_and_is_not_flat():
    for name in images.photo_names():
        X = images.photo(name)
        assert X.dim() == 2 and X.dtype == torch.float32, name
        assert 0 <= X.min() < X.max() <= 1 and X.std() > 0.05, name


def test_a_photo_has_the_size_asked_for():
    assert images.photo("rocket", size=(240, 320)).shape == (240, 320)
    assert images.photo("chelsea", size=(64, 48), colour=True).shape == (3, 64, 48)
    assert images.photo("camera", size=40).shape == (40, 40)


def test_grey_weighs_red_green_and_blue_as_the_eye_does():
    red, green, blue = images.photo("coffee", size=(9, 12), colour=True)
    expected = 0.2125 * red + 0.7154 * green + 0.0721 * blue
    torch.testing.assert_close(images.photo("coffee", size=(9, 12)), expected)


def test_changing_a_photo_does_not_change_the_next():
    images.photo("camera").zero_()
    assert images.photo("camera").max() > 0


def test_unknown_names_and_sizes_are_refused():
    for name in ("nobody", None, ["camera"]):
        with pytest.raises(ValueError, match="must be one of astronaut, brick"):
            images.photo(name)
    for size in ((0, 3), (3,), (2.5, 3), 10**6):
        with pytest.raises(ValueError, match="size must be a whole number from 1 to 4096"):
            images.photo("camera", size=size)


def test_the_striped_picture_is_the_book_s():
    X = images.striped_image()
    assert X.shape == (6, 8)
    assert X[0].tolist() == [1, 1, 0, 0, 0, 0, 1, 1]
    assert bool((X == X[0]).all())
