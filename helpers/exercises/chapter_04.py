"""Exercises of chapter 04: edges, directions, derivatives and blurs.

Where many kernels are right, an answer is judged by what it makes of small pictures, never by
its entries.
"""

import torch
from torch.nn import functional as F

from helpers import kernels
from helpers.correlation import corr2d
from helpers.exercises.engine import Wrong, function_exercise, value_exercise

# --- small pictures that kernels are tried on ---------------------------------------------------

_ROW = torch.arange(9.0)[:, None].expand(9, 11)  # grows by 1 per pixel, downwards
_COLUMN = torch.arange(11.0).expand(9, 11)  # grows by 1 per pixel, to the right
_CONSTANT = torch.ones(9, 11)
_ALONG_MAIN_DIAGONAL = (_COLUMN > _ROW).float()  # white above the diagonal, black below
_ALONG_OTHER_DIAGONAL = (_COLUMN + _ROW > 9).float()  # white below the other diagonal


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
    """What a learner's function returned, once it is known to be a matrix."""
    if not isinstance(K, torch.Tensor):
        raise ValueError(
            f"the kernel should be a tensor, but is a {type(K).__name__}: use torch.tensor(...)"
        )
    problem = _kernel_problem(K)
    if problem:
        raise ValueError(problem)
    return K


def _silent(K, X):
    """Whether K answers with zeros everywhere, up to the rounding of its own size."""
    return bool((corr2d(X, K).abs() <= 1e-4 * X.max() * (1e-6 + K.abs().sum())).all())


def _answer_alike(K, X, value):
    """Whether K answers to X with one value everywhere."""
    return bool(torch.isclose(corr2d(X, K), torch.tensor(value), rtol=1e-3, atol=1e-3).all())


def _one_word(right, otherwise):
    """Judge of a word; `otherwise` is said of words that nobody was offered."""
    return lambda answer: None if answer.strip().casefold() == right else otherwise


# --- predictions --------------------------------------------------------------------------------


@value_exercise(
    hints=[
        "Lay the kernel on the first two pixels, 1 and 1: 1·1 + 1·(−1). Then move on by one.",
        "Eight pixels have seven pairs of neighbours. In which two pairs do they differ?",
    ],
    wrong=[
        Wrong(
            (0, -1, 0, 0, 0, 1, 0),
            "The places are right and the signs are turned round: it is the left pixel minus the "
            "right one, so from white (1) to black (0) it gives 1 − 0.",
        ),
        Wrong(
            (0, 1, 0, 0, 0, 1, 0),
            "The places are right, but the kernel keeps the sign: from black to white it gives "
            "0 − 1.",
        ),
        Wrong(
            (0, 0, 1, 0, 0, 0, -1),
            "One place too far: a result stands where its window begins, and the first window "
            "with two different pixels begins in column 1.",
        ),
        Wrong(
            (0, 1, 0, 0, 0, -1, 0, 0),
            "Seven numbers, not eight: the last window begins in column 6.",
        ),
        Wrong(
            (0, 1, 1, 1, 1, -1, 0),
            "Inside the black stripe the neighbours are equal, too: 0 − 0 = 0. The kernel sees "
            "changes, not blackness.",
        ),
    ],
)
def striped_row():
    return (0, 1, 0, 0, 0, -1, 0)


@value_exercise(
    hints=[
        "What is the shape of X.T? A window of one row and two columns slides over that.",
        "Rows: 8 − 1 + 1. Columns: 6 − 2 + 1.",
    ],
    wrong=[
        Wrong((7, 6), "That is so with K transposed as well: here K still has one row."),
        Wrong((6, 7), "That is the shape of the first map; X.T has eight rows and six columns."),
        Wrong((8, 6), "That is the picture's own shape: a window two columns wide costs a column."),
        Wrong((5, 8), "Rows come first, then columns."),
        Wrong((7, 5), "The kernel has a single row, so no row is lost: 8 − 1 + 1 = 8."),
    ],
)
def transposed_shape():
    return (8, 5)


