"""Exercises of chapter 07, the eye and the network."""

import math

import torch

from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress

# --- predictions ------------------------------------------------------------------------------

side_seen_by_three = predict(
    7,
    wrong={
        9: "Windows overlap: each further 3×3 layer adds 2 pixels, not 3.",
        6: "The cell itself counts as well: start from 1.",
        27: "27 = 3 · 3 · 3 counts paths, not pixels.",
        5: "5 is for two layers; here are three.",
        49: "49 is the number of pixels in the square; asked for is the length of its side.",
    },
    hints=[
        "By how much does a 3×3 layer of stride 1 widen the field?",
        "Start with the cell itself, and add two pixels for each layer.",
    ],
    why="A 3×3 window adds one pixel on either side, so three layers see 1 + 3 · 2 pixels.",
    section="Recall",
)

edge_in_a_row = predict(
    (0, -1, 0),
    wrong={
        (0, 1, 0): "The kernel takes the left pixel and subtracts the right one: 0 − 1.",
        (0, 0, 1): "The window starts at the left pixel, so the edge is seen one place earlier.",
        (0, -1, 0, 0): "The window of two pixels has three places in a row of four.",
        (
            0,
            0,
            -1,
        ): "The right sign, but one place late: the window on 0, 1 starts at pixel 1.",
        (0, 1, 2): "Each entry is the left pixel minus the right one, not the sum of both.",
    },
    hints=[
        "The kernel has three places. What lies under it at each?",
        "Subtract the right pixel from the left one: three differences.",
    ],
    why="[1, −1] is the left pixel minus the right one: it answers only where brightness changes, "
    "and its sign tells whether it falls or rises.",
    section="Recall",
)


def _near_the_best_angle(angle):
    away = abs((angle - 125 + 90) % 180 - 90)  # a bar is the same bar after half a turn
    if away <= 5:
        return None
    return "The cell responds more strongly at another angle: look for the outermost point."


preferred_angle = predict(
    125,
    accept=_near_the_best_angle,
    wrong={
        35: "35° is across the bar that the cell likes best: turn it by a right angle.",
        55: "55° is its mirror image: angles count counter-clockwise, 90° is upright.",
        30: "There the response is weakest; look for the outermost point.",
        0: "The cell responds to a bar at 0°, too, but more strongly at another angle.",
    },
    hints=[
        "Move the slider over its whole range; each angle leaves a point on the plot.",
        "Which point lies farthest from the middle? It is between 90 and 180 degrees.",
    ],
    why="At that angle the bar covers the positive weights and leaves out the negative ones. "
    "Turned by a right angle it lies across them, and they cancel.",
    section="7.1",
)

noise_with_four_times_the_stimuli = predict(
    0.5,
    wrong={
        0.25: "Four times the data, but noise shrinks with the square root of their number.",
        2: "More data make less noise, so the factor is below 1.",
        1: "It does shrink: independent noise partly cancels in an average.",
        0.0625: "Take the square root of 4, not its square.",
        4: "4 is the factor for the stimuli; the noise gets smaller, so its factor is below 1.",
    },
    hints=[
        "How does the noise of an average shrink with the number of things averaged?",
        "Like 1/√N: what is that for a number four times as large?",
    ],
    why="The variance of an average of N independent numbers shrinks like 1/N, its spread like "
    "1/√N: half the noise costs four times the data.",
    section="7.2",
)

response_to_grey = predict(
    0,
    wrong={
        1: "1 would be the sum of weights of a blur; here negative weights pull as hard.",
        0.5: "0.5 is the grey itself: multiply it by the sum of the weights.",
        -1: "Positive and negative weights are mirror images: neither side wins.",
        2: "The two sides have opposite signs: their responses cancel, they do not add up.",
    },
    hints=[
        "On uniform grey the response is the grey value times the sum of all weights.",
        "At phase 90° the left half of the wave is the right half with its sign turned.",
    ],
    why="Each positive weight has a negative twin on the other side, so the weights sum to zero "
    "and even light gives no response. That is what makes the filter see edges only.",
    section="7.7",
)

