"""The exercises of chapter 01, from dense to convolutional."""

import torch

from helpers.exercises.engine import Wrong, function_exercise, value_exercise

# --- 1.1 the bill -----------------------------------------------------------------------------


@value_exercise(
    hints=[
        "A fully connected unit has one weight for every number that comes in.",
        "A colour picture holds three numbers a pixel: red, green and blue.",
    ],
    wrong=[
        Wrong(1_000_000, "That is one weight a pixel, but every pixel brings three numbers."),
        Wrong(3, "Three would do if all pixels shared their weights; here none do (yet)."),
        Wrong(3_000_001, "That counts the bias, too; only the weights are asked for."),
        Wrong(3000, "Height and width multiply: a megapixel is 1,000 × 1,000 pixels."),
    ],
)
def one_unit():
    return 1000 * 1000 * 3


@value_exercise(
    hints=[
        "How many weights have 1,000 units, if one of them has 3,000,000?",
        "A float32 number takes 32 bits, which is 4 bytes. A gigabyte (GB) is 10⁹ bytes.",
    ],
    wrong=[
        Wrong(3, "That is one byte a weight, but a float32 number takes four."),
        Wrong(24, "That would be float64, eight bytes a number; float32 takes four."),
        Wrong(96, "That is in gigabits: 32 bits are 4 bytes."),
        Wrong(0.012, "That is a single unit; the layer has a thousand of them."),
        Wrong(12e9, "That is in bytes; divide by 10⁹."),
    ],
)
def gigabytes():
    return 1000 * 3_000_000 * 4 / 1e9


def _dense_cases():
    return [(2, 3, 1, 1), (2, 3, 1, 5), (4, 5, 3, 7), (6, 8, 2, 1), (1000, 1000, 3, 1000)]


@function_exercise(
    cases=_dense_cases,
    hints=[
        "How many numbers come in? Every one of them is joined to every unit.",
        "height * width * channels numbers come in; each unit has so many weights, and one bias.",
    ],
    wrong=[
        Wrong(
            lambda height, width, channels, units: height * width * units + units,
            "That is the bill for a grey picture: each channel of a pixel is an input of its own.",
        ),
        Wrong(
            lambda height, width, channels, units: height * width * channels * units,
            "The weights are right; what is missing is one bias for every unit.",
        ),
        Wrong(
            lambda height, width, channels, units: height * width * channels * units + 1,
            "The weights are right, but every unit has a bias of its own, not one for all.",
        ),
        Wrong(
            lambda height, width, channels, units: height * width * channels + units,
            "Here all units share one set of weights; in a dense layer each has its own.",
        ),
        Wrong(
            lambda height, width, channels, units: 4 * (height * width * channels + 1) * units,
            "That is the memory in bytes; the number of parameters is asked for.",
        ),
    ],
)
def dense_parameters(height, width, channels, units):
    inputs = height * width * channels
    return inputs * units + units


# --- 1.2 locality, 1.3 equivariance ------------------------------------------------------------


@value_exercise(
    hints=["Pick a pixel of fur. How often is the pixel beside it of quite another brightness?"],
    wrong=[
        Wrong("a", "Then neighbours would have nothing in common, as in noise; look at the fur."),
        Wrong("b", "Stronger still: most neighbours lie on the same patch of fur, wall or eye."),
        Wrong("d", "It would have to be negative if bright pixels had dark neighbours."),
    ],
)
def neighbours():
    return "c"


@value_exercise(
    hints=["After shuffling, a pixel's neighbour is any pixel of the picture."],
    wrong=[
        Wrong("b", "Half as strong? The neighbour is now a pixel from anywhere in the picture."),
        Wrong("c", "That was before: the pixels beside each other no longer belong together."),
        Wrong("d", "There is no reason why a bright pixel should now sit beside a dark one."),
    ],
)
def shuffled():
    return "a"


# --- 1.4 two cuts ------------------------------------------------------------------------------


@value_exercise(
    hints=[
        "Dense: every one of the 42 outputs has a weight for every one of the 48 inputs.",
        "Local: every output keeps the weights of the two inputs in its own window.",
        "Shared: all outputs use the same few weights. How many has a 1×2 kernel?",
    ],
    wrong=[
        Wrong((2016, 84, 1), "The kernel is 1×2: one row, but two entries, so two weights."),
        Wrong((2016, 2, 2), "Local is not yet shared: each of the 42 outputs has its own two."),
        Wrong((2016, 84, 84), "Sharing means one set of weights for all 42 outputs together."),
        Wrong((90, 84, 2), "Dense joins every input to every output: the two numbers multiply."),
        Wrong((2304, 96, 2), "The output has 6×7 = 42 cells, not 48: a pair needs two columns."),
        Wrong((2016, 42, 2), "Each of the 42 outputs keeps two weights, one a pixel it looks at."),
    ],
)
def three_stages():
    return (42 * 48, 42 * 2, 2)


