"""Exercises of chapter 02, cross-correlation."""

import torch
from torch.nn import functional as F

from helpers.exercises.engine import Wrong, function_exercise, value_exercise


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


# --- predictions ------------------------------------------------------------------------------


@value_exercise(
    hints=[
        "Lay the kernel on the top left corner: 0 meets 0, 1 meets 1, 2 meets 3, 3 meets 4.",
        "Add the four products 0·0 + 1·1 + 2·3 + 3·4.",
    ],
    wrong=[
        Wrong(14, "14 uses the picture's first four numbers in a row; the window is 2 rows high."),
        Wrong(5, "5 is what the flipped kernel gives; here the kernel is laid on as it stands."),
        Wrong(8, "8 is the sum of the window; each number is first multiplied by the kernel's."),
    ],
)
def first_sum():
    return 19


@value_exercise(
    hints=[
        "In how many rows can the top edge of a 3-row kernel lie, if it must stay inside 6 rows?",
        "Rows: 6 − 3 + 1. Columns: the same with 8 and 4.",
    ],
    wrong=[
        Wrong((3, 4), "Subtracting gives (3, 4), but the first position counts too: n − k + 1."),
        Wrong((6, 8), "It shrinks: at the border the kernel would stick out of the picture."),
        Wrong((5, 4), "The right numbers in the wrong order: a shape is (rows, columns)."),
        Wrong((2, 2), "6 / 3 and 8 / 4 count windows side by side; ours overlap, one pixel apart."),
    ],
)
def shape_of_map():
    return (4, 5)


@value_exercise(
    hints=[
        "Each side gains `padding`, so the height gains twice that, and the kernel takes k − 1.",
        "Solve 2 · padding = 5 − 1.",
    ],
    wrong=[
        Wrong(4, "4 is what is lost in all; padding is added on both sides, so half of it."),
        Wrong(1, "1 is right for a 3×3 kernel; this one is 5×5."),
        Wrong(5, "Count again: a 5×5 kernel takes away 4 rows, and two sides give some back."),
    ],
)
def same_padding():
    return 2


@value_exercise(
    hints=[
        "Flipped both ways, the kernel reads 3 2 / 1 0.",
        "Lay it on the top left corner: 3·0 + 2·1 + 1·3 + 0·4.",
    ],
    wrong=[
        Wrong(
            19, "19 is the cross-correlation; turn the kernel upside down and left to right first."
        ),
        Wrong(17, "17 comes from flipping left and right only; flip top and bottom as well."),
        Wrong(7, "7 comes from flipping top and bottom only; flip left and right as well."),
        Wrong(
            0,
            "0 is the first entry if the kernel may stick out over the border; lay it on the top "
            "left corner, inside.",
        ),
    ],
)
def first_sum_flipped():
    return 5


@value_exercise(
    hints=[
        "Multiplication does not care about order. Put b = z − a in Σ f(a) g(z − a).",
        "Run the next cell, which swaps the two.",
    ],
    wrong=[
        Wrong(
            True,
            "Put b = z − a in Σ f(a) g(z − a): the two functions change places, and the sum "
            "stays what it was.",
        ),
    ],
)
def order_matters():
    return False


# --- exercises --------------------------------------------------------------------------------


def _transposed_map(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0].T.contiguous()


def _one_too_few(X, K):
    Y = F.conv2d(X[None, None], K[None, None])[0, 0]
    return Y[:-1, :-1]


def _zero_padded(X, K):
    padded = F.pad(X, (0, K.shape[1] - 1, 0, K.shape[0] - 1))
    return F.conv2d(padded[None, None], K[None, None])[0, 0]


def _first_window_everywhere(X, K):
    Y = F.conv2d(X[None, None], K[None, None])[0, 0]
    return torch.full_like(Y, Y[0, 0].item())