principal_gallery = predict(
    "B",
    wrong={
        "A": "A is noise: no pixel of it knows its neighbour.",
        "C": "C has short stripes, each with a place and a direction: learned by ICA.",
    },
    hints=[
        "One gallery has no order at all, and in one the filters have a place in the patch.",
        "The strongest principal components vary slowly, over the whole patch.",
    ],
    why="Principal components must be at right angles to each other and explain as much variance "
    "as they can: they come out as waves over the whole patch, without a place of their own.",
    section="7.4",
)

first_layer_parameters = predict(
    48 * (11 * 11 + 1),
    wrong={
        5808: "The biases are missing: one for each filter, 48 in all.",
        5809: "Each filter has a bias of its own, so 48 of them and not one.",
        122: "122 is a single filter with its bias; there are 48.",
        576: "A filter is 11 pixels wide and 11 high: 11 · 11 weights.",
        17472: "The patches are grey: one input channel, not three.",
    },
    hints=[
        "How many weights has one filter on grey pictures, and how many biases?",
        "Multiply the numbers of one filter by 48.",
    ],
    why="Each of the 48 filters has 11 · 11 weights for its single input channel and one bias; "
    "the size of the patch does not matter.",
    section="7.10",
)

# --- exercises --------------------------------------------------------------------------------


def _recordings():
    generator = torch.Generator().manual_seed(7)
    cases = [
        (
            torch.tensor(
                [[[1.0, 0, 0], [0, 0, 0]], [[0, 2, 0], [0, 0, 0]], [[0, 0, 0], [3, 0, 0]]]
            ),
            torch.tensor([2.0, 0, 1]),
        )
    ]
    for n, height, width in [(5, 2, 4), (12, 3, 2), (40, 4, 5)]:
        stimuli = torch.randn(n, height, width, generator=generator)
        cases.append((stimuli, torch.randint(0, 4, (n,), generator=generator).float()))
    return cases


def _by_spikes(stimuli, spikes):
    return (spikes[:, None, None] * stimuli).sum(0)


@exercise(
    cases=_recordings,
    hints=[
        "Multiply each stimulus by its number of spikes, add them up, divide by all the spikes.",
        "spikes[:, None, None] has shape (n, 1, 1), so it can be multiplied with the stimuli.",
        "(spikes[:, None, None] * stimuli).sum(0) / spikes.sum()",
    ],
    wrong=[
        (
            lambda stimuli, spikes: stimuli.mean(0),
            "That averages all the stimuli; count each as often as the cell spiked at it.",
        ),
        (
            lambda stimuli, spikes: _by_spikes(stimuli, spikes) / len(spikes),
            "Divide by the number of spikes, not by that of stimuli: it is an average over spikes.",
        ),
        (
            lambda stimuli, spikes: _by_spikes(stimuli, spikes),
            "That is the sum; divide it by the number of spikes.",
        ),
        (
            lambda stimuli, spikes: stimuli[spikes > 0].mean(0),
            "A stimulus with three spikes counts three times, not once.",
        ),
        (
            lambda stimuli, spikes: _by_spikes(stimuli, spikes) / (spikes > 0).sum(),
            "Divide by all the spikes; you divide by the number of stimuli that had any.",
        ),
        (
            lambda stimuli, spikes: stimuli[spikes.argmax()],
            "That is the single best stimulus, noise included: average over all of them.",
        ),
        (
            lambda stimuli, spikes: (_by_spikes(stimuli, spikes) / spikes.sum()).T.contiguous(),
            "It is transposed: keep rows and columns of the stimuli as they are.",
        ),
    ],
    why="Each stimulus counts as often as the cell spiked at it. What has nothing to do with the "
    "cell averages out, and what makes it fire is left.",
    section="7.2",
)
def spike_triggered_average(stimuli, spikes):
    return (spikes[:, None, None] * stimuli).sum(0) / spikes.sum()


def _tuning_curves():
    generator = torch.Generator().manual_seed(8)
    angles = torch.tensor([0.0, 45, 90, 135])
    cases = [(angles, torch.tensor([1.0, 4, 1, 0])), (angles, torch.tensor([3.0, 0, 1, 0.5]))]
    for n in (6, 9, 36):
        angles = torch.arange(n) * 180 / n
        cases.append((angles, torch.rand(n, generator=generator) * 5))
    return cases