@value_exercise(
    hints=[
        "The same thing must be done at every place. Which matrix does the same in all its rows?",
    ],
    wrong=[
        Wrong("dense", "In a dense matrix each output has weights of its own: no two rows alike."),
        Wrong(
            "local",
            "The windows do move along, but each output weighs its window in a way of its own.",
        ),
        Wrong("none", "One of them does the same at every place: look at its rows."),
    ],
)
def equivariant_stage():
    return "shared"


# --- 1.5 the indices ---------------------------------------------------------------------------


@value_exercise(
    hints=[
        "V[i, j, a, b] = W[i, j, i + a, j + b]: put in i = 1, j = 1, a = −1, b = 1.",
        "The first two indices stay. The other two are 1 + (−1) and 1 + 1.",
    ],
    wrong=[
        Wrong((1, 1, -1, 1), "Those are the offsets; W wants the place itself, so add i and j."),
        Wrong((1, 1, 2, 0), "The offsets are added, not taken away: k = i + a and l = j + b."),
        Wrong((0, 2, 1, 1), "The output's place comes first in W, then the input's."),
        Wrong((0, 2, 0, 2), "The output stays at (1, 1); only the last two indices are moved."),
    ],
)
def source_of_v():
    return (1, 1, 0, 2)


def _offset_cases():
    generator = torch.Generator().manual_seed(1)
    shapes = [(2, 3, 1), (3, 3, 1), (3, 4, 0), (3, 5, 2), (2, 4, 3)]
    return [
        (torch.randn(n_h, n_w, 2 * n_h - 1, 2 * n_w - 1, generator=generator), delta)
        for n_h, n_w, delta in shapes
    ]


def _offset_mask(V, near):
    """1 where the offsets a (row) and b (column) satisfy `near`, shaped to multiply V."""
    reach_h, reach_w = V.shape[2] // 2, V.shape[3] // 2
    a = torch.arange(-reach_h, reach_h + 1)[:, None]
    b = torch.arange(-reach_w, reach_w + 1)[None, :]
    return near(a, b).to(V.dtype)


@function_exercise(
    cases=_offset_cases,
    hints=[
        "The offset 0 stands in the middle, at index V.shape[2] // 2 and V.shape[3] // 2.",
        "Build the offsets with torch.arange(-reach, reach + 1): a column of a, a row of b.",
        "Multiply V by a mask that is 1 where a.abs() <= delta and b.abs() <= delta, else 0.",
    ],
    wrong=[
        Wrong(
            lambda V, delta: (
                V * _offset_mask(V, lambda a, b: (a.abs() < delta) & (b.abs() < delta))
            ),
            "The offsets ±Δ themselves still belong to the window: use <= and not <.",
        ),
        Wrong(
            lambda V, delta: V * _offset_mask(V, lambda a, b: (a.abs() <= delta) & (b == b)),
            "You cut along the rows' offset a only; b is limited by Δ just the same.",
        ),
        Wrong(
            lambda V, delta: V * _offset_mask(V, lambda a, b: (a == a) & (b.abs() <= delta)),
            "You cut along the columns' offset b only; a is limited by Δ just the same.",
        ),
        Wrong(
            lambda V, delta: (
                V * _offset_mask(V, lambda a, b: (a.abs() <= delta) | (b.abs() <= delta))
            ),
            "That keeps a cross: an entry stays only if a *and* b are within Δ.",
        ),
        Wrong(
            lambda V, delta: V * _offset_mask(V, lambda a, b: a.abs() + b.abs() <= delta),
            "That is a diamond. The window is a square: a and b are each limited by Δ.",
        ),
        Wrong(
            lambda V, delta: (
                V * _offset_mask(V, lambda a, b: (a.abs() > delta) | (b.abs() > delta))
            ),
            "The other way round: keep what is near, set to zero what lies beyond Δ.",
        ),
    ],
)
def keep_local(V, delta):
    reach_h, reach_w = V.shape[2] // 2, V.shape[3] // 2
    a = torch.arange(-reach_h, reach_h + 1)[:, None]
    b = torch.arange(-reach_w, reach_w + 1)[None, :]
    near = (a.abs() <= delta) & (b.abs() <= delta)
    return V * near


def _local_cases():
    return [(2, 3, 1), (1, 1, 2), (5, 4, 0), (6, 8, 2), (1000, 1000, 10)]


