"""Exercises of chapter 04, edges.

Where many kernels are right, an answer is judged by what it makes of small pictures, never by
its entries.
"""

import torch
from torch.nn import functional as F

from helpers import kernels
from helpers.correlation import corr2d
from helpers.exercises.compare import Problem, unusual_tensor
from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress

# --- small pictures that kernels are tried on ---------------------------------------------------

_ROW = torch.arange(9.0, dtype=torch.float64)[:, None].expand(
    9, 11
)  # grows by 1 per pixel, downwards
_COLUMN = torch.arange(11.0, dtype=torch.float64).expand(
    9, 11
)  # grows by 1 per pixel, to the right
_CONSTANT = torch.ones(9, 11, dtype=torch.float64)
_ALONG_MAIN_DIAGONAL = (_COLUMN > _ROW).double()  # white above the diagonal, black below
_ALONG_OTHER_DIAGONAL = (_COLUMN + _ROW > 9).double()  # white below the other diagonal


def _kernel_problem(K):
    """The sentence that says why K cannot be tried on the small pictures, or None."""
    if K.dim() != 2 or K.numel() == 0:
        return (
            f"A kernel is a matrix, but yours has shape {tuple(K.shape)}: "
            f"write double brackets, as in torch.tensor([[1.0, -1.0]])."
        )
    if not bool(torch.isfinite(K).all()):
        return "It holds NaN or infinity: every weight must be an ordinary number."
    if K.shape[0] > 9 or K.shape[1] > 9:
        return f"It is {K.shape[0]}×{K.shape[1]}: up to 9×9 is more than enough here."
    return None


def _as_kernel(K):
    """What a learner's function returned, in float64, once it is known to be a matrix."""
    if not isinstance(K, torch.Tensor):
        raise Problem(
            f"The kernel should be a tensor, but is a {type(K).__name__}: use torch.tensor(...)."
        )
    problem = unusual_tensor(K) or _kernel_problem(K)
    if problem:
        raise Problem(problem)
    return K.detach().double()


def _silent(K, X):
    """Whether K answers with zeros everywhere, up to the rounding of its own size."""
    return bool((corr2d(X, K).abs() <= 1e-4 * X.max() * (1e-6 + K.abs().sum())).all())


def _answer_alike(K, X, value):
    """Whether K answers to X with one value everywhere."""
    return bool(
        torch.isclose(corr2d(X, K), torch.tensor(value).double(), rtol=1e-3, atol=1e-3).all()
    )


# --- recall -------------------------------------------------------------------------------------

map_shape = predict(
    (6, 5),
    wrong={
        (5, 6): "The right numbers in the wrong order: a shape is (rows, columns).",
        (5, 4): "The first place of the window counts as well: n − k + 1.",
        (7, 9): "That is the picture's shape: without padding, the window stays inside.",
        (3, 8): "The kernel is turned on its side: it has 2 rows and 5 columns.",
    },
    hints=[
        "How many places does the window have from top to bottom, and from left to right?",
        "Rows: 7 − 2 + 1. Columns: the same with 9 and 5.",
    ],
    why="Along a side of n pixels, a window of k has n − k + 1 places: 7 − 2 + 1 and 9 − 5 + 1.",
    section="Recall",
)

correlation_and_convolution = predict(
    (11, 4),
    wrong={
        (4, 11): "Swapped: it is true convolution that flips the kernel first.",
        (11, 11): "True convolution flips the kernel first, in both directions.",
        (4, 4): "Cross-correlation takes the kernel as it is drawn.",
        (11, 6): "The kernel was flipped from left to right only: flip it upside down as well.",
        (11, 9): "The kernel was flipped upside down only: flip it from left to right as well.",
        (11, 13): "Transposing the kernel isn't flipping it: both rows and columns change ends.",
    },
    hints=[
        "Multiply entry by entry and add up; for true convolution, flip the kernel first.",
        "Flipped in both directions, the kernel is [[3, −1], [1, 0]].",
    ],
    why="1·0 + 2·1 + 3·(−1) + 4·3 = 11. With the kernel flipped in both directions it is "
    "1·3 + 2·(−1) + 3·1 + 4·0 = 4.",
    section="Recall",
)