def _arrows(angles, responses, turns=2.0, scale=math.pi / 180):
    across = (responses * torch.cos(angles * turns * scale)).sum()
    up = (responses * torch.sin(angles * turns * scale)).sum()
    return torch.hypot(across, up)


@exercise(
    cases=_tuning_curves,
    hints=[
        "The arrow of a response r at angle θ is (r cos 2θ, r sin 2θ).",
        "torch.deg2rad turns degrees into the radians that torch.cos and torch.sin expect.",
        "Add up both parts, take torch.hypot of the two sums, and divide by responses.sum().",
    ],
    wrong=[
        (
            lambda angles, responses: _arrows(angles, responses, turns=1) / responses.sum(),
            "Double the angle first: a bar at 0° and one at 180° are the same bar.",
        ),
        (
            lambda angles, responses: _arrows(angles, responses, scale=1) / responses.sum(),
            "torch.cos and torch.sin expect radians: use torch.deg2rad.",
        ),
        (
            lambda angles, responses: _arrows(angles, responses),
            "That is the length of the sum; divide it by the sum of the lengths.",
        ),
        (
            lambda angles, responses: _arrows(angles, responses) / len(responses),
            "Divide by the sum of the responses, not by how many there are.",
        ),
        (
            lambda angles, responses: (
                (responses * torch.cos(torch.deg2rad(2 * angles))).sum() / responses.sum()
            ),
            "That is one part of the arrow only: it has a sine as well as a cosine.",
        ),
        (
            lambda angles, responses: (
                (responses.max() - responses.min()) / (responses.max() + responses.min())
            ),
            "That compares two responses only; here all of them count, as arrows.",
        ),
    ],
    why="Doubling the angle makes 0° and 180° one direction. Responses at opposite angles cancel, "
    "and what is left, as a share of all, says how much the cell prefers one.",
    section="7.6",
)
def selectivity(angles, responses):
    doubled = torch.deg2rad(2 * angles)
    across = (responses * torch.cos(doubled)).sum()
    up = (responses * torch.sin(doubled)).sum()
    return (torch.hypot(across, up) / responses.sum()).item()


def _gabor_cases():
    cases = []
    for height, width, *numbers in [
        (1, 5, 90.0, 4.0, 1.5, 0.0),
        (3, 5, 0.0, 5.0, 2.0, 90.0),
        (4, 6, 30.0, 3.5, 1.2, 0.0),
        (7, 6, 110.0, 6.0, 2.4, 60.0),
    ]:
        x = (torch.arange(width) - (width - 1) / 2).repeat(height, 1)
        y = ((height - 1) / 2 - torch.arange(height))[:, None].repeat(1, width)
        cases.append((x, y, *numbers))
    return cases


def _gabor(
    x, y, orientation, wavelength, width, phase, *, spread=None, full=2 * math.pi, wave=torch.cos
):
    across = y * math.cos(orientation) - x * math.sin(orientation)
    spread = 2 * width**2 if spread is None else spread
    return torch.exp(-(x**2 + y**2) / spread) * wave(full * across / wavelength + phase)


def _gabor_slip(slip):
    """A wrong Gabor function: `slip` takes its numbers, angles in radians, and what to change."""

    def wrong(x, y, orientation, wavelength, width, phase):
        turn, shift = math.radians(orientation), math.radians(phase)
        return slip(x, y, turn, wavelength, width, shift)

    return wrong


