"""The exercises of chapter 01, from dense to convolutional."""

import torch

from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress

# --- 1.1 what one unit computes ---------------------------------------------------------------

window_sum = predict(
    22,
    wrong={
        12: "12 is the sum of the four pixels. Multiply each by its weight first.",
        26: "26 comes out if the weight −1 is taken as 1: mind its sign.",
        23: "23 comes out with the kernel flipped. Lay it on the window as it is drawn.",
        24: "24 comes out with the kernel's rows and columns swapped. Lay it on as it is drawn.",
        33: "33 is the sum of the matrix product. Multiply entry by entry, and add up.",
        60: "60 is the sum of the pixels times the sum of the weights. Multiply entry by entry.",
        13: "13 is the sum for another window. Take the one that is framed.",
        14: "14 is the sum for another window. Take the one that is framed.",
        15: "15 is the sum for another window. Take the one that is framed.",
    },
    hints=[
        "The window holds four pixels, and each has one weight lying on it.",
        "The first product is 4 · 2. Three more to go; mind the negative weight.",
    ],
    why="4·2 + 2·(−1) + 1·1 + 5·3 = 22. A unit with a window does what every unit does, "
    "multiply and add up, only with four numbers instead of all twelve.",
    section="1.1",
)

# --- 1.2 the bill -----------------------------------------------------------------------------

one_unit = predict(
    1000 * 1000 * 3,
    wrong={
        1_000_000: "That is one weight per pixel, but a colour pixel is more than one number.",
        3: "Three would do if all pixels shared their weights; in a dense unit none do.",
        27: "27 weights are enough for a 3×3 window; a dense unit looks at the whole photo.",
        3_000_001: "That counts a bias, too; the question is about weights only.",
        3000: "3,000 numbers are one row of the photo; it has 1,000 rows.",
        6000: "Height and width multiply; they don't add up.",
        1_000_000_000: "10⁹ is 1,000 · 1,000 · 1,000, but a pixel is not a thousand numbers.",
        3_000_000_000: "That is the bill for a thousand units; the question is about one.",
    },
    hints=[
        "A fully connected unit has one weight for every number that comes in.",
        "Count the pixels, then the numbers in each pixel: red, green and blue.",
    ],
    why="A fully connected unit has one weight per input number, and the photo has "
    "1,000 · 1,000 pixels with 3 numbers each.",
    section="1.2",
)

gigabytes = predict(
    12,
    wrong={
        3: "3 GB would be one byte per weight, but a float32 takes four.",
        6: "6 GB would be two bytes per weight, but a float32 takes four.",
        24: "24 GB would be eight bytes per weight (float64); a float32 takes four.",
        96: "96 is in gigabits: 32 bits are 4 bytes.",
        0.012: "0.012 GB is a single unit; the layer has a thousand of them.",
        4: "4 GB would be one number per pixel, but a colour pixel holds three.",
        12_000: "12,000 is in megabytes; a gigabyte is 10⁹ bytes.",
        12e9: "That is in bytes; divide by 10⁹.",
    },
    hints=[
        "Take your last answer, and think of a thousand such units.",
        "A float32 takes 32 bits, and a byte is 8 bits.",
    ],
    why="1,000 units with 3,000,000 weights each are 3·10⁹ weights of 4 bytes. "
    "That is more than many graphics cards can hold, for one layer.",
    section="1.2",
)


# --- 1.3 locality -----------------------------------------------------------------------------

neighbours = predict(
    "c",
    wrong={
        "a": "Then neighbours would have nothing in common. Think of the fur.",
        "b": "Stronger still: most neighbours lie on the same patch of fur, wall or eye.",
        "d": "That would take dark pixels beside bright ones nearly everywhere, as on a "
        "chessboard.",
    },
    hints=["Pick a pixel of fur. How often does the pixel beside it look quite different?"],
    why="Most neighbours lie on the same surface in the same light, so the correlation is 0.96. "
    "Edges are the exception, and they are rare.",
    section="1.3",
)