@value_exercise(
    hints=[
        "Row 1 of torch.eye(6) is 0 1 0 0 0 0. Take the left pixel minus the right one.",
        "The first window sees 0 and 1, the second one 1 and 0.",
    ],
    wrong=[
        Wrong(
            (0, 0, 0, 0, 0),
            "The kernel looks along the row, and along row 1 the brightness does change: "
            "0, 1, 0, 0, 0, 0.",
        ),
        Wrong((1, -1, 0, 0, 0), "The signs are turned round: the first window is 0 − 1."),
        Wrong(
            (0, 1, 0, 0, 0),
            "The second window is right, but the first one sees 0 and 1: not zero.",
        ),
        Wrong((1, 0, 0, 0, 0), "That is row 0. In row 1 the white pixel stands in column 1."),
        Wrong((-1, 1, 0, 0, 0, 0), "Five numbers, not six: six pixels have five pairs."),
    ],
)
def diagonal_row():
    return (-1, 1, 0, 0, 0)


@value_exercise(
    hints=["Print torch.eye(6).T beside torch.eye(6)."],
    wrong=[
        Wrong(
            "zeros",
            "That happened with the stripes. Here the picture is its own transpose: compare "
            "torch.eye(6).T with torch.eye(6).",
        ),
        Wrong(
            "transposed",
            "The map would be transposed if kernel and picture both were. Here the picture alone "
            "is, and torch.eye(6) is its own transpose.",
        ),
    ],
    judge=_one_word("same", 'Answer "same", "transposed" or "zeros", in quotes.'),
)
def diagonal_picture_transposed():
    return "same"


@value_exercise(
    hints=[
        "K.T subtracts the pixel below, so the last row of the picture has no window of its own; "
        "no column is lost.",
        "Rows 0 and 1 of the picture are 1 0 0 0 0 0 and 0 1 0 0 0 0: subtract.",
    ],
    wrong=[
        Wrong(
            (1, 0, 0, 0, 0),
            "That is row 0 of the map with K itself. K.T is one column wide, so six numbers "
            "remain, and it looks downwards.",
        ),
        Wrong((1, -1, 0, 0, 0), "No column is lost this time: six numbers."),
        Wrong((-1, 1, 0, 0, 0, 0), "Signs: it is the pixel minus the one below it, 1 − 0 first."),
        Wrong((0, 0, 0, 0, 0, 0), "Row 0 and row 1 of the picture differ in two places."),
        Wrong(
            (1, 0, 0, 0, 0, 0),
            "Look at column 1 as well: above stands 0, below stands 1.",
        ),
    ],
)
def diagonal_kernel_transposed():
    return (1, -1, 0, 0, 0, 0)


@value_exercise(
    hints=[
        "Across the horizon brightness changes from above to below.",
        "Which of the two compares the line above with the line below?",
    ],
    wrong=[
        Wrong(
            "SOBEL_X",
            "That one compares left with right, and along the horizon left and right are alike. "
            "It will show the tripod's legs.",
        ),
    ],
    judge=_one_word("sobel_y", 'Answer "SOBEL_X" or "SOBEL_Y", in quotes.'),
)
def kernel_for_the_horizon():
    return "SOBEL_Y"


@value_exercise(
    hints=[
        "The window that covers the white pixel with its last entry comes first. Which entry of "
        "the kernel is that?",
    ],
    wrong=[
        Wrong(
            1,
            "That would be the kernel as it stands, which is what true convolution gives. Here the "
            "window in the upper left corner meets the white pixel with its lower right entry.",
        ),
        Wrong(
            5, "5 is in the middle of the map; in the corner the window ends on the white pixel."
        ),
        Wrong(0, "The very first window covers rows and columns 0 to 2: the white pixel is in it."),
        Wrong(
            45,
            "The window meets one white pixel, so a single product is left of the nine, not "
            "their sum.",
        ),
    ],
)
def impulse_corner():
    return 9


@value_exercise(
    hints=[
        "Each window becomes brighter by 0.25 in all nine pixels. What does the kernel make of "
        "nine equal numbers?",
        "The output changes by 0.25 times the sum of the weights.",
    ],
    wrong=[
        Wrong(
            (0.25, 0.25, 0.25, 0.25),
            "So it is for weights that sum to one. What do SOBEL_X and LAPLACIAN sum to?",
        ),
        Wrong((0, 0, 0, 0), "So it is for weights that sum to zero. What does BOX_BLUR sum to?"),
        Wrong(
            (0, 0.25, 1.25, 0),
            "SHARPEN has a 5 in its middle, but four times −1 around it: all nine weights count.",
        ),
        Wrong(
            (0, 2.25, 0.25, 0),
            "BOX_BLUR weighs each of its nine pixels by 1/9, not by 1.",
        ),
    ],
)
def brightness_change():
    return (0, 0.25, 0.25, 0)


