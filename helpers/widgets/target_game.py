"""TargetGame: find the nine weights that turn a picture into a given feature map."""

import functools

import torch
from torch.nn import functional as F
from traitlets import Bytes, Dict, List, TraitError, validate

from helpers import kernels
from helpers.checks import described, is_whole
from helpers.images import photo, striped_image
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import Dropdown, link, wrap_row
from helpers.widgets.kernel_panel import KernelPanel, KernelView
from helpers.widgets.traits import BROWSER_OWNED, Whole

PICTURES = ("chelsea", "coins", "spot", "striped")

# Title, name of the picture, a kernel that does it, clue. Every other kernel that gives the same
# map does, too.
LEVELS = [
    (
        "The picture again",
        "chelsea",
        kernels.IDENTITY,
        "Each pixel of the map is to be the pixel in the middle of its window, and nothing else.",
    ),
    (
        "The negative",
        "chelsea",
        -kernels.IDENTITY,
        "The same, with its sign turned round: blue is negative.",
    ),
    (
        "Where the stripes end",
        "striped",
        torch.tensor([[0.0, 0, 0], [1, -1, 0], [0, 0, 0]]),
        "The map is 1 where the left of two pixels is white and the right one black. "
        "There are many ways to do it.",
    ),
    (
        "One white pixel",
        "spot",
        torch.tensor([[1.0, 2, 0], [0, -1, 0], [0, 0, 0.5]]),
        "The window that covers the white pixel with its last weight comes first. "
        "So the map shows the kernel turned by half a turn.",
    ),
    (
        "Smeared to the side",
        "coins",
        torch.tensor([[0.0, 0, 0], [0.25, 0.5, 0.25], [0, 0, 0]]),
        "The coins are as bright as before: the weights sum to one. They lie in one row.",
    ),
    (
        "Light from above",
        "coins",
        torch.tensor([[0.0, 1, 0], [0, 0, 0], [0, -1, 0]]),
        "Orange where it is brighter above than below. Two weights are enough.",
    ),
    (
        "Both ends of a stripe",
        "striped",
        torch.tensor([[0.0, 0, 0], [1, -2, 1], [0, 0, 0]]),
        "A positive and a negative number side by side at each edge: a second derivative.",
    ),
    (
        "Crisper than the original",
        "chelsea",
        kernels.SHARPEN,
        "The picture plus its difference from its four neighbours. The weights sum to one.",
    ),
    (
        "Across the corner",
        "coins",
        kernels.DIAGONAL_UP,
        "Brighter towards the upper right is orange. The weights along one diagonal are zero, "
        "and those on either side of it have opposite signs.",
    ),
]
# The largest difference, as a share of the target's largest value, that counts as the same map.
TOLERANCE = 0.01


@functools.cache
def _picture(name):
    """A picture of the game; photos are read when a game is made, not when this is imported."""
    if name == "striped":
        return striped_image()
    if name == "spot":
        X = torch.zeros(7, 8)
        X[3, 3] = 1
        return X
    return photo(name, size=(120, 160))


def match(Y, target):
    """How alike two feature maps are.

    Args:
        Y: your map.
        target: the map to reach, not zero everywhere.
    Shape:
        Y, target (n_h, n_w) -> a whole number from 0 to 100, percent. 100 means that no entry
        is off by more than one percent of the target's largest value; anything else is at most
        99, by how large the differences are (root of the mean square) beside the target.
    Raises:
        ValueError: the two shapes differ.
    Source: chapter 04.
    """
    if Y.shape != target.shape:
        raise ValueError(
            f"Y of shape {tuple(Y.shape)} cannot be compared with a target of shape "
            f"{tuple(target.shape)}: give both one shape."
        )
    difference = (Y - target).abs()
    if difference.max() <= TOLERANCE * target.abs().max():
        return 100
    share = float(difference.square().mean().sqrt() / target.square().mean().sqrt())
    return max(0, min(99, int(100 * (1 - share))))


class GameView(KernelView):
    """Picture, target and your map side by side, and how alike the last two are."""

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"tolerance": TOLERANCE}).tag(sync=True)
    # A dictionary per level: title, clue, the picture's number, and the kernel behind the target.
    levels = List().tag(sync=True)
    level = Whole(0).tag(sync=True)
    solved = List(Whole()).tag(**BROWSER_OWNED)
    stills = Bytes(b"").tag(sync=True)  # the pictures, float32, one after the other
    still_shapes = List().tag(sync=True)

    @validate("level")
    def _known_level(self, proposal):
        if not 0 <= proposal["value"] < len(LEVELS):
            raise TraitError(f"level must be from 0 to {len(LEVELS) - 1}, the last level.")
        return proposal["value"]


class TargetGame(KernelPanel):
    """Reach a target feature map with nine sliders.

    The map is scored, not the kernel: every kernel that gives the target wins.

    `kernel` and `level` may be read and set from the next cell; `target`, `output`, `score` and
    `solved` may be read.

    Args:
        level: number of the level to begin with, from 1.
    Raises:
        ValueError: there is no such level.
    Source: chapter 04.
    """

    def __init__(self, level=1):
        pictures = [_picture(name) for name in PICTURES]
        levels = [
            {
                "title": title,
                "clue": clue,
                "picture": PICTURES.index(name),
                "kernel": K.flatten().tolist(),
            }
            for title, name, K, clue in LEVELS
        ]
        view = GameView(
            levels=levels,
            stills=b"".join(X.numpy().tobytes() for X in pictures),
            still_shapes=[list(X.shape) for X in pictures],
        )
        super().__init__(view)
        self.level = level
        choice = Dropdown(
            options=[f"{n}. {title}" for n, (title, *_) in enumerate(LEVELS, 1)],
            description="Level",
        )
        controls = [link(choice, view, "level", of="index"), self._kernel_box()]
        self.children = [wrap_row(controls), view]

    @property
    def level(self):
        """Number of the level, from 1."""
        return self.view.level + 1

    @level.setter
    def level(self, level):
        if not is_whole(level) or not 1 <= level <= len(LEVELS):
            raise ValueError(f"level must be from 1 to {len(LEVELS)}, but is {described(level)}.")
        self.view.level = int(level) - 1

    @property
    def target(self):
        """The feature map to reach."""
        _, name, K, _ = LEVELS[self.view.level]
        return F.conv2d(_picture(name)[None, None], K[None, None])[0, 0]

    @property
    def output(self):
        """The feature map that the present kernel gives."""
        X = _picture(LEVELS[self.view.level][1])
        return F.conv2d(X[None, None], self.kernel[None, None])[0, 0]

    @property
    def score(self):
        """How alike `output` and `target` are, in percent; 100 wins."""
        return match(self.output, self.target)

    @property
    def solved(self):
        """Numbers of the levels that the browser has seen won so far, in order."""
        return sorted(level + 1 for level in self.view.solved)