# --- 4.1 to 4.5: predictions --------------------------------------------------------------------

striped_row = predict(
    (0, 1, 0, 0, 0, -1, 0),
    wrong={
        (0, -1, 0, 0, 0, 1, 0): "The places are right and the signs are swapped: it is the left "
        "pixel minus the right one, so from white (1) to black (0) it gives 1 − 0.",
        (0, 1, 0, 0, 0, 1, 0): "The places are right, but the kernel keeps the sign: from black "
        "to white it gives 0 − 1.",
        (0, 0, 1, 0, 0, 0, -1): "One place too far: a result stands where its window begins, and "
        "the first window with two different pixels begins in column 1.",
        (0, 1, 0, 0, 0, -1, 0, 0): "Seven numbers, not eight: the last window begins in column 6.",
        (0, 1, 1, 1, 1, -1, 0): "Inside the black stripe the neighbours are equal, too: "
        "0 − 0 = 0. The kernel sees changes, not blackness.",
        (2, 1, 0, 0, 0, 1, 2): "Those are sums. The second weight is −1: subtract.",
    },
    hints=[
        "Lay the kernel on the first two pixels, 1 and 1: 1·1 + 1·(−1). Then move on by one.",
        "Eight pixels have seven pairs of neighbours. In which two pairs do they differ?",
    ],
    why="Only two of the seven windows hold different pixels: 1 − 0 = 1 at the left edge, and "
    "0 − 1 = −1 at the right one. The sign tells on which side the light is.",
    section="4.1",
)

transposed_shape = predict(
    (8, 5),
    wrong={
        (7, 6): "That is so with K transposed as well: here K still has one row.",
        (6, 7): "That is the shape of the first map; X.T has eight rows and six columns.",
        (7, 8): "That is the first map with a row more and a column more; count again for X.T.",
        (8, 6): "That is the picture's own shape: a window two columns wide costs a column.",
        (5, 8): "Rows come first, then columns.",
        (7, 5): "The kernel has a single row, so no row is lost.",
    },
    hints=[
        "What is the shape of X.T? A window of one row and two columns slides over that.",
        "Rows: 8 − 1 + 1. Columns: 6 − 2 + 1.",
    ],
    why="X.T has 8 rows and 6 columns, and a kernel of one row and two columns costs one column "
    "and no row. All entries are zero: each row of X.T has one brightness, and the kernel never "
    "compares a row with the next.",
    section="4.2",
)

diagonal_row = predict(
    (-1, 1, 0, 0, 0),
    wrong={
        (0, 0, 0, 0, 0): "The kernel looks along the row, and along row 1 the brightness does "
        "change: 0, 1, 0, 0, 0, 0.",
        (1, -1, 0, 0, 0): "The signs are swapped: the first window is 0 − 1.",
        (0, 1, 0, 0, 0): "The second window is right, but the first one sees 0 and 1: not zero.",
        (1, 0, 0, 0, 0): "That is row 0. In row 1 the white pixel stands in column 1.",
        (0, -1, 1, 0, 0): "That is row 2. In row 1 the white pixel stands in column 1.",
        (1, 1, 0, 0, 0): "Those are sums: the kernel subtracts the right pixel.",
        (-1, 1, 0, 0, 0, 0): "Five numbers, not six: six pixels have five pairs.",
    },
    hints=[
        "Row 1 of torch.eye(6) is 0 1 0 0 0 0. Take the left pixel minus the right one.",
        "The first window sees 0 and 1, the second one 1 and 0.",
    ],
    why="A line has two sides. The window that begins one pixel before the line sees 0 1 and gives "
    "−1; the one that begins on it sees 1 0 and gives 1.",
    section="4.3",
)

kernel_for_the_horizon = predict(
    "SOBEL_Y",
    wrong={
        "SOBEL_X": "That one compares left with right, and along the horizon left and right are "
        "alike.",
    },
    hints=[
        "Across the horizon brightness changes from above to below.",
        "Which of the two compares the line above with the line below?",
    ],
    why="Brightness changes from above to below as you cross the horizon, so a kernel that takes "
    "below minus above shows it. SOBEL_X shows the tripod's legs.",
    section="4.4",
)