@value_exercise(
    hints=[
        "F.conv2d gives (examples, channels, rows, columns).",
        "One example, a channel for each kernel, and every side loses 3 − 1 = 2.",
    ],
    wrong=[
        Wrong((8, 118, 158), "F.conv2d keeps the axis of examples, even for a single one."),
        Wrong((8, 1, 118, 158), "The examples come first, then the channels."),
        Wrong((1, 1, 118, 158), "The maps are stacked, not added up: one for each kernel."),
        Wrong((1, 8, 120, 160), "Without padding a 3×3 kernel takes away 2 rows and 2 columns."),
        Wrong((1, 8, 117, 157), "n − k + 1: the first place counts, too."),
    ],
)
def shape_of_maps():
    return (1, 8, 120 - 3 + 1, 160 - 3 + 1)


# --- kernels for a direction --------------------------------------------------------------------


def _judge_diagonal_edge_kernel(K):
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


@value_exercise(
    hints=[
        "Two by two is enough. Along the other diagonal, the pixel to the upper right and the "
        "pixel to the lower left are equally bright.",
        "Subtract the lower left entry from the upper right one; the other two are zero.",
    ],
    wrong=[
        Wrong(
            torch.tensor([[1.0, 0.0], [0.0, -1.0]]),
            "This subtracts along the main diagonal, where the edge runs: it finds edges along the "
            "other one. Subtract across the edge.",
        ),
        Wrong(
            torch.tensor([[-1.0, 0.0], [0.0, 1.0]]),
            "Lower right minus upper left is still a difference along the main diagonal, where the "
            "edge runs. Upper right and lower left are the two to compare.",
        ),
        Wrong(
            torch.eye(2),
            "It looks like the diagonal, but adds two pixels: a picture of one brightness gives 2. "
            "A difference needs a minus sign.",
        ),
        Wrong(
            torch.tensor([[1.0, -1.0]]),
            "It answers to both diagonals. Use two rows.",
        ),
        Wrong(torch.zeros(2, 2), "Silent everywhere, at the edge too."),
    ],
    judge=_judge_diagonal_edge_kernel,
)
def diagonal_edge_kernel():
    return torch.tensor([[0.0, 1.0], [-1.0, 0.0]])


def _responses(directional_kernel, v):
    """What the kernel for v answers to one brightness, a ramp to the right, a ramp downwards."""
    K = directional_kernel(v)
    if K is ...:
        return K
    K = _as_kernel(K).float()
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


@function_exercise(
    cases=lambda: [((1.0, 0.0),), ((0.0, 1.0),), ((0.6, 0.8),), ((-0.28, 0.96),), ((2.0, -3.0),)],
    hints=[
        "SOBEL_X answers to growth to the right, SOBEL_Y to growth downwards. Weigh the two.",
        "On a ramp that grows by 1 per pixel each Sobel kernel gives 8.",
    ],
    wrong=[
        Wrong(_swapped, "Right and down are swapped: v[0] belongs to SOBEL_X."),
        Wrong(_not_scaled, "Eight times too strong: on a ramp of slope 1, SOBEL_X gives 8."),
        Wrong(_backwards, "The sign is turned round: growth along v should be positive."),
        Wrong(_right_only, "v[1], the part that points downwards, is not used."),
        Wrong(_upwards, "v[1] counts downwards, as row numbers do; no minus sign is needed."),
    ],
    call=_responses,
)
def directional_kernel(v):
    return (v[0] * kernels.SOBEL_X + v[1] * kernels.SOBEL_Y) / 8


# --- derivatives and blurs ----------------------------------------------------------------------


def _judge_second_derivative_kernel(K):
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


