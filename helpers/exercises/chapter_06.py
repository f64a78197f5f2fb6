"""Exercises of chapter 06, receptive fields."""

import random

from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress
from helpers.receptive_field import Layer, ReceptiveField


def _stacks():
    # First the examples of the chapter, then stacks that read differently from either end.
    generator = random.Random(6)
    stacks = [
        [Layer(2), Layer(2)],
        [Layer(3, stride=2), Layer(3)],
        [Layer(3), Layer(3, stride=2)],
        [Layer(3, dilation=2), Layer(5)],
        [Layer(7, stride=2, padding=3), Layer(3, stride=2, padding=1), Layer(3, padding=1)],
    ]
    for depth in (3, 4, 6):
        stacks.append(
            [
                Layer(
                    generator.randint(2, 7),
                    stride=generator.randint(1, 3),
                    padding=generator.randint(0, 3),
                    dilation=generator.randint(1, 3),
                )
                for _ in range(depth)
            ]
        )
    return [(stack,) for stack in stacks]


# --- predictions ------------------------------------------------------------------------------

weights_of_a_kernel = predict(
    9,
    wrong={
        3: "3 weights lie along one side of the kernel; it has 3 rows of them.",
        10: "10 counts the bias as well; asked for are the weights.",
        1: "One kernel serves the whole map, but it has a weight for each cell of its window.",
    },
    hints=[
        "A kernel has one weight for each cell of its window, wherever it lies.",
        "3 rows of 3 weights; the size of the picture does not matter.",
    ],
    why="A convolution shares its kernel over the whole map, so only the size of the window "
    "counts: 3 · 3 weights, whatever the picture's size.",
    section="Recall",
)

shape_after_a_stride = predict(
    (4, 5),
    wrong={
        (3, 4): "The first place of the window counts as well: (n − k) // 2 + 1.",
        (7, 9): "That is the size at stride 1; with stride 2 only every second place counts.",
        (5, 4): "The right numbers in the wrong order: a shape is (rows, columns).",
        (5, 6): "That would need padding: without it the window stays inside the picture.",
        (4, 6): "Half of 11 columns is not what counts: (11 − 3) // 2 + 1.",
    },
    hints=[
        "How many places does the window have at stride 1? Every second one of them counts.",
        "Rows: (9 − 3) // 2 + 1. Columns: the same with 11.",
    ],
    why="A 3×3 window has 7 and 9 places at stride 1. Every second one is kept, the first "
    "included: (n − k) // 2 + 1.",
    section="Recall",
)

two_layers = predict(
    3,
    wrong={
        4: "2 + 2 counts the pixel in the middle twice: neighbouring windows share it.",
        2: "2 is what a cell of the first map sees; the second layer widens that.",
        9: "9 pixels is right for the square; asked for is the length of its side.",
        1: "1 is the cell itself; each layer adds the cells around it.",
    },
    hints=[
        "Which cells of the first map does it see, and which pixels does each of those see?",
        "Draw one row: cells 0 and 1 of the first map see pixels 0, 1 and 1, 2.",
    ],
    why="Cells 0 and 1 of the first map see pixels 0, 1 and 1, 2. Their windows overlap in one "
    "pixel, so together they see three and not four.",
    section="6.1",
)

five_layers = predict(
    11,
    wrong={
        15: "5 · 3 would be right for windows side by side; these overlap.",
        243: "3 to the power of 5 counts paths, not pixels: many paths end in the same one.",
        10: "Each layer adds 2, but the cell itself counts as well: start from 1.",
        9: "9 is for four layers; here are five.",
        7: "7 is for three layers; here are five.",
        13: "13 is for six layers; here are five.",
        121: "121 is the number of pixels in the square; asked for is the length of its side.",
    },
    hints=[
        "By how much does the field grow from one layer to the next?",
        "The first layer sees 3. Each further one adds a pixel at the left and one at the right.",
    ],
    why="A 3×3 window adds one pixel on either side, so L layers see 1 + 2·L pixels along a side.",
    section="6.2",
)