shuffled = predict(
    "a",
    wrong={
        "b": "Half as strong? A pixel's new neighbour may come from anywhere in the photo.",
        "c": "That was before: pixels that are side by side now were far apart.",
        "d": "There is no reason why a bright pixel should now sit beside a dark one.",
    },
    hints=["Where in the photo may a pixel's new neighbour come from?"],
    why="The new neighbour is any pixel of the photo, drawn at random, and a random pixel tells "
    "nothing. The pixels are all still there; only their places, which made the cat, are gone.",
    section="1.3",
)

dense_on_shuffled = predict(
    "b",
    wrong={
        "a": "You see noise, but a dense unit has never seen neighbours: to it, a picture is a "
        "list of numbers. What changes if a list is put into another order, always the same?",
        "c": "Does a dense layer use anywhere that two pixels are side by side? What changes if "
        "its list of inputs is put into another order, always the same?",
    },
    hints=["Put the weights of a dense unit into the new order, too. What is its sum now?"],
    why="Reorder a dense unit's weights in the same way and its sum is the same. So for each "
    "network on the photos there is an equally good one on the shuffled photos, and training "
    "finds it just as easily. A dense layer makes no use of what you see at a glance.",
    section="1.3",
)

# --- 1.4 equivariance -------------------------------------------------------------------------

moves_or_stays = predict(
    "b",
    wrong={
        "a": "If the map were invariant, its edges would stay where they are while the cat moves.",
        "c": "Swapped: a map has places, so it can move; a single number has none.",
        "d": "A single number has no place, so it cannot move with the picture.",
    },
    hints=[
        "Equivariant: the output moves as the input does. Invariant: the output stays as it is.",
        "One of the two is a map, which has places; the other is a single number.",
    ],
    why="The same windows appear 20 columns further on, so the same sums do. Their maximum does "
    "not care where they are. A classifier (is there a cat?) gets invariance at its end this way; "
    "a detector (where is the cat?) needs equivariance all the way.",
    section="1.4",
)

# --- 1.5 two cuts -----------------------------------------------------------------------------

three_stages = predict(
    (42 * 48, 42 * 2, 2),
    wrong={
        (2016, 84, 1): "The kernel is one row of two columns, so it has two weights.",
        (
            2016,
            2,
            2,
        ): "Local is not yet shared: each of the 42 outputs has weights of its own.",
        (2016, 84, 84): "Sharing means one set of weights for all 42 outputs together.",
        (
            2016,
            96,
            2,
        ): "The weights belong to outputs, and there are 42 of those, not 48.",
        (2016, 42, 2): "Each output keeps a weight for every pixel in its window.",
        (
            90,
            84,
            2,
        ): "Dense joins every input to every output: the two numbers multiply.",
        (2304, 96, 2): "The map has 6×7 = 42 numbers, not 48.",
        (2304, 84, 2): "The map has 6×7 = 42 numbers, so the matrix is not square.",
        (48, 84, 2): "48 is the number of pixels; each output has that many weights.",
    },
    hints=[
        "For each stage ask: how many weights does one output have, and are they its own?",
        "Dense: the size of the whole matrix. Local: a window's worth for each of its rows.",
        "Shared: count the weights of the kernel.",
    ],
    why="42 · 48 = 2,016, then 42 · 2 = 84, then 2. The dense layer could do all that the "
    "convolution does; it would have to learn 2,016 numbers to do what two can.",
    section="1.5",
)

equivariant_stage = predict(
    "shared",
    wrong={
        "dense": "In a dense matrix each output has weights of its own: no two rows are alike.",
        "local": "The windows do move along, but each output weighs its window in its own way.",
        "none": "One of them does the same at every place: look at its rows.",
        "all": "For that, each output would have to treat its window as its neighbour does.",
    },
    hints=["The same has to happen at every place. What does that say about the rows?"],
    why="Equivariance needs the same weights at every place, and that is sharing. Locality makes a "
    "layer cheaper, but on its own it doesn't make the output move with the input.",
    section="1.5",
)

# --- 1.6 where equivariance ends --------------------------------------------------------------