brightness_change = predict(
    (0, 0.25, 0.25, 0),
    wrong={
        (0.25, 0.25, 0.25, 0.25): "So it is for weights that sum to one. What do the weights of "
        "SOBEL_X and of LAPLACIAN sum to?",
        (0, 0, 0, 0): "So it is for weights that sum to zero. What do BOX_BLUR's sum to?",
        (0, 0.25, 1.25, 0): "SHARPEN has a 5 in its middle, but four times −1 around it: all nine "
        "weights count.",
        (0, 0.25, 1.25, -1): "Not only the weight in the middle counts: add up all nine.",
        (0, 2.25, 0.25, 0): "BOX_BLUR weighs each of its nine pixels by 1/9, not by 1.",
        (0, 1, 1, 0): "Those are the sums of the weights. The picture changes by 0.25, not by 1.",
    },
    hints=[
        "Each window becomes brighter by 0.25 in all nine pixels. What does the kernel make of "
        "nine equal numbers?",
        "The output changes by 0.25 times the sum of the weights.",
    ],
    why="The map changes by 0.25 times the sum of the weights. Weights that sum to 0 ignore "
    "brightness; weights that sum to 1 keep it.",
    section="4.5",
)

# --- 4.6 direction ------------------------------------------------------------------------------


def _judge_diagonal_edge_kernel(K):
    K = K.detach().double()
    problem = _kernel_problem(K)
    if problem:
        return problem
    if not _silent(K, _CONSTANT):
        return "It answers to a picture of one brightness: its weights must sum to zero."
    if not bool(corr2d(_ALONG_MAIN_DIAGONAL, K).abs().max() > 1e-3):
        return "It is silent at an edge along the main diagonal, where it should answer."
    if not _silent(K, _ALONG_OTHER_DIAGONAL):
        return (
            "It answers to an edge along the other diagonal, too. Along that edge brightness is "
            "the same one step right and one step up: make those two cancel."
        )
    return None


diagonal_edge_kernel = predict(
    torch.tensor([[0.0, 1.0], [-1.0, 0.0]]),
    accept=_judge_diagonal_edge_kernel,
    wrong=[
        (
            torch.tensor([[1.0, 0.0], [0.0, -1.0]]),
            "This subtracts along the main diagonal, where the edge runs: it finds edges along the "
            "other one. Subtract across the edge.",
        ),
        (
            torch.tensor([[-1.0, 0.0], [0.0, 1.0]]),
            "Lower right minus upper left is still a difference along the main diagonal, where the "
            "edge runs. Which two pixels lie across it?",
        ),
        (
            torch.eye(2),
            "It looks like the diagonal, but adds two pixels: a picture of one brightness gives 2. "
            "A difference needs a minus sign.",
        ),
        (torch.tensor([[1.0, -1.0]]), "It answers to both diagonals. Use two rows."),
        (torch.zeros(2, 2), "It is silent everywhere, at the edge too."),
    ],
    hints=[
        "Two by two is enough. Along the other diagonal, the pixel to the upper right and the "
        "pixel to the lower left are equally bright.",
        "Subtract the lower left entry from the upper right one; the other two are zero.",
    ],
    why="Upper right and lower left lie on the same side of an edge along the other diagonal, so "
    "there they cancel. They lie on different sides of an edge along the main one. SOBEL_X minus "
    "SOBEL_Y does the same with more pixels.",
    section="4.6",
)

# --- 4.7 channels -------------------------------------------------------------------------------

shape_of_maps = predict(
    (1, 8, 120 - 3 + 1, 160 - 3 + 1),
    wrong={
        (8, 118, 158): "F.conv2d keeps the axis of examples, even for a single one.",
        (8, 1, 118, 158): "The examples come first, then the channels.",
        (1, 1, 118, 158): "The maps are stacked, not added up: one for each kernel.",
        (1, 8, 120, 160): "Without padding a 3×3 kernel takes away 2 rows and 2 columns.",
        (1, 8, 117, 157): "n − k + 1: the first place counts, too.",
        (1, 118, 158, 8): "PyTorch puts the channels before the rows and columns.",
    },
    hints=[
        "F.conv2d gives (examples, channels, rows, columns).",
        "One example, a channel for each kernel, and every side loses 3 − 1 = 2.",
    ],
    why="One example goes in and one comes out; each kernel makes a channel of its own; and a 3×3 "
    "window has 120 − 3 + 1 places from top to bottom, 160 − 3 + 1 from left to right.",
    section="4.7",
)

