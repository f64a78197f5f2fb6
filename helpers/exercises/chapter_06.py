"""Exercises of chapter 06, receptive fields."""

import random

from helpers.exercises.engine import Wrong, function_exercise, value_exercise
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


@value_exercise(
    hints=[
        "A cell of the second map sees 2×2 cells of the first; each of them sees 2×2 pixels.",
        "Draw it in one row: cells 0 and 1 of the first map see pixels 0, 1 and 1, 2.",
    ],
    wrong=[
        Wrong(4, "2 + 2 counts the pixel in the middle twice: neighbouring windows share it."),
        Wrong(2, "2 is what a cell of the first map sees; the second layer widens that."),
        Wrong(9, "9 pixels is right for the square; asked for is the length of its side."),
    ],
)
def two_layers():
    return 3


@value_exercise(
    hints=[
        "The first layer sees 3. Each further one adds a cell at the left and one at the right.",
        "3, 5, 7, …",
    ],
    wrong=[
        Wrong(15, "5 · 3 would be right for windows side by side; these overlap."),
        Wrong(243, "3 to the power of 5 counts paths, not pixels: many paths end in the same one."),
        Wrong(10, "Each layer adds 2, but the cell itself counts as well: start from 1."),
        Wrong(7, "7 is for three layers; here are five."),
    ],
)
def five_layers():
    return 11


@value_exercise(
    hints=[
        "A layer adds k − 1 steps, each as long as all strides *before* it together.",
        "First stack: 1 + 2·1 + 2·2. Second stack: 1 + 2·1 + 2·1.",
    ],
    wrong=[
        Wrong((5, 5), "Behind a stride of 2 neighbouring cells lie 2 pixels apart: the stride "
                      "counts for the layers that come after it."),
        Wrong((5, 7), "The other way round: a stride widens the steps of the layers after it."),
        Wrong((7, 7), "In the second stack no layer comes after the stride, so it widens nothing."),
        Wrong((9, 5), "The stride widens the steps of the layers after it, not those of its own."),
    ],
)  # fmt: skip
def stride_first_or_last():
    return (7, 5)


@value_exercise(
    hints=[
        "A 3×3 kernel with dilation d reaches from the first of its cells 2·d further.",
        "1 + 2·1 + 2·2 + 2·4 + 2·8.",
    ],
    wrong=[
        Wrong(9, "9 is without dilation: a dilated kernel spans d · (k − 1) + 1 cells."),
        Wrong(30, "The cell itself counts as well: start from 1."),
        Wrong(15, "15 is the sum of the dilations; every kernel has two such steps."),
        Wrong(16, "16 goes one way only: every kernel has two steps of its dilation."),
        Wrong(17, "17 is what the last layer spans by itself; the others add to it."),
        Wrong(
            81,
            "3 to the power of 4 counts the paths; several of them end in the same pixel, and "
            "their steps of 1, 2, 4, 8 add up to less.",
        ),
    ],
)
def four_dilated_layers():
    return 31


@value_exercise(
    hints=[
        "Only one 3×3 layer of each block changes sides: does it come before or after the stride?",
        "A layer behind the stride takes steps twice as long as one before it.",
    ],
    wrong=[
        Wrong(
            False,
            "The weights are as many, but when the stride comes earlier, the 3×3 layer of the next "
            "unit lies behind it and takes steps twice as long.",
        ),
    ],
)
def stride_moved_sees_more():
    return True


@value_exercise(
    hints=[
        "σ = √(2n/3): what happens to the root when n is doubled?",
        "The root of four is two.",
    ],
    wrong=[
        Wrong(2, "Twice the depth doubles the field, but σ grows like its root, by 1.41 only."),
        Wrong(2**0.5, "That is the factor by which σ grows when the depth is doubled; asked for "
                      "is the factor for the depth."),
    ],
)  # fmt: skip
def depth_for_twice_the_width():
    return 4


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