exact_shifts = predict(
    (3, 6),
    wrong={
        (
            1,
            2,
            3,
            4,
            5,
            6,
        ): "That is the answer for stride 1. At stride 3, windows start at "
        "pixels 0, 3, 6 and so on.",
        (2, 4, 6): "Those would be the shifts for stride 2.",
        (0, 3, 6): "0 is no shift; the question is about shifts of 1 to 6 pixels.",
        (3, 6, 9): "9 is exact, too, but the question is about shifts up to 6 pixels.",
        (1, 2): "Swapped: those two are not exact.",
        (3,): "3 is one of them; there is another one up to 6.",
        (6,): "6 is one of them; there is a smaller one, too.",
        (1, 2, 4, 5): "Those are the shifts that are *not* exact.",
    },
    hints=[
        "At stride 3 the windows start at pixels 0, 3, 6, 9 and so on.",
        "A map can only move by whole cells. How many pixels is a cell apart from the next?",
    ],
    why="A map can only move by whole cells, and at stride 3 neighbouring cells are three pixels "
    "apart. After any other shift the windows fall on other parts of the scene.",
    unordered=True,
    section="1.6",
)

# --- 1.7 the bill with sliders ----------------------------------------------------------------


@exercise(
    cases=lambda: [(2, 3, 4, 5), (6, 8, 2, 7), (5, 4, 1, 3), (1000, 1000, 3, 1000)],
    wrong=[
        (
            lambda height, width, channels, units: height * width * units + units,
            "That is the bill for a grey picture: each channel of a pixel is an input of its own.",
        ),
        (
            lambda height, width, channels, units: height * width * channels * units,
            "The weights are right; what is missing is one bias for every unit.",
        ),
        (
            lambda height, width, channels, units: height * width * channels * units + 1,
            "The weights are right, but every unit has a bias of its own, not one for all.",
        ),
        (
            lambda height, width, channels, units: height * width * channels * (units + 1),
            "The weights are right, but you count one bias for every input: it is one per unit.",
        ),
        (
            lambda height, width, channels, units: 2 * height * width * channels * units,
            "You count a bias for every weight: a unit adds one bias to its whole sum.",
        ),
        (
            lambda height, width, channels, units: height * width * channels + units,
            "Here all units share one set of weights; in a dense layer each has its own.",
        ),
        (
            lambda height, width, channels, units: (height + width) * channels * units + units,
            "Height and width multiply; they don't add up.",
        ),
        (
            lambda height, width, channels, units: 4 * (height * width * channels + 1) * units,
            "That is four times too much, as if in bytes; count the parameters.",
        ),
    ],
    hints=[
        "How many numbers come in? How many weights does that make for one unit?",
        "One unit has one weight per input number, and one bias. Then there are `units` of them.",
    ],
    why="Each unit brings one weight per input number and one bias. On a photo the biases hardly "
    "count, but forget them and your numbers never match PyTorch's.",
    section="1.7",
)
def dense_parameters(height, width, channels, units):
    inputs = height * width * channels
    return inputs * units + units


# --- 1.9 the indices --------------------------------------------------------------------------

source_of_v = predict(
    (1, 1, 0, 2),
    wrong={
        (1, 1, -1, 1): "Those are the offsets; W wants the place, so add i and j.",
        (1, 1, 2, 0): "The offsets are added, not subtracted: k = i + a and l = j + b.",
        (1, 1, 2, 2): "k = i + a = 1 + (−1); you have added 1.",
        (1, 1, 0, 1): "The row is right. For the column, l = j + b.",
        (0, 2, 1, 1): "The output's place comes first in W, then the pixel's.",
        (0, 2, 0, 2): "The output stays at (1, 1); only the last two indices change.",
    },
    hints=[
        "Put i, j, a and b into V[i, j, a, b] = W[i, j, i + a, j + b].",
        "The first two indices stay. The offset −1 leads one row up, 1 one column to the right.",
    ],
    why="Output (1, 1) looks one row up and one column to the right, at pixel (0, 2). V only "
    "renames: it says *one up, one right* where W says *pixel (0, 2)*.",
    section="1.9",
)


def _offset_cases():
    generator = torch.Generator().manual_seed(1)
    shapes = [(3, 4, 1), (4, 3, 2), (3, 4, 0), (2, 4, 3)]
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