@function_exercise(
    cases=_pictures_and_kernels,
    hints=[
        "First make Y of the right size, n − k + 1 rows and columns, full of zeros.",
        "The window that belongs to Y[i, j] is X[i : i + k_h, j : j + k_w].",
        "Y[i, j] is the sum over (window * K); `.sum()` adds up a whole tensor.",
    ],
    wrong=[
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K.flip(0, 1)[None, None])[0, 0],
            "You flip the kernel: that is the convolution of mathematics, not cross-correlation.",
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K.flip(1)[None, None])[0, 0],
            "Your kernel is mirrored left to right: K[a, b] meets X[i + a, j + b].",
        ),
        Wrong(_transposed_map, "Your map is transposed: rows of Y go with rows of X."),
        Wrong(_one_too_few, "One row and one column are missing: the size is n − k + 1."),
        Wrong(
            _zero_padded, "Your windows reach over the border: stop at n − k + 1 rows and columns."
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K.T[None, None])[0, 0],
            "Your kernel is transposed: its rows go with rows of X, and K.shape is (k_h, k_w).",
        ),
        Wrong(
            _first_window_everywhere,
            "Every entry is the sum of the first window: the window must move with i and j.",
        ),
        Wrong(
            lambda X, K: torch.zeros_like(F.conv2d(X[None, None], K[None, None])[0, 0]),
            "All entries are zero: is Y[i, j] ever assigned?",
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], torch.ones_like(K)[None, None])[0, 0],
            "You add up the window itself: multiply it by K first.",
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K[None, None])[0, 0] / K.numel(),
            "You average where the definition adds: .sum(), not .mean().",
        ),
    ],
)
def corr2d(X, K):
    k_h, k_w = K.shape
    Y = torch.zeros(X.shape[0] - k_h + 1, X.shape[1] - k_w + 1, dtype=X.dtype)
    for a in range(k_h):
        for b in range(k_w):
            Y = Y + K[a, b] * X[a : a + Y.shape[0], b : b + Y.shape[1]]
    return Y


def _shape_cases():
    return [
        ((6, 8), (1, 2), 1, 0),
        ((6, 8), (3, 3), 1, 0),
        ((6, 8), (3, 3), 1, 1),
        ((7, 9), (3, 2), 2, 0),
        ((8, 10), (3, 3), 2, 1),
        ((224, 160), (7, 5), 2, 3),
        ((5, 11), (5, 2), 3, 0),
    ]