@function_exercise(
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
        Wrong(
            _walk(lambda size, jump, layer: (size + _extent(layer) - 1, jump)),
            "The strides do nothing yet: behind them, neighbouring cells lie further apart.",
        ),
        Wrong(
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump * layer.stride,
                    jump * layer.stride,
                )
            ),
            "A layer's own stride does not widen its own kernel: first the size, then the jump.",
        ),
        Wrong(
            _walk(
                lambda size, jump, layer: (
                    size + (layer.kernel_size - 1) * jump,
                    jump * layer.stride,
                )
            ),
            "The dilation does nothing yet: a dilated kernel spans dilation · (k − 1) + 1 cells.",
        ),
        Wrong(
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump,
                    layer.stride,
                )
            ),
            "Your jump is the stride of the last layer alone: strides multiply.",
        ),
        Wrong(
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump,
                    jump + layer.stride - 1,
                )
            ),
            "Your strides add up: two strides of 2 make a jump of 4, not of 3.",
        ),
        Wrong(
            _walk(
                lambda size, jump, layer: (
                    size + layer.dilation * layer.kernel_size * jump,
                    jump * layer.stride,
                )
            ),
            "A window of k cells makes k − 1 steps, so it widens the field by k − 1 and not by k.",
        ),
        Wrong(
            _walk(
                lambda size, jump, layer: (
                    size + (_extent(layer) - 1) * jump + 2 * layer.padding * jump,
                    jump * layer.stride,
                )
            ),
            "Padding moves the field, it does not widen it: leave it out here.",
        ),
        Wrong(
            lambda layers: receptive_field.reference(layers) - 1,
            "It is one too small: without any layer a cell sees itself, so start from 1.",
        ),
        Wrong(
            lambda layers: receptive_field.reference(layers[::-1]),
            "You walk from the output to the input: the strides that count for a layer are those "
            "between the picture and it.",
        ),
        Wrong(
            _walk(lambda size, jump, layer: (size * layer.kernel_size, jump)),
            "The product of the kernel sizes counts paths; many of them end in the same pixel.",
        ),
    ],
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


@function_exercise(
    cases=_stacks_and_cells,
    hints=[
        "One layer: the window of cell i starts at i · stride − padding and ends "
        "dilation · (k − 1) later.",
        "Start with first = last = i and go from the last layer down to the picture.",
        "for layer in reversed(layers): first = first * layer.stride - layer.padding, and the "
        "same for last, plus layer.dilation * (layer.kernel_size - 1).",
    ],
    wrong=[
        Wrong(
            lambda layers, i: _ends(layers, i, pad=0),
            "The padding is missing: every padded cell moves the window to the left.",
        ),
        Wrong(
            lambda layers, i: _ends(layers, i, jump_wrong=True),
            "Padding deep in the stack counts in cells of that map, each a jump of pixels.",
        ),
        Wrong(
            lambda layers, i: _ends(layers, i, far=1),
            "The last pixel is one too far: the first one counts as well.",
        ),
        Wrong(
            _inputs_without_jump,
            "Neighbouring cells lie a jump apart, the product of all strides.",
        ),
        Wrong(
            lambda layers, i: _ends(layers[::-1], i),
            "Your layers are in the wrong order: size and jump start at the picture; the ends of a "
            "window are followed from the last layer down.",
        ),
        Wrong(
            lambda layers, i: _ends(layers, i, pad=-1),
            "Padding moves the window to the left: subtract it.",
        ),
    ],
)
def inputs_seen(layers, i):
    first, last = i, i
    for layer in reversed(layers):
        first = first * layer.stride - layer.padding
        last = last * layer.stride - layer.padding + layer.dilation * (layer.kernel_size - 1)
    return first, last


@function_exercise(
    cases=lambda: [(7, 3), (8, 3), (11, 5), (12, 5), (224, 3), (31, 7), (2, 2), (1, 3), (30, 4)],
    hints=[
        "L layers see L · (k − 1) + 1 pixels.",
        "Solve L · (k − 1) + 1 ≥ size for L; a part of a layer is a whole one.",
        "math.ceil((size - 1) / (kernel_size - 1))",
    ],
    wrong=[
        Wrong(
            lambda size, kernel_size: (size - 1) // (kernel_size - 1),
            "Round up: with a layer less, the field is too small.",
        ),
        Wrong(
            lambda size, kernel_size: -(-size // kernel_size),
            "Windows overlap: a layer adds k − 1 pixels, not k.",
        ),
        Wrong(
            lambda size, kernel_size: -(-size // (kernel_size - 1)),
            "One pixel is there before any layer: size − 1 remain to be added.",
        ),
        Wrong(
            lambda size, kernel_size: (size - 1) / (kernel_size - 1),
            "There are no parts of layers: return a whole number, rounded up.",
        ),
        Wrong(
            lambda size, kernel_size: size // kernel_size + 1,
            "Solve L · (k − 1) + 1 ≥ size for L.",
        ),
    ],
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


@value_exercise(
    hints=[
        "1 + 2 · (d1 + d2 + d3 + d4) = 31, so the dilations add up to 15.",
        "Begin small: with dilation 1 all pixels from −1 to 1 are read. How large may the next "
        "dilation be, so that its three copies leave no gap?",
        "What reads all pixels from −r to r leaves no gap with a next dilation of at most 2r + 1.",
    ],
    wrong=[
        Wrong((1, 1, 1, 1), "Without dilation the field is 1 + 2 · 4 = 9."),
        Wrong((15, 15, 15, 15), "The dilations add up over the layers: together they make 15."),
        Wrong(
            (3, 4, 4, 4),
            "They span 31 pixels, but sums of ±3, ±4, ±4, ±4 do not come to 2: there are gaps.",
        ),
    ],
    judge=_what_is_missing,
)
def dilations_without_gaps():
    return (1, 2, 3, 9)