def _cut_by_slices(V, rows, columns):
    kept = torch.zeros_like(V)
    kept[:, :, rows, columns] = V[:, :, rows, columns]
    return kept


def _wrapping_slices(V, delta):
    middle_h, middle_w = V.shape[2] // 2, V.shape[3] // 2
    rows = slice(middle_h - delta, middle_h + delta + 1)
    return _cut_by_slices(V, rows, slice(middle_w - delta, middle_w + delta + 1))


def _half_open_slices(V, delta):
    middle_h, middle_w = V.shape[2] // 2, V.shape[3] // 2
    rows = slice(max(middle_h - delta, 0), middle_h + delta)
    return _cut_by_slices(V, rows, slice(max(middle_w - delta, 0), middle_w + delta))


@exercise(
    cases=_offset_cases,
    wrong=[
        (
            lambda V, delta: (
                V * _offset_mask(V, lambda a, b: (a.abs() < delta) & (b.abs() < delta))
            ),
            "The offsets ±Δ themselves still belong to the window: use <= and not <.",
        ),
        (
            _half_open_slices,
            "A slice leaves out its end: the offset +Δ still belongs to the window, so end at + 1.",
        ),
        (
            _wrapping_slices,
            "If Δ reaches beyond V, the start of your slice is negative, and Python counts it from "
            "the end: start at max(0, …).",
        ),
        (
            lambda V, delta: _cut_by_slices(V, slice(0, delta + 1), slice(0, delta + 1)),
            "You count the offsets from index 0, but offset 0 is in the middle.",
        ),
        (
            lambda V, delta: V * _offset_mask(V, lambda a, b: (a.abs() <= delta) & (b == b)),
            "You cut along the rows' offset a only; b is limited by Δ just the same.",
        ),
        (
            lambda V, delta: V * _offset_mask(V, lambda a, b: (a == a) & (b.abs() <= delta)),
            "You cut along the columns' offset b only; a is limited by Δ just the same.",
        ),
        (
            lambda V, delta: (
                V * _offset_mask(V, lambda a, b: (a.abs() <= delta) | (b.abs() <= delta))
            ),
            "That keeps a cross: an entry stays only if a *and* b are within Δ.",
        ),
        (
            lambda V, delta: V * _offset_mask(V, lambda a, b: a.abs() + b.abs() <= delta),
            "That is a diamond. The window is a square: a and b are each limited by Δ.",
        ),
        (
            lambda V, delta: (
                V * _offset_mask(V, lambda a, b: (a.abs() > delta) | (b.abs() > delta))
            ),
            "The other way round: keep what is near, set to zero what lies beyond Δ.",
        ),
    ],
    hints=[
        "Find the index of offset 0 in each of the last two axes.",
        "Offset 0 is at index V.shape[2] // 2 (rows) and V.shape[3] // 2 (columns). Which "
        "indices are at most Δ away from it?",
        "You can multiply V by a mask: 1 where both offsets are within Δ, else 0. "
        "torch.arange(-reach, reach + 1) gives the offsets.",
    ],
    why="Locality is a box of zeros around the window, the same at every output. Nothing here ties "
    "the weights of different outputs together: that is the other cut.",
    section="1.9",
)
def keep_local(V, delta):
    reach_h, reach_w = V.shape[2] // 2, V.shape[3] // 2
    a = torch.arange(-reach_h, reach_h + 1)[:, None]
    b = torch.arange(-reach_w, reach_w + 1)[None, :]
    far = (a.abs() > delta) | (b.abs() > delta)
    return V.masked_fill(far, 0)


def _cut_off_at_the_border(height, width, delta):
    def pairs(n):  # (output, pixel) pairs on a line, both of them inside
        return sum(min(i + delta, n - 1) - max(i - delta, 0) + 1 for i in range(n))

    return pairs(height) * pairs(width)