stride_first_or_last = predict(
    (7, 5),
    wrong={
        (5, 5): "Behind a stride of 2 neighbouring cells lie 2 pixels apart: the stride counts for "
        "the layers that come after it.",
        (5, 7): "The other way round: a stride widens the steps of the layers after it.",
        (7, 7): "In the second stack no layer comes after the stride, so it widens nothing.",
        (
            9,
            9,
        ): "The stride widens the steps of the layers after it, not its own, and in the second "
        "stack none comes after it.",
        (9, 5): "The stride widens the steps of the layers after it, not those of its own.",
        (6, 6): "The kernels overlap: each adds k − 1 steps to the one pixel you start with.",
    },
    hints=[
        "A layer adds k − 1 steps, each as long as all strides *before* it together.",
        "First stack: 1 + 2·1 + 2·2. Second stack: 1 + 2·1 + 2·1.",
    ],
    why="A stride spreads out the cells that come after it. In the first stack the second kernel "
    "takes steps of 2 pixels, in the second stack nothing comes after the stride.",
    section="6.2",
)

four_dilated_layers = predict(
    31,
    wrong={
        9: "9 is without dilation: a dilated kernel spans d · (k − 1) + 1 cells.",
        30: "The cell itself counts as well: start from 1.",
        15: "15 is the sum of the dilations; every kernel has two such steps.",
        16: "16 goes one way only: every kernel has two steps of its dilation.",
        17: "17 is what the last layer spans by itself; the others add to it.",
        81: "3 to the power of 4 counts the paths; several of them end in the same pixel.",
        45: "Each kernel adds 2·d pixels, its two steps, and not 3·d.",
    },
    hints=[
        "How far is it from the first to the last cell of a 3×3 kernel with dilation d?",
        "Each layer adds 2·d pixels to the one that you start with.",
    ],
    why="Each layer adds its two steps of d pixels: 1 + 2·(1 + 2 + 4 + 8). Doubling the dilation "
    "doubles the reach, for nine weights a layer.",
    section="6.2",
)

stride_moved_sees_more = predict(
    True,
    wrong={
        False: "The weights are as many, but when the stride comes earlier, the 3×3 layer of the "
        "next unit lies behind it and takes steps twice as long.",
    },
    hints=[
        "Only one 3×3 layer of each block changes sides: does it come before or after the stride?",
        "A layer behind the stride takes steps twice as long as one before it.",
    ],
    why="The 3×3 layer of one unit now lies behind the stride instead of before it, and every "
    "layer behind a stride takes longer steps.",
    section="6.11",
)

depth_for_twice_the_width = predict(
    4,
    wrong=[
        (2, "Twice the depth doubles the field, but σ grows like its root, by 1.41 only."),
        (
            2**0.5,
            "That is the factor by which σ grows when the depth is doubled; asked for is the "
            "factor for the depth.",
        ),
        (8, "The root of 8 is 2.83: that many times as deep is more than twice as wide."),
        (16, "The root of 16 is 4: that would be four times as wide."),
    ],
    hints=[
        "What happens to √(2n/3) when n is doubled?",
        "You need the factor whose root is two.",
    ],
    why="σ grows like the root of the depth, so twice the width takes 2² times as many layers: "
    "the part that counts lags behind the field, which grows like the depth itself.",
    section="6.12",
)


# --- exercises --------------------------------------------------------------------------------


def _size_returned(answer, layers):
    field = answer(layers)
    return field.size if isinstance(field, ReceptiveField) else field


def _walk(step):
    """A wrong recurrence: `step(size, jump, layer)` returns the next size and jump."""

    def wrong(layers):
        size, jump = 1, 1
        for layer in layers:
            size, jump = step(size, jump, layer)
        return size

    return wrong


def _extent(layer):
    return layer.dilation * (layer.kernel_size - 1) + 1


