"""Exercises of chapter 02, cross-correlation."""

import torch
from torch.nn import functional as F

from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress

# --- recall -------------------------------------------------------------------------------------

recall_weights = predict(
    600,
    wrong={
        50: "20 + 30 counts one side and the other; the picture has 20 · 30 pixels.",
        1: "A fully connected unit has a weight of its own for every pixel.",
        1800: "1,800 is right for a colour picture; a grey one has one value per pixel.",
        360_000: "That is a whole map of 600 such units.",
        9: "Nine weights are those of a 3×3 kernel; this unit is fully connected.",
    },
    hints=[
        "A fully connected unit multiplies each input by a weight of its own.",
        "Count the pixels of the picture.",
    ],
    why="A fully connected unit has one weight for each input, and there are 20 · 30 pixels.",
    section="Recall",
)

recall_property = predict(
    "equivariance",
    wrong={
        "invariance": "Invariance would mean that the output stays as it was; here it moves along.",
        "locality": "Locality says which pixels an output sees, not what happens when they move.",
    },
    hints=[
        "Does the output move along, or does it stay as it was?",
        "The output changes in the same way as the input does.",
    ],
    why="Equivariance: the output moves with the input. Invariance would be an output that stays.",
    section="Recall",
)

# --- 2.1 to 2.3 ---------------------------------------------------------------------------------

first_sum = predict(
    19,
    wrong={
        14: "14 uses the picture's first four numbers in a row; the window is 2 rows high.",
        5: "5 is what the flipped kernel gives; here the kernel is laid on as it stands.",
        17: "17 is what the transposed kernel gives (and the one mirrored left to right): lay the "
        "kernel on as it stands.",
        28: "28 comes from the matrix product; here each number meets the one weight on top of it.",
        8: "8 is the sum of the window; each number is first multiplied by the kernel's.",
        6: "6 is the sum of the kernel; each weight is first multiplied by the pixel under it.",
        12: "12 is the last of the four products; add up all of them.",
        25: "25 belongs to the window one pixel further right; begin in the top left corner.",
        37: "37 belongs to the window one pixel further down; begin in the top left corner.",
    },
    hints=[
        "Lay the kernel on the top left corner: 0 meets 0, 1 meets 1, 2 meets 3, 3 meets 4.",
        "Add the four products 0·0 + 1·1 + 2·3 + 3·4.",
    ],
    why="Each pixel of the window meets the weight that lies on it: 0·0 + 1·1 + 3·2 + 4·3 = 19.",
    section="2.1",
)

shape_of_map = predict(
    (4, 5),
    wrong={
        (3, 4): "Subtracting gives (3, 4), but the first position counts too: n − k + 1.",
        (6, 8): "It shrinks: at the border the kernel would stick out of the picture.",
        (5, 4): "The right numbers in the wrong order: a shape is (rows, columns).",
        (2, 2): "6 / 3 and 8 / 4 count windows side by side; ours overlap, one pixel apart.",
        (8, 11): "The map would grow like this if the kernel could stick out as long as it touches "
        "the picture; here it stays inside.",
        (5, 6): "One too many each way: count the places of the kernel's first row and column.",
        (20,): "There are that many entries in all; the shape says how they are laid out.",
    },
    hints=[
        "In how many rows can the top edge of a 3-row kernel lie, if it must stay inside 6 rows?",
        "Rows: 6 − 3 + 1. Columns: the same with 8 and 4.",
    ],
    why="The kernel's top edge fits in rows 0 to 3 and its left edge in columns 0 to 4, and every "
    "place gives one entry.",
    section="2.3",
)

# --- 2.4 the loops ------------------------------------------------------------------------------


def _correlate(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]