@exercise(
    cases=lambda: [(7, 5, 2), (6, 8, 1), (5, 4, 0), (1000, 800, 10)],
    wrong=[
        (
            lambda height, width, delta: height * width * 4 * delta**2,
            "(2Δ)² forgets the middle: for Δ = 0 it leaves no weight at all, but one remains.",
        ),
        (
            lambda height, width, delta: (2 * delta + 1) ** 2,
            "That is one window, which is the bill after sharing; here each output has its own.",
        ),
        (
            lambda height, width, delta: height * width * (delta + 1) ** 2,
            "The window reaches Δ to both sides; you count one side and the middle.",
        ),
        (
            lambda height, width, delta: height * width * (2 * delta + 1),
            "The window has two sides: its width and its height multiply.",
        ),
        (
            lambda height, width, delta: height * width * delta**2,
            "Δ is the half-width: the window reaches from −Δ to +Δ, with 0 in the middle.",
        ),
        (
            lambda height, width, delta: (height * width) ** 2,
            "That is the dense map: every output looks at every pixel.",
        ),
        (
            _cut_off_at_the_border,
            "You leave out what sticks out over the border. Here those windows count in full.",
        ),
        (
            lambda height, width, delta: (
                max(height - 2 * delta, 0) * max(width - 2 * delta, 0) * (2 * delta + 1) ** 2
            ),
            "The window is right. Here the output is as large as the picture, so none is missing.",
        ),
    ],
    hints=[
        "How many offsets are there from −Δ to +Δ? Count them for Δ = 1.",
        "Count the weights of one window. How many windows are there, if each output has its own?",
    ],
    why="From −Δ to Δ there are 2Δ + 1 offsets, so a window has (2Δ + 1)² weights, and there is "
    "one window per output. The bill grows with the picture, but no longer with its square.",
    section="1.9",
)
def local_parameters(height, width, delta):
    window = (2 * delta + 1) ** 2
    return height * width * window


shared_only = predict(
    (2 * 4 - 1) * (2 * 5 - 1),
    wrong={
        400: "400 is the dense layer: 20 weights for each of 20 outputs, none of them shared.",
        20: "20 is one weight per pixel, but a pixel is at different offsets from different "
        "outputs.",
        25: "25 is right for a 3×3 picture. Here the picture has 4 rows and 5 columns.",
        81: "81 would be right for 5 rows and 5 columns; here there are only 4 rows.",
        49: "49 would be right for 4 rows and 4 columns; here there are 5 columns.",
        80: "80 counts 8 row offsets and 10 column offsets; from −3 to 3 there are only 7.",
        99: "99 = 9 · 11 has one offset too many at both ends: in 4 rows, none is 4 rows away.",
        48: "48 counts 6 row offsets and 8 column offsets; don't forget the offset 0.",
        16: "The row and column offsets combine freely: multiply their numbers.",
    },
    hints=[
        "List the row offsets that any output needs, from the lowest row's to the topmost's.",
        "The row offsets run from −3 to 3. Do the same for 5 columns, then multiply.",
    ],
    why="Row offsets run from −3 to 3 and column offsets from −4 to 4: 7 · 9 = 63 weights. In "
    "general an n×n picture needs (2n − 1)², about four per pixel: far fewer than n⁴, but still "
    "growing with the picture.",
    section="1.9",
)

# --- 1.10 to 1.14: the exercises of d2l 7.1; its last is in chapter 02 ---------------------------


def _pixel_cases():
    generator = torch.Generator().manual_seed(2)
    shapes = [(2, 3, 4, 3), (3, 4, 5, 2), (3, 3, 2, 3), (1, 2, 3, 4)]
    return [
        (
            torch.randn(c_in, n_h, n_w, generator=generator),
            torch.randn(c_out, c_in, generator=generator),
        )
        for c_in, n_h, n_w, c_out in shapes
    ]