@function_exercise(
    cases=_local_cases,
    hints=[
        "How many offsets a are there from −Δ to +Δ? Count them for Δ = 1.",
        "The window has (2Δ + 1) × (2Δ + 1) entries, and every output has a window of its own.",
    ],
    wrong=[
        Wrong(
            lambda height, width, delta: height * width * 4 * delta**2,
            "(2Δ)² forgets the middle: for Δ = 0 it leaves no weight at all, but one remains.",
        ),
        Wrong(
            lambda height, width, delta: (2 * delta + 1) ** 2,
            "That is one window, which is the bill after sharing; here each output has its own.",
        ),
        Wrong(
            lambda height, width, delta: height * width * (delta + 1) ** 2,
            "The window reaches Δ to both sides, so it is 2Δ + 1 wide, not Δ + 1.",
        ),
        Wrong(
            lambda height, width, delta: height * width * (2 * delta + 1),
            "The window has two sides: its width and its height multiply.",
        ),
        Wrong(
            lambda height, width, delta: height * width * delta**2,
            "Δ is the half-width: the window reaches from −Δ to +Δ, with 0 in the middle.",
        ),
        Wrong(
            lambda height, width, delta: (height * width) ** 2,
            "That is the dense map: every output looks at every pixel.",
        ),
    ],
)
def local_parameters(height, width, delta):
    window = (2 * delta + 1) ** 2
    return height * width * window


# --- 1.6 and 1.7: where equivariance holds, and what it is not ------------------------------------


@value_exercise(
    hints=[
        "At stride 3 the windows start at pixels 0, 3, 6, 9 and so on.",
        "The map can only move by whole cells, and a cell is three pixels wide.",
    ],
    wrong=[
        Wrong((1, 2, 3, 4, 5, 6), "That holds at stride 1. At stride 3, windows start 3 apart."),
        Wrong((2, 4, 6), "Those would be the shifts for stride 2."),
        Wrong((1, 2), "The other way round: a map at stride 3 moves by whole steps of 3 pixels."),
        Wrong((3,), "3 is one of them; there is another up to 6."),
        Wrong((6,), "6 is one of them; there is a smaller one, too."),
        Wrong((1, 2, 4, 5), "Those are the shifts at which it is not exact."),
    ],
)
def exact_shifts():
    return (3, 6)


@value_exercise(
    hints=[
        "Equivariant: the output moves as the input does. Invariant: the output stays as it is.",
        "One of the two is a map, which has places; the other is one number, which has none.",
    ],
    wrong=[
        Wrong("a", "The map is not the same as before: its bright spot has moved."),
        Wrong("c", "Swapped: the map moves with the picture, its largest value stays."),
        Wrong("d", "A single number cannot move with the picture; it stays, so it is invariant."),
    ],
)
def moves_or_stays():
    return "b"


# --- the exercises of d2l 7.1; its last one is in chapter 02 --------------------------------------


def _pixel_cases():
    generator = torch.Generator().manual_seed(2)
    shapes = [(2, 2, 3, 2), (3, 4, 5, 2), (2, 5, 4, 3), (1, 2, 3, 4)]
    return [
        (
            torch.randn(c_in, n_h, n_w, generator=generator),
            torch.randn(c_out, c_in, generator=generator),
        )
        for c_in, n_h, n_w, c_out in shapes
    ]


@function_exercise(
    cases=_pixel_cases,
    hints=[
        "For one pixel it is W @ X[:, i, j]: a vector of c_in numbers becomes one of c_out.",
        "Flatten the places: X.reshape(c_in, n_h * n_w). Every column is then a pixel.",
        "(W @ X.reshape(c_in, -1)).reshape(c_out, n_h, n_w)",
    ],
    wrong=[
        Wrong(
            lambda X, W: (X.reshape(-1, X.shape[0]) @ W.T).T.reshape(-1, *X.shape[1:]),
            "reshape(-1, c_in) cuts the rows apart and mixes pixels; keep the channels in front, "
            "X.reshape(c_in, -1), or move them with permute.",
        ),
        Wrong(
            lambda X, W: torch.relu(torch.einsum("oc,chw->ohw", W, X)),
            "The product is right; leave out the non-linearity, one linear layer is asked for.",
        ),
        Wrong(
            lambda X, W: torch.einsum("oc,chw->hwo", W, X),
            "The numbers are right, their order is not: channels first, (c_out, n_h, n_w).",
        ),
        Wrong(
            lambda X, W: W.sum(1)[:, None, None] * X.sum(0),
            "Each channel has a weight of its own: add W[o, c] * X[c] over c.",
        ),
        Wrong(
            lambda X, W: (
                torch.einsum("oc,chw->ohw", W, X)
                .mean((1, 2), keepdim=True)
                .expand(-1, *X.shape[1:])
            ),
            "Nothing is averaged over the picture: every pixel is worked out by itself.",
        ),
    ],
)
def pixel_layer(X, W):
    c_in, n_h, n_w = X.shape
    Y = W @ X.reshape(c_in, n_h * n_w)
    return Y.reshape(-1, n_h, n_w)