@value_exercise(
    hints=[
        "Take differences twice: 0 1 4 9 16 becomes 1 3 5 7, and then 2 2 2.",
        "(right − middle) − (middle − left): which weight does each of the three get?",
    ],
    wrong=[
        Wrong(
            torch.tensor([[1.0, -1.0]]),
            "That is a first derivative. A second derivative is the difference of two differences.",
        ),
        Wrong(
            torch.tensor([[-1.0, 0.0, 1.0]]),
            "That is a first derivative over a wider step: it answers to a steady ramp.",
        ),
        Wrong(
            torch.tensor([[-1.0, 2.0, -1.0]]),
            "Nearly: the sign is turned round. On the squares 0, 1, 4, 9, … it gives −2, "
            "but the second derivative of x² is 2.",
        ),
        Wrong(
            torch.tensor([[1.0], [-2.0], [1.0]]),
            "The weights are right, but this column looks downwards: make it one row.",
        ),
        Wrong(
            torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]),
            "That is the Laplacian, the sum of two second derivatives: leave out the one that "
            "looks downwards.",
        ),
        Wrong(
            torch.tensor([[1.0, -1.0, 1.0]]),
            "These sum to one. The middle is subtracted twice, once from each neighbour.",
        ),
    ],
    judge=_judge_second_derivative_kernel,
)
def second_derivative_kernel():
    return torch.tensor([[1.0, -2.0, 1.0]])


def _judge_blur_kernel(K):
    problem = _kernel_problem(K)
    if problem:
        return problem
    total = K.sum().item()
    if abs(total - 1) > 1e-4:
        return f"Its weights sum to {total:.4g}: on a picture of one brightness that must stay 1."
    if bool((K < 0).any()):
        return "It has a negative weight: that sharpens somewhere. A mean has none."
    if bool((K > 0.999).any()):
        return "All its weight lies on a single pixel, so nothing is mixed with its neighbours."
    if not (K.shape[0] > 1 and K.shape[1] > 1):
        return "It mixes along one direction only: give it at least two rows and two columns."
    if bool((K.sum(0) > 0.999).any()) or bool((K.sum(1) > 0.999).any()):
        return "All its weight lies in one row or column: let it mix in both directions."
    return None