@exercise(
    cases=_pixel_cases,
    wrong=[
        (
            lambda X, W: (X.reshape(-1, X.shape[0]) @ W.T).T.reshape(-1, *X.shape[1:]),
            "reshape(-1, c_in) mixes numbers of different pixels; keep the channels in front, "
            "X.reshape(c_in, -1), or move them with permute.",
        ),
        (
            lambda X, W: W @ X,
            "W @ X sums along the picture's rows, for each channel by itself. The sum should run "
            "over the channels, X's first axis.",
        ),
        (
            lambda X, W: (W.T @ X.reshape(X.shape[0], -1)).reshape(-1, *X.shape[1:]),
            "W has shape (c_out, c_in), so multiply by W itself, not by its transpose.",
        ),
        (
            lambda X, W: torch.relu(torch.einsum("oc,chw->ohw", W, X)),
            "The product is right; leave out the non-linearity, only a linear layer is asked for.",
        ),
        (
            lambda X, W: torch.einsum("oc,chw->hwo", W, X),
            "The numbers are right, their order is not: channels first, (c_out, n_h, n_w).",
        ),
        (
            lambda X, W: W.sum(1)[:, None, None] * X.sum(0),
            "Each channel has a weight of its own: add W[o, c] * X[c] over c.",
        ),
        (
            lambda X, W: torch.einsum("oc,chw->ohw", W, X) / X.shape[0],
            "That is the mean over the channels; add the products up.",
        ),
        (
            lambda X, W: (
                torch.einsum("oc,chw->ohw", W, X)
                .mean((1, 2), keepdim=True)
                .expand(-1, *X.shape[1:])
            ),
            "Nothing is averaged over the picture: every pixel is computed by itself.",
        ),
    ],
    hints=[
        "What happens to one pixel, X[:, i, j]? It is a vector of c_in numbers.",
        "For one pixel it is W @ X[:, i, j]. Loop over i and j, or do all pixels at once.",
        "All at once: flatten the places, so that every column of X.reshape(c_in, -1) is a pixel, "
        "multiply, and reshape back.",
    ],
    why="With Δ = 0 nothing is left of the sums over offsets; only the sum over channels stays, "
    "and that is a matrix product at each pixel. Its W is the same everywhere: sharing remains.",
    section="1.10",
)
def pixel_layer(X, W):
    c_in, n_h, n_w = X.shape
    Y = W @ X.reshape(c_in, n_h * n_w)
    return Y.reshape(-1, n_h, n_w)


sound_task = predict(
    "c",
    wrong={
        "a": "The word sounds alike whenever it is said: that is what sharing is for.",
        "b": "A click is short (local) and sounds alike each time (shared): a good case.",
        "d": "Hiss is removed alike at every moment, from the sound nearby: a good case.",
    },
    hints=["For which task does the moment itself matter, counted from the start?"],
    why="The beginning is a place, and sharing treats all places alike: music sounds the same to "
    "the kernel wherever it comes. The other three ask for something short that may come any time.",
    section="1.11",
)


def _sound_cases():
    generator = torch.Generator().manual_seed(3)
    sizes = [(9, 4), (7, 3), (5, 2), (6, 1), (3, 3)]
    return [
        (torch.randn(n, generator=generator), torch.randn(k, generator=generator)) for n, k in sizes
    ]


def _slide(x, k):
    return torch.stack([(x[i : i + len(k)] * k).sum() for i in range(len(x) - len(k) + 1)])


@exercise(
    cases=_sound_cases,
    wrong=[
        (
            lambda x, k: _slide(x, k.flip(0)),
            "Your kernel is flipped, as if it were x[i − a]; here it is x[i + a].",
        ),
        (
            lambda x, k: _slide(x, k)[None, None],
            "The numbers are right, with two axes too many, as F.conv1d has them: add [0, 0].",
        ),
        (
            lambda x, k: _slide(x, k)[:-1],
            "The last place is missing: the kernel fits len(x) − len(k) + 1 times.",
        ),
        (
            lambda x, k: _slide(x, k)[1:],
            "The first place is missing: y[0] starts at x[0].",
        ),
        (
            lambda x, k: _slide(torch.cat([x, x.new_zeros(len(k) - 1)]), k),
            "Your kernel runs over the end of the sound; stop where it no longer fits.",
        ),
        (
            lambda x, k: _slide(x, k) / len(k),
            "That is the mean of the products; add them up.",
        ),
        (
            lambda x, k: _slide(x, k)[:: len(k)],
            "The kernel moves on by one sample at a time, not by its own length.",
        ),
    ],
    hints=[
        "How many places does the kernel fit in? That many entries has y.",
        "There are len(x) − len(k) + 1 places. Cut out the piece of x under the kernel at place i.",
        "At place i the piece is x[i : i + len(k)]. Multiply by k, and add up.",
    ],
    why="Only the second axis is gone: one offset, one sum, one loop over places. PyTorch calls "
    "it F.conv1d.",
    section="1.11",
)
def correlate_sound(x, k):
    places = range(len(x) - len(k) + 1)
    return torch.stack([(x[i : i + len(k)] * k).sum() for i in places])