def _pictures_and_kernels():
    # First the example of the chapter, then shapes that are not square and kernels without
    # symmetry: a missing flip, a transposition or a hard-coded size cannot hide in them.
    generator = torch.Generator().manual_seed(2)
    shapes = [
        ((3, 4), (2, 2)),
        ((4, 3), (1, 3)),
        ((5, 7), (3, 2)),
        ((6, 6), (6, 6)),
        ((9, 8), (4, 5)),
    ]
    cases = [(torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2))]
    for picture, kernel in shapes:
        X = torch.randint(-4, 5, picture, generator=generator).float()
        K = torch.randint(-3, 4, kernel, generator=generator).float()
        K[0, 0] = 5.0
        cases.append((X, K))
    X, K = (
        torch.randn(shape, generator=generator, dtype=torch.float64) for shape in [(8, 5), (3, 3)]
    )
    return [*cases, (X, K)]


def _each_window(X, K, entry):
    """A map whose entry (i, j) is `entry(X, K, i, j)`."""
    shape = (X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)
    return torch.tensor(
        [[entry(X, K, i, j).item() for j in range(shape[1])] for i in range(shape[0])],
        dtype=X.dtype,
    )


def _window(X, K, i, j):
    return X[i : i + K.shape[0], j : j + K.shape[1]]


def _matrix_products(X, K):
    return _each_window(X, K, lambda *at: (_window(*at) @ K).sum())


def _last_products(X, K):
    return _each_window(X, K, lambda *at: _window(*at)[-1, -1] * K[-1, -1])


def _indices_go_down(X, K):
    a, b = torch.arange(K.shape[0])[:, None], torch.arange(K.shape[1])
    return _each_window(X, K, lambda X, K, i, j: (X[i - a, j - b] * K).sum())


def _zero_padded(X, K):
    return _correlate(F.pad(X, (0, K.shape[1] - 1, 0, K.shape[0] - 1)), K)


def _first_window_everywhere(X, K):
    Y = _correlate(X, K)
    return torch.full_like(Y, Y[0, 0].item())


@exercise(
    cases=_pictures_and_kernels,
    wrong=[
        (
            lambda X, K: _correlate(X, K.flip(0, 1)),
            "You flip the kernel: that is the convolution of mathematics, not cross-correlation.",
        ),
        (
            lambda X, K: _correlate(X, K.flip(1)),
            "Your kernel is mirrored left to right: K[a, b] meets X[i + a, j + b].",
        ),
        (
            lambda X, K: _correlate(X, K.T),
            "Your kernel is transposed: its rows go with rows of X, and K.shape is (k_h, k_w).",
        ),
        (
            lambda X, K: _correlate(X, K).T,
            "Your map is transposed: rows of Y go with rows of X.",
        ),
        (
            lambda X, K: _correlate(X, K)[:-1, :-1],
            "One row and one column are missing: the size is n − k + 1.",
        ),
        (_zero_padded, "Your windows reach over the border: stop at n − k + 1 rows and columns."),
        (
            _matrix_products,
            "`@` is the matrix product: multiply window and kernel entry by entry, with `*`.",
        ),
        (
            _indices_go_down,
            "You look at X[i − a, j − b], and Python counts negative indices from the far end: "
            "K[a, b] meets X[i + a, j + b].",
        ),
        (
            _last_products,
            "Only the last product of each window is left in Y: add them up.",
        ),
        (
            _first_window_everywhere,
            "Every entry is the sum of the first window: the window must move with i and j.",
        ),
        (
            lambda X, K: torch.zeros_like(_correlate(X, K)),
            "All entries are zero: is Y[i, j] ever assigned?",
        ),
        (
            lambda X, K: _correlate(X, torch.ones_like(K)),
            "You add up the window itself: multiply it by K first.",
        ),
        (
            lambda X, K: _correlate(X, K) / K.numel(),
            "You average where the definition adds: .sum(), not .mean().",
        ),
    ],
    hints=[
        "First make Y of the right size, n − k + 1 rows and columns, full of zeros.",
        "The window that belongs to Y[i, j] is X[i : i + k_h, j : j + k_w].",
        "Y[i, j] is the sum over (window * K); `.sum()` adds up a whole tensor.",
    ],
    why="Every entry is one window times the kernel, added up. Nothing in it depends on the "
    "shapes, so it is right for all of them.",
    section="2.4",
)
def corr2d(X, K):
    k_h, k_w = K.shape
    Y = torch.zeros(X.shape[0] - k_h + 1, X.shape[1] - k_w + 1, dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + k_h, j : j + k_w] * K).sum()
    return Y