def _rounded_up(input_shape, kernel_shape, stride, padding):
    return tuple(
        -(-(n + 2 * padding - k) // stride) + 1
        for n, k in zip(input_shape, kernel_shape, strict=True)
    )


@function_exercise(
    cases=_shape_cases,
    hints=[
        "Padding adds to both sides: the padded picture has n + 2 · padding rows.",
        "The window's corner can move n + 2 · padding − k rows down. With stride s only every "
        "s-th of these positions counts, and the first one counts as well.",
        "In each direction: (n + 2 * padding - k) // stride + 1; return a tuple of the two.",
    ],
    wrong=[
        Wrong(
            lambda n, k, stride, padding: tuple(
                (a + padding - b) // stride + 1 for a, b in zip(n, k, strict=True)
            ),
            "Padding counts twice: it is added on both sides.",
        ),
        Wrong(
            lambda n, k, stride, padding: tuple(
                (a + 2 * padding - b) // stride for a, b in zip(n, k, strict=True)
            ),
            "One is missing: the first position counts too.",
        ),
        Wrong(_rounded_up, "Round down: a step that leaves the picture is not taken."),
        Wrong(
            lambda n, k, stride, padding: tuple(
                a + 2 * padding - b + 1 for a, b in zip(n, k, strict=True)
            ),
            "The stride does nothing yet: divide the way the window can go by it.",
        ),
        Wrong(
            lambda n, k, stride, padding: tuple(
                (a + 2 * padding - b + 1) // stride for a, b in zip(n, k, strict=True)
            ),
            "Divide before you add the one: (…) // stride + 1.",
        ),
        Wrong(
            lambda n, k, stride, padding: tuple(
                (a + 2 * padding - b) // stride + 1 for a, b in zip(n[::-1], k[::-1], strict=True)
            ),
            "The right numbers in the wrong order: a shape is (rows, columns).",
        ),
        Wrong(
            lambda n, k, stride, padding: tuple(
                (a - b) // stride + 1 for a, b in zip(n, k, strict=True)
            ),
            "The padding does nothing yet: the picture has 2 · padding more rows and columns.",
        ),
    ],
)
def output_shape(input_shape, kernel_shape, stride, padding):
    return tuple(
        (n + 2 * padding - k) // stride + 1 for n, k in zip(input_shape, kernel_shape, strict=True)
    )


def _matrix_cases():
    generator = torch.Generator().manual_seed(4)
    cases = [(torch.tensor([[1.0, -2.0]]), (2, 4))]
    for kernel, picture in [((2, 2), (3, 4)), ((3, 2), (4, 5)), ((2, 3), (3, 3)), ((1, 1), (2, 3))]:
        cases.append((torch.randint(1, 9, kernel, generator=generator).float(), picture))
    return cases


def _matrix_of(K, input_shape):
    return correlation_matrix.reference(K, input_shape)


def _rows_not_moved(K, input_shape):
    (n_h, n_w), (k_h, k_w) = input_shape, K.shape
    W = torch.zeros((n_h - k_h + 1) * (n_w - k_w + 1), n_h * n_w)
    row = _matrix_of(K, input_shape)[0]
    return W + row


def _wraps_around(K, input_shape):
    (n_h, n_w), (k_h, k_w) = input_shape, K.shape
    row = _matrix_of(K, input_shape)[0]
    count = (n_h - k_h + 1) * (n_w - k_w + 1)
    return torch.stack([row.roll(shift) for shift in range(count)])


@function_exercise(
    cases=_matrix_cases,
    hints=[
        "Row r of the matrix makes output r. Output (i, j) is row i * o_w + j, and pixel "
        "(i + a, j + b) of the picture is column (i + a) * n_w + (j + b).",
        "Easier: make zeros of shape (o_h, o_w, n_h, n_w), put K into W[i, j] where the window "
        "of output (i, j) lies, and reshape at the end.",
        "W[i, j, i : i + k_h, j : j + k_w] = K, then W.reshape(o_h * o_w, n_h * n_w).",
    ],
    wrong=[
        Wrong(
            lambda K, input_shape: _matrix_of(K, input_shape).T.contiguous(),
            "It is transposed: one row for each output, one column for each pixel.",
        ),
        Wrong(_rows_not_moved, "Every row is the first one: the window must move from row to row."),
        Wrong(
            _wraps_around,
            "Each row is the last one moved by one pixel; at the end of a line of the picture the "
            "window would wrap around, so jump by k_w there.",
        ),
        Wrong(
            lambda K, input_shape: _matrix_of(K.flip(0, 1), input_shape),
            "The kernel is flipped: this is the matrix of the true convolution.",
        ),
        Wrong(
            lambda K, input_shape: _matrix_of(torch.ones_like(K), input_shape),
            "The places are right, but the kernel's values are not in them.",
        ),
    ],
)
def correlation_matrix(K, input_shape):
    (n_h, n_w), (k_h, k_w) = input_shape, K.shape
    o_h, o_w = n_h - k_h + 1, n_w - k_w + 1
    W = torch.zeros(o_h, o_w, n_h, n_w)
    for i in range(o_h):
        for j in range(o_w):
            W[i, j, i : i + k_h, j : j + k_w] = K
    return W.reshape(o_h * o_w, n_h * n_w)


@function_exercise(
    cases=_pictures_and_kernels,
    hints=[
        "Flip the kernel in both directions, then cross-correlate.",
        "K.flip(0, 1) flips rows and columns.",
    ],
    wrong=[
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K[None, None])[0, 0],
            "This is cross-correlation still: the kernel has to be flipped first.",
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K.flip(1)[None, None])[0, 0],
            "Only left and right are flipped: flip top and bottom as well.",
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K.flip(0)[None, None])[0, 0],
            "Only top and bottom are flipped: flip left and right as well.",
        ),
        Wrong(
            lambda X, K: F.conv2d(X[None, None], K[None, None])[0, 0].flip(0, 1),
            "You flip the result; flip the kernel.",
        ),
    ],
)
def convolve2d(X, K):
    flipped = K.flip(0, 1)
    return F.conv2d(X[None, None], flipped[None, None])[0, 0]