spectrogram_columns = predict(
    1024 // 256,
    wrong={
        1024: "1,024 are samples; from one column to the next it is 256 samples.",
        256: "256 is the step from one column to the next, in samples.",
        2: "1,024 / 512 divides by the length of a frame; how far apart do frames start?",
        0: "A later sound stands further to the right: time is an axis of this picture.",
        1: "One column later would be 256 samples; the delay is longer than that.",
        8: "8 · 256 = 2,048 samples would be twice the delay.",
    },
    hints=["How many samples later does the next column start?"],
    why="Columns start every 256 samples, so 1,024 samples are 4 columns. The spectrogram is "
    "equivariant like a layer of stride 256: exact for multiples of 256 only.",
    section="1.11",
)

where_it_hurts = predict(
    "b",
    wrong={
        "a": "A star is a star wherever it stands: the answer doesn't depend on the place.",
        "c": "A scratch looks alike all over the sheet: sharing is just right here.",
        "d": "A dog in the corner is a dog: the answer shouldn't depend on the place.",
    },
    hints=["For which task does the answer change when the whole picture moves?"],
    why="The map moves with the lamp, and the maximum throws the place away: both halves give the "
    "same number. Whatever depends on the absolute place needs more than an equivariant map.",
    section="1.12",
)

reach_of_are = predict(
    9 - 1,
    wrong={
        7: "Seven words stand between the two; the distance is one more.",
        17: "That is the width of the whole window, 2Δ + 1; Δ is how far it reaches to each side.",
        9: "“are” is at place 9, but “keys” is at place 1, not 0.",
        10: "Is “are” the tenth word, or “keys” the first? Count the distance between the two.",
        1: "With Δ = 1, “are” would see “Monday” and “here”, but not its subject.",
        4: "Δ is how far the window reaches to *each* side; it is centred on “are”.",
    },
    hints=[
        "Number the words from 0. Where is “keys”, where is “are”?",
        "Δ is the distance between the two places: the window reaches Δ words to either side.",
    ],
    why="“keys” is word 1 and “are” is word 9, so Δ must be at least 8, and the window 17 words "
    "wide: longer than the sentence.",
    section="1.13",
)

windows_on_a_pixel = predict(
    (1 * 1, 1 * 3, 3 * 3),
    wrong={
        (
            9,
            9,
            9,
        ): "That is true with a padding of two. Without padding, windows stay inside.",
        (
            4,
            6,
            9,
        ): "Those are the pixels next to it and itself, or the windows with padding 1. "
        "Count the windows that contain it without padding.",
        (
            1,
            2,
            3,
        ): "The two axes multiply: for the middle, 3 places up and down times 3 sideways.",
        (
            1,
            6,
            9,
        ): "The corner and the middle are right. How many windows touch the edge row?",
        (
            1,
            3,
            6,
        ): "The corner and the edge are right. In the middle, both axes have 3 places.",
        (1, 2, 4): "That would be right for a 2×2 kernel.",
        (1, 1, 1): "A pixel is in more than one window: they overlap.",
    },
    hints=[
        "Slide a 3×3 window over squared paper. In how many places does it cover the corner?",
        "Count along one axis first: how many windows of 3 contain the first pixel of a line? A "
        "pixel in the middle?",
    ],
    why="Along one axis, a border pixel is in 1 window and a middle pixel in 3; the two axes "
    "multiply. So a pixel in the middle counts nine times as much as one in the corner.",
    section="1.14",
)

progress = chapter_progress(__name__)