@value_exercise(
    hints=[
        "A convolution does at every moment the same with the sound near that moment.",
        "For which task does the moment itself matter, counted from the start?",
    ],
    wrong=[
        Wrong("a", "The word sounds alike whenever it is said: just what sharing is for."),
        Wrong("b", "A click is short (local) and sounds alike each time (shared): a good case."),
        Wrong("d", "Hiss is taken out alike at every moment, from the sound nearby: a good case."),
    ],
)
def sound_task():
    return "c"


def _sound_cases():
    generator = torch.Generator().manual_seed(3)
    sizes = [(4, 2), (5, 3), (9, 4), (6, 1), (3, 3)]
    return [
        (torch.randn(n, generator=generator), torch.randn(k, generator=generator)) for n, k in sizes
    ]


def _slide(x, k):
    return torch.stack([(x[i : i + len(k)] * k).sum() for i in range(len(x) - len(k) + 1)])


@function_exercise(
    cases=_sound_cases,
    hints=[
        "Leave out the rows: y[i] is the sum over a of k[a] * x[i + a].",
        "The output has len(x) - len(k) + 1 entries: so many places does the kernel fit.",
        "For each i: (x[i : i + len(k)] * k).sum()",
    ],
    wrong=[
        Wrong(
            lambda x, k: _slide(x, k.flip(0)),
            "Your kernel is flipped: that is a true convolution, x[i − a]; here it is x[i + a].",
        ),
        Wrong(
            lambda x, k: _slide(x, k)[:-1],
            "The last place is missing: the kernel fits len(x) − len(k) + 1 times.",
        ),
        Wrong(
            lambda x, k: _slide(torch.cat([x, x.new_zeros(len(k) - 1)]), k),
            "Your kernel runs over the end of the sound; stop where it no longer fits.",
        ),
        Wrong(
            lambda x, k: _slide(x, k) / len(k),
            "That is the mean of the products; their sum is asked for.",
        ),
        Wrong(
            lambda x, k: _slide(x, k)[:: len(k)],
            "The kernel moves on by one sample at a time, not by its own length.",
        ),
    ],
)
def correlate_sound(x, k):
    y = torch.zeros(len(x) - len(k) + 1, dtype=x.dtype)
    for i in range(len(y)):
        y[i] = (x[i : i + len(k)] * k).sum()
    return y


@value_exercise(
    hints=["The spectrogram has a column for every 256 samples. How many columns are 1,024?"],
    wrong=[
        Wrong(1024, "That is in samples; a column of the spectrogram is 256 samples wide."),
        Wrong(256, "That is the width of one column in samples."),
        Wrong(2, "That divides by the length of a frame, 512; columns start every 256 samples."),
        Wrong(0, "A later sound stands further to the right: time is an axis of this picture."),
        Wrong(1, "One column is 256 samples; the delay is longer than that."),
    ],
)
def spectrogram_columns():
    return 1024 // 256


@value_exercise(
    hints=["Which answer changes when the whole picture is moved?"],
    wrong=[
        Wrong("a", "A star is a star wherever it stands: the answer does not depend on the place."),
        Wrong("c", "A scratch looks alike all over the sheet: sharing is just right here."),
        Wrong("d", "A dog in the corner is a dog: here the answer should not depend on the place."),
    ],
)
def where_it_hurts():
    return "b"


@value_exercise(
    hints=[
        "Number the words from 0. Where is “keys”, where is “are”?",
        "Δ is the distance of the two places: the window reaches Δ words to either side.",
    ],
    wrong=[
        Wrong(7, "Seven words stand between the two; the distance is one more."),
        Wrong(17, "That is the width of the whole window, 2Δ + 1; its half-width Δ is asked for."),
        Wrong(9, "That is the place of “are”; the distance is counted from “keys”, at place 1."),
        Wrong(1, "“are” would then see “Monday” and “here”, but not its subject."),
    ],
)
def reach_of_are():
    return 9 - 1


@value_exercise(
    hints=[
        "Slide a 3×3 window over squared paper. In how many of its places is the corner inside?",
        "Along each axis a pixel is seen by 1 window at the border, and by 3 in the middle.",
    ],
    wrong=[
        Wrong((9, 9, 9), "So it would be with padding to spare. Without it, windows stay inside."),
        Wrong((4, 6, 9), "That counts the pixel's own neighbours; count the windows that hold it."),
        Wrong((1, 2, 3), "The two axes multiply: at the edge 1 × 3, in the middle 3 × 3."),
        Wrong((1, 6, 9), "The corner and the middle are right; at the edge it is 1 × 3."),
        Wrong((1, 2, 4), "So it would be for a 2×2 kernel."),
    ],
)
def windows_on_a_pixel():
    return (1 * 1, 1 * 3, 3 * 3)