# --- 2.6 padding, stride and dilation -----------------------------------------------------------

same_padding = predict(
    2,
    wrong={
        4: "4 is what is lost in all; padding is added on both sides, so half of it.",
        1: "1 is right for a 3×3 kernel; this one is 5×5.",
        5: "5 is the kernel's size; it takes away 4 rows, and two sides give them back.",
        0: "Without padding a 5×5 kernel takes away 4 rows and 4 columns.",
        3: "With 3 the map would grow: 6 rows are added, but the kernel takes away only 4.",
        2.5: "Half of 5, but the kernel takes away k − 1 rows, not k.",
    },
    hints=[
        "Each side gains `padding`, so the height gains twice that, and the kernel takes k − 1.",
        "Solve 2 · padding = 5 − 1.",
    ],
    why="A 5×5 kernel takes away 4 rows; 2 more at the top and 2 at the bottom give them back.",
    section="2.6",
)

# --- 2.7 cross-correlation is not convolution ---------------------------------------------------

first_sum_flipped = predict(
    5,
    wrong={
        19: "19 is the cross-correlation; turn the kernel upside down and left to right first.",
        17: "17 comes from flipping left and right only, or from the transposed kernel; flip top "
        "and bottom as well.",
        7: "7 comes from flipping top and bottom only; flip left and right as well.",
        0: "0 is the first entry if the kernel may stick out over the border; lay it on the top "
        "left corner, inside.",
        14: "14 uses the picture's first four numbers in a row, and the kernel as it stands.",
        11: "11 belongs to the window one pixel further right (and to a kernel turned by a quarter "
        "only): begin in the top left corner, with 3 2 / 1 0.",
        43: "43 is the last entry of the cross-correlation: flip the kernel, not the map.",
    },
    hints=[
        "Flipped both ways, the kernel reads 3 2 / 1 0.",
        "Lay it on the top left corner: 3·0 + 2·1 + 1·3 + 0·4.",
    ],
    why="The flipped kernel gives 3·0 + 2·1 + 1·3 + 0·4 = 5: now the largest weight meets the "
    "pixel in the top left corner.",
    section="2.7",
)

# --- going further: the size as a function ------------------------------------------------------


def _shape_cases():
    return [
        ((8, 11), (3, 2), 2, 1),
        ((6, 8), (1, 2), 1, 0),
        ((6, 8), (3, 3), 1, 1),
        ((7, 9), (3, 2), 2, 0),
        ((224, 160), (7, 5), 2, 3),
        ((5, 11), (5, 2), 3, 0),
    ]


def _sizes(formula):
    """An answer that applies `formula(n, k, stride, padding)` to rows and to columns."""
    return lambda input_shape, kernel_shape, stride, padding: tuple(
        formula(n, k, stride, padding) for n, k in zip(input_shape, kernel_shape, strict=True)
    )