@value_exercise(
    hints=[
        "The mean of a window: every pixel of it counts alike.",
        "How many weights are there, if their sum is to be one?",
    ],
    wrong=[
        Wrong(
            torch.ones(3, 3),
            "This makes the picture nine times as bright: divide by the number of weights.",
        ),
        Wrong(
            torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
            "All its weight lies on a single pixel: it copies the picture.",
        ),
        Wrong(torch.full((3, 3), 1 / 3), "These nine weights sum to 3, not to one."),
        Wrong(
            torch.full((1, 3), 1 / 3),
            "It blurs along the rows only: edges that run across stay sharp.",
        ),
        Wrong(
            torch.tensor([[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]),
            "Its weights do sum to one, but the negative ones sharpen.",
        ),
    ],
    judge=_judge_blur_kernel,
)
def blur_kernel():
    return torch.full((3, 3), 1 / 9)


@function_exercise(
    cases=lambda: [(1,), (2,), (3,), (5,), (8,)],
    hints=[
        "Try it on powers: a derivative of order d turns 1, x, …, x to the power d − 1 into zero.",
        "Order 1 took two weights, and each further difference adds one.",
    ],
    wrong=[
        Wrong(lambda d: d, "d weights can only silence d − 1 powers: for a slope, one is too few."),
        Wrong(lambda d: d + 2, "It works with that many, but one fewer does it, too."),
        Wrong(
            lambda d: 2 * d + 1,
            "Symmetric kernels are often that large, but it can be done with fewer: 1, −1 has two.",
        ),
        Wrong(lambda d: 2 * d, "Right for d = 1, but for d = 2 three weights do: 1, −2, 1."),
        Wrong(lambda d: 2**d, "Taking differences d times adds one weight each time."),
    ],
)
def smallest_size(d):
    return d + 1


def _on_powers(derivative_kernel, d):
    """What the kernel of order d makes of x⁰ … x^d, and how many weights it has."""
    K = derivative_kernel(d)
    if K is ...:
        return K
    K = _as_kernel(K).double()
    x = torch.arange(9.0, dtype=torch.float64)
    answers = [corr2d((x**power)[None], K)[0, 0] for power in range(d + 1)]
    return torch.stack([*answers, torch.tensor(float(K.numel()), dtype=torch.float64)])[None]


def _alternating(d):
    return torch.tensor([[(-1.0) ** n for n in range(d + 1)]])


def _turned_round(d):
    return -derivative_kernel.reference(d)


def _one_too_few(d):
    return derivative_kernel.reference(d - 1)


def _not_alternating(d):
    return derivative_kernel.reference(d).abs()


@function_exercise(
    cases=lambda: [(1,), (2,), (3,), (4,)],
    hints=[
        "Begin with K = torch.tensor([[1.0]]), and take a difference d times.",
        "One step: put a zero on the left of K and take away K with a zero on its right. "
        "F.pad(K, (1, 0)) puts a zero on the left.",
    ],
    wrong=[
        Wrong(
            _alternating,
            "Right for d = 1. For d = 2 the middle counts twice: 1, −2, 1.",
        ),
        Wrong(
            _turned_round,
            "The sign is turned round: x to the power d should give a positive number.",
        ),
        Wrong(_one_too_few, "One difference too few: that is the derivative of order d − 1."),
        Wrong(_not_alternating, "The signs must alternate, or it is a blur and no derivative."),
    ],
    call=_on_powers,
)
def derivative_kernel(d):
    K = torch.tensor([[1.0]])
    for _ in range(d):
        K = F.pad(K, (1, 0)) - F.pad(K, (0, 1))
    return K


# --- more than one kernel -----------------------------------------------------------------------


def _pictures():
    generator = torch.Generator().manual_seed(4)
    return [torch.rand(shape, generator=generator) for shape in ((4, 6), (5, 4), (9, 12))]


def _signed_sum(X):
    return corr2d(X, kernels.SOBEL_X) + corr2d(X, kernels.SOBEL_Y)


def _absolute_sum(X):
    return corr2d(X, kernels.SOBEL_X).abs() + corr2d(X, kernels.SOBEL_Y).abs()


def _no_root(X):
    return corr2d(X, kernels.SOBEL_X) ** 2 + corr2d(X, kernels.SOBEL_Y) ** 2


def _one_direction(X):
    return corr2d(X, kernels.SOBEL_X).abs()


def _one_after_the_other(X):
    return corr2d(F.pad(corr2d(X, kernels.SOBEL_X), (1, 1, 1, 1)), kernels.SOBEL_Y)


@function_exercise(
    cases=lambda: [(X,) for X in _pictures()],
    hints=[
        "Two maps: one from SOBEL_X, one from SOBEL_Y. They are the two sides of a right angle.",
        "Pythagoras, pixel by pixel: square both, add, take the root.",
    ],
    wrong=[
        Wrong(_signed_sum, "Added with their signs, the two can cancel: on one diagonal they do."),
        Wrong(
            _absolute_sum,
            "Close, but an edge along a diagonal then counts √2 times too much: use Pythagoras.",
        ),
        Wrong(_no_root, "That is the square of the strength: take the root."),
        Wrong(_one_direction, "Edges that run across are missing: use SOBEL_Y as well."),
        Wrong(
            _one_after_the_other,
            "One kernel after the other gives the derivative of a derivative; apply both to X.",
        ),
    ],
)
def edge_strength(X):
    G_x, G_y = corr2d(X, kernels.SOBEL_X), corr2d(X, kernels.SOBEL_Y)
    return (G_x**2 + G_y**2).sqrt()


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


@function_exercise(
    cases=_banks,
    hints=[
        "for K in bank: goes through the kernels one by one.",
        "torch.stack makes one tensor of a list of maps.",
    ],
    wrong=[
        Wrong(_channels_last, "Channels come first in PyTorch: stack along axis 0."),
        Wrong(_added_up, "The maps are kept apart, one channel each; do not add them up."),
        Wrong(_first_only, "Only the first kernel was used."),
        Wrong(_flipped, "The kernels came out flipped: this is cross-correlation."),
        Wrong(_with_example_axis, "The axis of examples is left over at the front: take [0]."),
    ],
)
def filter_bank(X, bank):
    return torch.stack([corr2d(X, K) for K in bank])