# --- 4.8 transposed, turned ---------------------------------------------------------------------

diagonal_picture_transposed = predict(
    "same",
    wrong={
        "zeros": "That happened with the stripes. Compare torch.eye(6).T with torch.eye(6).",
        "transposed": "The map would be transposed if kernel and picture both were. Here the "
        "picture alone is.",
    },
    hints=["Print torch.eye(6).T beside torch.eye(6)."],
    why="torch.eye(6) is its own transpose, so the picture hasn't changed, and neither has its "
    "map.",
    section="4.8",
)

diagonal_kernel_transposed = predict(
    (1, -1, 0, 0, 0, 0),
    wrong={
        (1, 0, 0, 0, 0): "That is row 0 of the map with K itself. K.T is one column wide, so six "
        "numbers remain, and it looks downwards.",
        (1, -1, 0, 0, 0): "No column is lost this time: six numbers.",
        (-1, 1, 0, 0, 0, 0): "Signs: it is the pixel minus the one below it, 1 − 0 first.",
        (0, 0, 0, 0, 0, 0): "Row 0 and row 1 of the picture differ in two places.",
        (1, 0, 0, 0, 0, 0): "Look at column 1 as well: above stands 0, below stands 1.",
        (1, 1, 0, 0, 0, 0): "The lower pixel is subtracted, so where it is white the sign is "
        "minus.",
    },
    hints=[
        "K.T subtracts the pixel below, so the last row of the picture has no window of its own; "
        "no column is lost.",
        "Rows 0 and 1 of the picture are 1 0 0 0 0 0 and 0 1 0 0 0 0: subtract.",
    ],
    why="Row 0 minus row 1 is 1 0 0 0 0 0 minus 0 1 0 0 0 0. It is column 0 of the first map: "
    "transpose both picture and kernel and the map is transposed, and this picture doesn't change.",
    section="4.8",
)

impulse_corner = predict(
    9,
    wrong={
        1: "That would be the kernel as it is drawn, which true convolution gives. Here the "
        "window in the upper left corner meets the white pixel in another place.",
        5: "5 is in the middle of the map; in the corner the window ends on the white pixel.",
        0: "The very first window covers rows and columns 0 to 2: the white pixel is in it.",
        45: "The window meets one white pixel, so a single product is left of the nine, not "
        "their sum.",
        3: "That is right for the upper row of the kernel; but which row meets the white pixel?",
        7: "That is right for the left column of the kernel; but which column meets the white "
        "pixel?",
    },
    hints=[
        "The window in the corner covers rows and columns 0 to 2. Where in it is the white pixel?",
        "The window meets the white pixel with its last entry.",
    ],
    why="The first window ends on the white pixel, so only the kernel's last weight counts there. "
    "The map shows the kernel turned by 180°: that is the flip between cross-correlation and "
    "convolution.",
    section="4.8",
)

# --- 4.9 blurs ----------------------------------------------------------------------------------


def _judge_blur_kernel(K):
    K = K.detach().double()
    problem = _kernel_problem(K)
    if problem:
        return problem
    total = K.sum().item()
    if abs(total - 1) > 5e-3:
        return f"Its weights sum to {total:.4g}: on a picture of one brightness that must stay 1."
    if bool((K < 0).any()):
        return "It has a negative weight: a mean has none."
    if bool((K > 0.99).any()):
        return "All its weight lies on a single pixel, so nothing is mixed with its neighbours."
    if not (K.shape[0] > 1 and K.shape[1] > 1):
        return "It mixes along one direction only: give it at least two rows and two columns."
    if bool((K.sum(0) > 0.99).any()) or bool((K.sum(1) > 0.99).any()):
        return "All its weight lies in one row or column: let it mix in both directions."
    return None