@exercise(
    cases=_shape_cases,
    wrong=[
        (
            _sizes(lambda n, k, s, p: (n + p - k) // s + 1),
            "Padding counts twice: it is added on both sides.",
        ),
        (
            _sizes(lambda n, k, s, p: (n + 2 * p - k) // s),
            "One is missing: the first position counts too.",
        ),
        (
            _sizes(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1),
            "Round down: a step that leaves the picture is not taken.",
        ),
        (
            _sizes(lambda n, k, s, p: (n + 2 * p - k) / s + 1),
            "Sizes are whole numbers: divide with //, which rounds down.",
        ),
        (
            _sizes(lambda n, k, s, p: n + 2 * p - k + 1),
            "The stride does nothing yet: divide the way the window can go by it.",
        ),
        (
            _sizes(lambda n, k, s, p: (n + 2 * p - k + 1) // s),
            "Divide before you add the one: (…) // stride + 1.",
        ),
        (
            _sizes(lambda n, k, s, p: (n - k) // s + 1),
            "The padding does nothing yet: the picture has 2 · padding more rows and columns.",
        ),
        (
            _sizes(lambda n, k, s, p: (n + 2 * p) // s),
            "The kernel does nothing yet: its corner cannot go all the way to the border.",
        ),
        (
            lambda n, k, s, p: output_shape.reference(n[::-1], k[::-1], s, p),
            "The right numbers in the wrong order: a shape is (rows, columns).",
        ),
        (
            lambda n, k, s, p: output_shape.reference(n, k[::-1], s, p),
            "The kernel's height and width are exchanged: kernel_shape is (rows, columns), too.",
        ),
    ],
    hints=[
        "Padding adds to both sides: the padded picture has n + 2 · padding rows.",
        "The window's corner can move n + 2 · padding − k rows down. With stride s only every "
        "s-th of these positions counts, and the first one counts as well.",
        "In each direction: (n + 2 * padding - k) // stride + 1; return a tuple of the two.",
    ],
    why="n + 2 · padding − k is how far the window can go. Divided by the stride and rounded down "
    "it counts the steps, and the place it starts from is one more.",
    section="Going further",
)
def output_shape(input_shape, kernel_shape, stride, padding):
    return tuple(
        (n + 2 * padding - k) // stride + 1 for n, k in zip(input_shape, kernel_shape, strict=True)
    )


# --- going further: as one matrix ---------------------------------------------------------------


def _matrix_cases():
    generator = torch.Generator().manual_seed(4)
    cases = []
    for kernel, picture in [((2, 2), (3, 4)), ((3, 2), (4, 5)), ((2, 3), (3, 3)), ((1, 1), (2, 3))]:
        cases.append((torch.randint(1, 9, kernel, generator=generator).float(), picture))
    return [*cases, (torch.tensor([[1.0, -2.0]]), (2, 4))]


def _matrix_of(K, input_shape):
    return correlation_matrix.reference(K, input_shape)


def _rows_not_moved(K, input_shape):
    W = _matrix_of(K, input_shape)
    return W[:1].repeat(len(W), 1)


def _wraps_around(K, input_shape):
    W = _matrix_of(K, input_shape)
    return torch.stack([W[0].roll(shift) for shift in range(len(W))])


def _outputs_column_by_column(K, input_shape):
    o_h, o_w = (n - k + 1 for n, k in zip(input_shape, K.shape, strict=True))
    return _matrix_of(K, input_shape).reshape(o_h, o_w, -1).transpose(0, 1).reshape(o_h * o_w, -1)


def _pixels_column_by_column(K, input_shape):
    W = _matrix_of(K, input_shape)
    return W.reshape(-1, *input_shape).transpose(1, 2).reshape(len(W), -1)


@exercise(
    cases=_matrix_cases,
    wrong=[
        (
            lambda K, input_shape: _matrix_of(K, input_shape).T,
            "It is transposed: one row for each output, one column for each pixel.",
        ),
        (_rows_not_moved, "Every row is the first one: the window must move from row to row."),
        (
            _wraps_around,
            "Each row is the last one moved by one pixel; at the end of a line of the picture the "
            "window would wrap around, so jump by k_w there.",
        ),
        (
            _outputs_column_by_column,
            "Your outputs go down column by column: output (i, j) is row i * o_w + j.",
        ),
        (
            _pixels_column_by_column,
            "Your pixels go down column by column: pixel (p, q) is column p * n_w + q.",
        ),
        (
            lambda K, input_shape: _matrix_of(K.flip(0, 1), input_shape),
            "The kernel is flipped: this is the matrix of the true convolution.",
        ),
        (
            lambda K, input_shape: _matrix_of(torch.ones_like(K), input_shape),
            "The places are right, but the kernel's values are not in them.",
        ),
        (
            lambda K, input_shape: torch.zeros_like(_matrix_of(K, input_shape)),
            "All entries are zero: is the kernel ever written into the matrix?",
        ),
    ],
    hints=[
        "Row r of the matrix makes output r. Output (i, j) is row i * o_w + j, and pixel "
        "(i + a, j + b) of the picture is column (i + a) * n_w + (j + b).",
        "Easier: make zeros of shape (o_h, o_w, n_h, n_w), put K into W[i, j] where the window "
        "of output (i, j) lies, and reshape at the end.",
        "W[i, j, i : i + k_h, j : j + k_w] = K, then W.reshape(o_h * o_w, n_h * n_w).",
    ],
    why="Row r holds the kernel where the window of output r lies, and zeros elsewhere: its "
    "product with the flattened picture is that window's sum.",
    section="Going further",
)
def correlation_matrix(K, input_shape):
    (n_h, n_w), (k_h, k_w) = input_shape, K.shape
    o_h, o_w = n_h - k_h + 1, n_w - k_w + 1
    W = torch.zeros(o_h, o_w, n_h, n_w, dtype=K.dtype)
    for i in range(o_h):
        for j in range(o_w):
            W[i, j, i : i + k_h, j : j + k_w] = K
    return W.reshape(o_h * o_w, n_h * n_w)


# --- going further: the true convolution --------------------------------------------------------


@exercise(
    cases=_pictures_and_kernels,
    wrong=[
        (
            _correlate,
            "This is cross-correlation still: the kernel has to be flipped first.",
        ),
        (
            lambda X, K: _correlate(X, K.flip(1)),
            "Only left and right are flipped: flip top and bottom as well.",
        ),
        (
            lambda X, K: _correlate(X, K.flip(0)),
            "Only top and bottom are flipped: flip left and right as well.",
        ),
        (
            lambda X, K: _correlate(X, K.T),
            "Your kernel is transposed: K.T exchanges rows and columns, K.flip(0, 1) flips both.",
        ),
        (
            lambda X, K: _correlate(X, K.rot90(1)),
            "Your kernel is turned by a quarter; flipping both ways turns it by a half.",
        ),
        (
            lambda X, K: _correlate(X, K).flip(0, 1),
            "This is the map of the cross-correlation, turned by a half: flip the kernel alone.",
        ),
        (
            lambda X, K: _correlate(X.flip(0, 1), K),
            "The right numbers, turned by a half: flip the kernel, not the picture.",
        ),
        (
            _indices_go_down,
            "X[i − a, j − b] is right, but Python counts negative indices from the far end: begin "
            "with i = k_h − 1 and j = k_w − 1, the first place where the kernel lies inside.",
        ),
        (
            lambda X, K: F.conv_transpose2d(X[None, None], K[None, None])[0, 0],
            "This is the full convolution, in which the kernel sticks out: keep the places where "
            "it lies inside the picture.",
        ),
    ],
    hints=[
        "In which two directions does the kernel change before it is laid on?",
        "Flip the kernel in both directions, then cross-correlate.",
        "K.flip(0, 1) flips rows and columns.",
    ],
    why="A convolution is the cross-correlation with the flipped kernel: all that differs is which "
    "weight meets which pixel.",
    section="Going further",
)
def convolve2d(X, K):
    flipped = K.flip(0, 1)
    return F.conv2d(X[None, None], flipped[None, None])[0, 0]


order_matters = predict(
    False,
    wrong=[
        (
            True,
            "Put b = z − a in Σ f(a) g(z − a): the two functions change places, and the sum "
            "stays what it was.",
        ),
    ],
    hints=[
        "Multiplication does not care about order. Put b = z − a in Σ f(a) g(z − a).",
        "Now Σ g(b) f(z − b): compare it with what you began with.",
    ],
    why="With b = z − a the sum Σ f(a) g(z − a) becomes Σ g(b) f(z − b): the same with f and g "
    "exchanged. The flip is what makes this work.",
    section="Going further",
)

progress = chapter_progress(__name__)