@exercise(
    call=_size_returned,
    cases=_stacks,
    hints=[
        "Walk through the layers with two numbers: the size so far, and the jump, which is the "
        "product of the strides so far. Both start at 1.",
        "A layer's kernel makes dilation · (k − 1) steps, each as long as the jump.",
        "size += layer.dilation * (layer.kernel_size - 1) * jump, and only then "
        "jump *= layer.stride.",
    ],
    wrong=[
        (
            _walk(lambda size, jump, layer: (size + _extent(layer) - 1, jump)),
            "The strides do nothing yet: behind them, neighbouring cells lie further apart.",
        ),
        (
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump * layer.stride,
                    jump * layer.stride,
                )
            ),
            "A layer's own stride does not widen its own kernel: first the size, then the jump.",
        ),
        (
            _walk(
                lambda size, jump, layer: (
                    size + (layer.kernel_size - 1) * jump,
                    jump * layer.stride,
                )
            ),
            "The dilation does nothing yet: a dilated kernel spans dilation · (k − 1) + 1 cells.",
        ),
        (
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump,
                    layer.stride,
                )
            ),
            "Your jump is the stride of the last layer alone: strides multiply.",
        ),
        (
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump,
                    jump + layer.stride - 1,
                )
            ),
            "Your strides add up: two strides of 2 make a jump of 4, not of 3.",
        ),
        (
            _walk(
                lambda size, jump, layer: (
                    size + layer.dilation * layer.kernel_size * jump,
                    jump * layer.stride,
                )
            ),
            "A window of k cells makes k − 1 steps, so it widens the field by k − 1 and not by k.",
        ),
        (
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump + 2 * layer.padding * jump,
                    jump * layer.stride,
                )
            ),
            "Padding moves the field, it does not widen it: leave it out here.",
        ),
        (
            lambda layers: receptive_field.reference(layers) - 1,
            "It is one too small: without any layer a cell sees itself, so start from 1.",
        ),
        (
            lambda layers: receptive_field.reference(layers[::-1]),
            "You walk from the output to the input: the strides that count for a layer are those "
            "between the picture and it.",
        ),
        (
            _walk(lambda size, jump, layer: (size * layer.kernel_size, jump)),
            "The product of the kernel sizes counts paths; many of them end in the same pixel.",
        ),
    ],
    why="Each layer adds its k − 1 steps, and a step behind strides is as long as their product. "
    "The order of the two lines matters: a stride does not widen its own kernel.",
    section="6.2",
)
def receptive_field(layers):
    size, jump = 1, 1
    for layer in layers:
        size += layer.dilation * (layer.kernel_size - 1) * jump
        jump *= layer.stride
    return size


def _stacks_and_cells():
    return [(stack, i) for (stack,) in _stacks() for i in (0, 5)]


def _ends(layers, i, pad=1, jump_wrong=False, far=0):
    size, jump, padding = 1, 1, 0
    for layer in layers:
        size += (_extent(layer) - 1) * jump
        padding += pad * layer.padding * (1 if jump_wrong else jump)
        jump *= layer.stride
    first = i * jump - padding
    return first, first + size - 1 + far


def _inputs_without_jump(layers, i):
    (first, last), (at_zero, _) = _ends(layers, i), _ends(layers, 0)
    return at_zero + i, last - first + at_zero + i


@exercise(
    cases=_stacks_and_cells,
    hints=[
        "One layer: the window of cell i starts at i · stride − padding and ends "
        "dilation · (k − 1) later.",
        "Start with first = last = i and go from the last layer down to the picture.",
        "for layer in reversed(layers): first = first * layer.stride - layer.padding, and the "
        "same for last, plus layer.dilation * (layer.kernel_size - 1).",
    ],
    wrong=[
        (
            lambda layers, i: _ends(layers, i, pad=0),
            "The padding is missing: every padded cell moves the window to the left.",
        ),
        (
            lambda layers, i: _ends(layers, i, jump_wrong=True),
            "Padding deep in the stack counts in cells of that map, each a jump of pixels.",
        ),
        (
            lambda layers, i: _ends(layers, i, far=1),
            "The last pixel is one too far: the first one counts as well.",
        ),
        (
            _inputs_without_jump,
            "Neighbouring cells lie a jump apart, the product of all strides.",
        ),
        (
            lambda layers, i: _ends(layers[::-1], i),
            "Your layers are in the wrong order: size and jump start at the picture; the ends of a "
            "window are followed from the last layer down.",
        ),
        (
            lambda layers, i: _ends(layers, i, pad=-1),
            "Padding moves the window to the left: subtract it.",
        ),
    ],
    why="From the top down, each window starts stride cells further for every cell and padding "
    "cells further left; its end lies dilation · (k − 1) behind its start.",
    section="6.5",
)
def inputs_seen(layers, i):
    first, last = i, i
    for layer in reversed(layers):
        first = first * layer.stride - layer.padding
        last = last * layer.stride - layer.padding + layer.dilation * (layer.kernel_size - 1)
    return first, last