blur_kernel = predict(
    torch.full((3, 3), 1 / 9),
    accept=_judge_blur_kernel,
    wrong=[
        (
            torch.ones(3, 3),
            "This makes the picture nine times as bright: divide by the number of weights.",
        ),
        (
            torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
            "All its weight lies on a single pixel: it copies the picture.",
        ),
        (torch.full((3, 3), 1 / 3), "These nine weights sum to 3, not to one."),
        (
            torch.full((1, 3), 1 / 3),
            "It blurs along the rows only: it leaves edges that run across as sharp as they were.",
        ),
        (
            torch.tensor([[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]),
            "Its weights do sum to one, but the negative ones sharpen.",
        ),
    ],
    hints=[
        "The mean of a window: every pixel of it counts alike.",
        "How many weights are there, if their sum is to be one?",
    ],
    why="Weights that sum to one keep an even area as bright as it was, and without negative "
    "weights every result lies between the darkest and the brightest pixel of its window.",
    section="4.9",
)

# --- 4.12 a kernel for any direction ------------------------------------------------------------


def _responses(directional_kernel, v):
    """What the kernel for v answers to one brightness, a ramp to the right, a ramp downwards."""
    K = directional_kernel(v)
    if K is ...:
        return K
    K = _as_kernel(K)
    answers = [corr2d(X, K) for X in (_CONSTANT, _COLUMN, _ROW)]
    return torch.stack([Y.mean() for Y in answers])[None]


def _swapped(v):
    return (v[1] * kernels.SOBEL_X + v[0] * kernels.SOBEL_Y) / 8


def _not_scaled(v):
    return v[0] * kernels.SOBEL_X + v[1] * kernels.SOBEL_Y


def _backwards(v):
    return -(v[0] * kernels.SOBEL_X + v[1] * kernels.SOBEL_Y) / 8


def _right_only(v):
    return v[0] * kernels.SOBEL_X / 8


def _upwards(v):
    return (v[0] * kernels.SOBEL_X - v[1] * kernels.SOBEL_Y) / 8


@exercise(
    cases=lambda: [((0.6, 0.8),), ((-0.28, 0.96),), ((2.0, -3.0),), ((1.0, 0.0),), ((0.0, 1.0),)],
    wrong=[
        (_swapped, "Right and down are swapped: v[0] belongs to SOBEL_X."),
        (_not_scaled, "Eight times too strong: on a ramp of slope 1, SOBEL_X gives 8."),
        (_backwards, "The sign is swapped: growth along v should be positive."),
        (_right_only, "v[1], the part that points downwards, is not used."),
        (_upwards, "v[1] counts downwards, as row numbers do; no minus sign is needed."),
    ],
    hints=[
        "SOBEL_X answers to growth to the right, SOBEL_Y to growth downwards. Weigh the two.",
        "What does SOBEL_X give on a ramp that grows by 1 per pixel?",
        "On such a ramp each Sobel kernel gives 8.",
    ],
    why="A slope has two parts, one to the right and one downwards, and the slope along v is v[0] "
    "times the one plus v[1] times the other. So two kernels are enough for every direction.",
    section="4.12",
    call=_responses,
)
def directional_kernel(v):
    return (v[0] * kernels.SOBEL_X + v[1] * kernels.SOBEL_Y) / 8


# --- 4.13 the bank as a loop --------------------------------------------------------------------


def _banks():
    generator = torch.Generator().manual_seed(44)
    shapes = (((4, 6), (3, 2, 3)), ((6, 5), (4, 3, 2)), ((8, 11), (8, 3, 3)))
    return [
        (torch.rand(picture, generator=generator), torch.randn(bank, generator=generator))
        for picture, bank in shapes
    ]


def _channels_last(X, bank):
    return torch.stack([corr2d(X, K) for K in bank], dim=-1)


def _added_up(X, bank):
    return torch.stack([corr2d(X, K) for K in bank]).sum(0)


def _first_only(X, bank):
    return corr2d(X, bank[0])[None]


def _flipped(X, bank):
    return torch.stack([corr2d(X, K.flip(0, 1)) for K in bank])


def _with_example_axis(X, bank):
    return F.conv2d(X[None, None], bank[:, None])


@exercise(
    cases=_banks,
    wrong=[
        (_channels_last, "Channels come first in PyTorch: stack along axis 0."),
        (_added_up, "The maps are kept apart, one channel each; do not add them up."),
        (_first_only, "Only the first kernel was used."),
        (_flipped, "The kernels came out flipped: this is cross-correlation."),
        (_with_example_axis, "The axis of examples is left over at the front: take [0]."),
    ],
    hints=[
        "for K in bank: goes through the kernels one by one.",
        "torch.stack makes one tensor of a list of maps.",
    ],
    why="Each output channel is a map of its own, made from the same picture by its own kernel. "
    "F.conv2d computes them all in one call, which is far quicker than a loop.",
    section="4.13",
)
def filter_bank(X, bank):
    return torch.stack([corr2d(X, K) for K in bank])


# --- 4.14 the strength of an edge ---------------------------------------------------------------


def _pictures():
    generator = torch.Generator().manual_seed(4)
    return [torch.rand(shape, generator=generator) for shape in ((6, 8), (7, 5), (9, 12))]


def _signed_sum(X):
    return corr2d(X, kernels.SOBEL_X) + corr2d(X, kernels.SOBEL_Y)


def _absolute_sum(X):
    return corr2d(X, kernels.SOBEL_X).abs() + corr2d(X, kernels.SOBEL_Y).abs()


def _no_root(X):
    return corr2d(X, kernels.SOBEL_X) ** 2 + corr2d(X, kernels.SOBEL_Y) ** 2


def _one_direction(X):
    return corr2d(X, kernels.SOBEL_X).abs()


def _other_direction(X):
    return corr2d(X, kernels.SOBEL_Y).abs()


def _one_after_the_other(X):
    return corr2d(corr2d(X, kernels.SOBEL_X), kernels.SOBEL_Y)


@exercise(
    cases=lambda: [(X,) for X in _pictures()],
    wrong=[
        (_signed_sum, "Added with their signs, the two can cancel: on one diagonal they do."),
        (
            _absolute_sum,
            "Close, but an edge along a diagonal then counts √2 times too much: use Pythagoras.",
        ),
        (_no_root, "That is the square of the strength: take the root."),
        (_one_direction, "Edges that run across are missing: use SOBEL_Y as well."),
        (_other_direction, "Edges that run up and down are missing: use SOBEL_X as well."),
        (
            _one_after_the_other,
            "One kernel after the other gives the derivative of a derivative; apply both to X.",
        ),
    ],
    hints=[
        "Two maps: one from SOBEL_X, one from SOBEL_Y. They are the two sides of a right angle.",
        "Pythagoras, pixel by pixel: square both, add, take the root.",
    ],
    why="As an edge turns, the two answers change like a cosine and a sine, and the squares of "
    "those sum to one. So the strength stays the same, whatever the direction.",
    section="4.14",
)
def edge_strength(X):
    G_x, G_y = corr2d(X, kernels.SOBEL_X), corr2d(X, kernels.SOBEL_Y)
    return (G_x**2 + G_y**2).sqrt()


# --- 4.15 second derivatives --------------------------------------------------------------------


def _judge_second_derivative_kernel(K):
    K = K.detach().double()
    problem = _kernel_problem(K)
    if problem:
        return problem
    if not _silent(K, _CONSTANT):
        return "It answers to a picture of one brightness: its weights must sum to zero."
    if not _silent(K, _COLUMN):
        return "It answers to a steady ramp, whose slope is always 1: that is a first derivative."
    if not (_silent(K, _ROW) and _silent(K, _ROW**2)):
        return "It looks downwards: make it see changes along a row only."
    squares = corr2d(_COLUMN**2, K)
    if not _answer_alike(K, _COLUMN**2, 2.0):
        return (
            f"On the squares 0, 1, 4, 9, … it gives {squares[0, 0].item():.4g}, "
            f"but the second derivative of x² is 2."
        )
    return None


second_derivative_kernel = predict(
    torch.tensor([[1.0, -2.0, 1.0]]),
    accept=_judge_second_derivative_kernel,
    wrong=[
        (
            torch.tensor([[1.0, -1.0]]),
            "That is a first derivative. A second derivative is the difference of two differences.",
        ),
        (
            torch.tensor([[-1.0, 0.0, 1.0]]),
            "That is a first derivative over a wider step: it answers to a steady ramp.",
        ),
        (
            torch.tensor([[-1.0, 2.0, -1.0]]),
            "Nearly: the sign is swapped. On the squares 0, 1, 4, 9, … it gives −2, "
            "but the second derivative of x² is 2.",
        ),
        (
            torch.tensor([[1.0], [-2.0], [1.0]]),
            "The weights are right, but this column looks downwards: make it one row.",
        ),
        (
            torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]),
            "That is the Laplacian, the sum of two second derivatives: leave out the one that "
            "looks downwards.",
        ),
        (
            torch.tensor([[1.0, -1.0, 1.0]]),
            "These sum to one. The middle is subtracted twice, once for each neighbour.",
        ),
    ],
    hints=[
        "Take differences twice: 0 1 4 9 16 becomes 1 3 5 7, and then 2 2 2.",
        "(right − middle) − (middle − left): which weight does each of the three get?",
    ],
    why="(right − middle) − (middle − left) = right − 2·middle + left. The middle pixel takes part "
    "in both differences, so it is subtracted twice.",
    section="4.15",
)