@exercise(
    cases=_gabor_cases,
    hints=[
        "math.radians(orientation) and math.radians(phase) turn degrees into radians.",
        "across = y * math.cos(turn) - x * math.sin(turn)",
        "The bell is torch.exp(-(x**2 + y**2) / (2 * width**2)), the wave "
        "torch.cos(2 * math.pi * across / wavelength + shift); multiply them.",
    ],
    wrong=[
        (_gabor, "Both angles are in degrees: turn them into radians by math.radians."),
        (
            lambda x, y, orientation, *rest: _gabor(x, y, math.radians(orientation), *rest),
            "The phase is in degrees, too: math.radians(phase).",
        ),
        (
            lambda x, y, orientation, wavelength, width, phase: _gabor(
                x, y, orientation, wavelength, width, math.radians(phase)
            ),
            "The orientation is in degrees, too: math.radians(orientation).",
        ),
        (
            _gabor_slip(lambda *numbers: _gabor(*numbers, full=1)),
            "A wave is full after 2π: the cosine is of 2π · across / wavelength.",
        ),
        (
            _gabor_slip(lambda *numbers: _gabor(*numbers, spread=2 * numbers[4])),
            "The width has to be squared in the bell.",
        ),
        (
            _gabor_slip(lambda *numbers: _gabor(*numbers, spread=numbers[4] ** 2)),
            "The bell is exp(−distance² / (2 · width²)): the 2 is missing.",
        ),
        (
            _gabor_slip(lambda *numbers: _gabor(*numbers, spread=math.inf)),
            "The wave is there; the bell that fades it out is missing.",
        ),
        (
            _gabor_slip(lambda x, y, turn, *rest: _gabor(x, y, turn + math.pi / 2, *rest)),
            "Your wave runs along the stripes: it must rise and fall across them.",
        ),
        (
            _gabor_slip(lambda x, y, turn, *rest: _gabor(x, y, -turn, *rest)),
            "It is turned clockwise: across is y cos θ − x sin θ, with a minus.",
        ),
        (
            _gabor_slip(lambda *numbers: _gabor(*numbers, wave=torch.sin)),
            "Take the cosine: at phase 0 there is a bright stripe in the middle.",
        ),
        (
            _gabor_slip(lambda *numbers: _gabor(*numbers[:5], -numbers[5])),
            "The phase is added inside the cosine, not taken away.",
        ),
    ],
    why="The wave runs across the stripes, so only the distance across them goes into the cosine; "
    "the bell depends on the distance from the middle alone.",
    section="7.7",
)
def gabor(x, y, orientation, wavelength, width, phase):
    turn, shift = math.radians(orientation), math.radians(phase)
    across = y * math.cos(turn) - x * math.sin(turn)
    bell = torch.exp(-(x**2 + y**2) / (2 * width**2))
    return bell * torch.cos(2 * math.pi * across / wavelength + shift)


def _filters_and_fits():
    generator = torch.Generator().manual_seed(9)
    cases = [(torch.tensor([[3.0, 1], [0, 2]]), torch.tensor([[3.0, 0], [1, 2]]))]
    for shape in [(2, 3), (4, 3), (5, 6)]:
        filters = torch.randn(shape, generator=generator) + 0.3
        cases.append((filters, 0.7 * filters + 0.3 * torch.randn(shape, generator=generator)))
    return cases


@exercise(
    cases=_filters_and_fits,
    hints=[
        "What is left over is F − G. How large is its sum of squares, beside that of F?",
        "1 - ((F - G) ** 2).sum() / (F**2).sum()",
    ],
    wrong=[
        (
            lambda F, G: ((F - G) ** 2).sum() / (F**2).sum(),
            "That is the share that is left over; the share explained is 1 minus it.",
        ),
        (
            lambda F, G: 1 - (F - G).norm() / F.norm(),
            "Compare sums of squares: you have taken their square roots.",
        ),
        (
            lambda F, G: 1 - ((F - G) ** 2).sum() / ((F - F.mean()) ** 2).sum(),
            "Take the sum of squares of F itself, without subtracting its mean.",
        ),
        (
            lambda F, G: (F * G).sum() / (F.norm() * G.norm()),
            "That is how alike their directions are; compare F with what is left over, F − G.",
        ),
        (
            lambda F, G: (G**2).sum() / (F**2).sum(),
            "A large G is not yet a good one: what counts is how little is left, F − G.",
        ),
        (
            lambda F, G: 1 - (F - G).sum() / F.sum(),
            "Square before you add up, or errors of both signs cancel.",
        ),
    ],
    why="What is left over, as a share of what there was, subtracted from 1. Squares are what "
    "least squares makes small, so a bad G can even come out below 0.",
    section="7.8",
)
def share_explained(F, G):
    return (1 - ((F - G) ** 2).sum() / (F**2).sum()).item()


progress = chapter_progress(__name__)