@exercise(
    cases=lambda: [(7, 3), (8, 3), (11, 5), (12, 5), (224, 3), (31, 7), (2, 2), (1, 3), (30, 4)],
    hints=[
        "L layers see L · (k − 1) + 1 pixels.",
        "Solve L · (k − 1) + 1 ≥ size for L; a part of a layer is a whole one.",
        "math.ceil((size - 1) / (kernel_size - 1))",
    ],
    wrong=[
        (
            lambda size, kernel_size: (size - 1) // (kernel_size - 1),
            "Round up: with a layer less, the field is too small.",
        ),
        (
            lambda size, kernel_size: -(-size // kernel_size),
            "Windows overlap: a layer adds k − 1 pixels, not k.",
        ),
        (
            lambda size, kernel_size: -(-size // (kernel_size - 1)),
            "One pixel is there before any layer: size − 1 remain to be added.",
        ),
        (
            lambda size, kernel_size: (size - 1) / (kernel_size - 1),
            "There are no parts of layers: return a whole number, rounded up.",
        ),
        (
            lambda size, kernel_size: size // kernel_size + 1,
            "Solve L · (k − 1) + 1 ≥ size for L: windows overlap in a cell, so do not divide by k.",
        ),
    ],
    why="L layers see L · (k − 1) + 1 pixels, so it takes (size − 1) / (k − 1) of them, rounded "
    "up.",
    section="6.7",
)
def layers_needed(size, kernel_size):
    return -(-(size - 1) // (kernel_size - 1))


def _what_is_missing(dilations):
    if len(dilations) != 4:
        return f"There are four layers, so give four dilations, not {len(dilations)}."
    if not all(d >= 1 and float(d).is_integer() for d in dilations):
        return "A dilation is a whole number of at least 1."
    dilations = [int(d) for d in dilations]
    size = 1 + 2 * sum(dilations)
    if size != 31:
        return f"These layers see {size} pixels, not 31: their dilations add up to {size // 2}."
    read = {0}
    for d in dilations:
        read = {place + step for place in read for step in (-d, 0, d)}
    if len(read) < 31:
        gaps = sorted(set(range(-15, 16)) - read)
        return (
            f"They span 31 pixels but read only {len(read)} of them: no path leads to the one "
            f"{abs(gaps[-1])} to the right of the middle."
        )
    if sorted(dilations) == [1, 2, 4, 8]:
        return "Right, but these are the ones you know: find other dilations."
    return None


dilations_without_gaps = predict(
    (1, 2, 3, 9),
    accept=_what_is_missing,
    unordered=False,
    wrong=[
        ((1, 1, 1, 1), "Without dilation the field is 1 + 2 · 4 = 9."),
        ((15, 15, 15, 15), "The dilations add up over the layers: together they make 15."),
        (
            (3, 4, 4, 4),
            "They span 31 pixels, but sums of ±3, ±4, ±4, ±4 do not come to 2: there are gaps.",
        ),
        ((2, 2, 2, 9), "They span 31 pixels, but no path leads to the one beside the middle."),
    ],
    hints=[
        "The field is 1 + 2 · (the sum of the dilations): what must they add up to?",
        "Begin small: with dilation 1 all pixels from −1 to 1 are read. How large may the next "
        "dilation be, so that its three copies leave no gap?",
        "What reads all pixels from −r to r leaves no gap with a next dilation of at most 2r + 1.",
    ],
    why="Four dilations that add up to 15 span 31 pixels. They leave no gap if each is at most 2r "
    "+ 1, where r is how far the layers with smaller dilations already reach.",
    section="6.8",
)

progress = chapter_progress(__name__)