# --- 4.16 derivatives of any order --------------------------------------------------------------


@exercise(
    cases=lambda: [(3,), (2,), (1,), (5,), (8,)],
    wrong=[
        (lambda d: d, "d weights can only silence d − 1 powers: for a slope, one is too few."),
        (lambda d: d + 2, "It works with that many, but one fewer does it, too."),
        (
            lambda d: 2 * d + 1,
            "Symmetric kernels are often that large, but it can be done with fewer: 1, −1 has two.",
        ),
        (lambda d: 2 * d, "Right for d = 1, but for d = 2 three weights do: 1, −2, 1."),
        (lambda d: 2**d, "Taking one more difference adds a weight; it does not double them."),
    ],
    hints=[
        "Try it on powers: a derivative of order d turns 1, x, …, x to the power d − 1 into zero.",
        "Order 1 took two weights, and each further difference adds one.",
    ],
    why="Each further difference adds one weight. Fewer won't do: giving zero on 1, x, … up to "
    "the power d − 1 is d conditions, and with only d weights all of them would have to be zero.",
    section="4.16",
)
def smallest_size(d):
    return d + 1


def _on_powers(derivative_kernel, d):
    """What the kernel of order d makes of x⁰ … x^d, and how many weights it has."""
    K = derivative_kernel(d)
    if K is ...:
        return K
    K = _as_kernel(K)
    x = torch.arange(9.0, dtype=torch.float64)
    answers = [corr2d((x**power)[None], K)[0, 0] for power in range(d + 1)]
    return torch.stack([*answers, torch.tensor(float(K.numel()), dtype=torch.float64)])[None]


def _alternating(d):
    return torch.tensor([[(-1.0) ** (d - n) for n in range(d + 1)]])


def _turned_round(d):
    return -derivative_kernel.reference(d)


def _one_too_few(d):
    return derivative_kernel.reference(d - 1)


def _not_alternating(d):
    return derivative_kernel.reference(d).abs()


@exercise(
    cases=lambda: [(2,), (1,), (3,), (4,)],
    wrong=[
        (_alternating, "Right for d = 1. For d = 2 the middle counts twice: 1, −2, 1."),
        (
            _turned_round,
            "The sign is swapped: x to the power d should give a positive number.",
        ),
        (_one_too_few, "One difference too few: that is the derivative of order d − 1."),
        (_not_alternating, "The signs must alternate, or it is a blur and no derivative."),
    ],
    hints=[
        "Begin with K = torch.tensor([[1.0]]), and take a difference d times.",
        "One step: put a zero on the left of K and take away K with a zero on its right. "
        "F.pad(K, (1, 0)) puts a zero on the left.",
    ],
    why="Taking one more difference means: the kernel moved one place to the right, minus the "
    "kernel itself. The weights are the binomial coefficients with alternating signs.",
    section="4.16",
    call=_on_powers,
)
def derivative_kernel(d):
    K = torch.tensor([[1.0]])
    for _ in range(d):
        K = F.pad(K, (1, 0)) - F.pad(K, (0, 1))
    return K


progress = chapter_progress(__name__)
