"""Exercises of chapter 07, the eye and the network."""

import math

import torch

from helpers.exercises.engine import Wrong, function_exercise, value_exercise

# --- predictions ------------------------------------------------------------------------------


def _near_the_best_angle(angle):
    away = abs((angle - 125 + 90) % 180 - 90)  # a bar is the same bar after half a turn
    if away <= 5:
        return None
    return "The cell responds more strongly at another angle: look for the outermost point."


@value_exercise(
    hints=[
        "Move the slider over its whole range; each angle leaves a point on the plot.",
        "Which point lies farthest from the middle? It is between 90 and 180 degrees.",
    ],
    wrong=[
        Wrong(35, "35° is across the bar that the cell likes best: turn it by a right angle."),
        Wrong(55, "55° is its mirror image: angles count counter-clockwise, 90° is upright."),
    ],
    judge=_near_the_best_angle,
)
def preferred_angle():
    return 125


@value_exercise(
    hints=[
        "The noise of an average of N numbers shrinks like 1/√N.",
        "√4 = 2, so there is half as much.",
    ],
    wrong=[
        Wrong(0.25, "Four times the data, but noise shrinks with the square root of their number."),
        Wrong(2, "More data make less noise, so the factor is below 1."),
        Wrong(1, "It does shrink: independent noise partly cancels in an average."),
        Wrong(0.0625, "Take the square root of 4, not its square."),
    ],
)
def noise_with_four_times_the_stimuli():
    return 0.5


@value_exercise(
    hints=[
        "On uniform grey the response is the grey value times the sum of all weights.",
        "At phase 90° the left half of the wave is the right half with its sign turned.",
    ],
    wrong=[
        Wrong(1, "1 would be the sum of weights of a blur; here negative weights pull as hard."),
        Wrong(0.5, "0.5 is the grey itself: multiply it by the sum of the weights."),
        Wrong(-1, "Positive and negative weights are mirror images: neither side wins."),
    ],
)
def response_to_grey():
    return 0


@value_exercise(
    hints=[
        "One gallery has no order at all, and in one the filters have a place in the patch.",
        "The strongest principal components vary slowly, over the whole patch.",
    ],
    wrong=[
        Wrong("A", "A is noise: no pixel of it knows its neighbour."),
        Wrong("C", "C has short stripes, each with a place and a direction: learned by ICA."),
    ],
)
def principal_gallery():
    return "B"


@value_exercise(
    hints=[
        "A filter on grey pictures has 11 · 11 weights, and each filter has one bias.",
        "48 · (11 · 11 + 1).",
    ],
    wrong=[
        Wrong(5808, "The biases are missing: one a filter, 48 in all."),
        Wrong(5809, "Each filter has a bias of its own, so 48 of them and not one."),
        Wrong(122, "122 is a single filter with its bias; there are 48."),
        Wrong(576, "A filter is 11 pixels wide and 11 high: 11 · 11 weights."),
    ],
)
def first_layer_parameters():
    return 48 * (11 * 11 + 1)


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


@function_exercise(
    cases=_recordings,
    hints=[
        "Multiply each stimulus by its number of spikes, add them up, divide by all the spikes.",
        "spikes[:, None, None] has shape (n, 1, 1), so it can be multiplied with the stimuli.",
        "(spikes[:, None, None] * stimuli).sum(0) / spikes.sum()",
    ],
    wrong=[
        Wrong(
            lambda stimuli, spikes: stimuli.mean(0),
            "That averages all the stimuli; count each as often as the cell spiked at it.",
        ),
        Wrong(
            lambda stimuli, spikes: _by_spikes(stimuli, spikes) / len(spikes),
            "Divide by the number of spikes, not by that of stimuli: it is an average over spikes.",
        ),
        Wrong(
            lambda stimuli, spikes: _by_spikes(stimuli, spikes),
            "That is the sum; divide it by the number of spikes.",
        ),
        Wrong(
            lambda stimuli, spikes: stimuli[spikes > 0].mean(0),
            "A stimulus with three spikes counts three times, not once.",
        ),
        Wrong(
            lambda stimuli, spikes: _by_spikes(stimuli, spikes) / (spikes > 0).sum(),
            "Divide by all the spikes; you divide by the number of stimuli that had any.",
        ),
        Wrong(
            lambda stimuli, spikes: stimuli[spikes.argmax()],
            "That is the single best stimulus, noise included: average over all of them.",
        ),
        Wrong(
            lambda stimuli, spikes: (_by_spikes(stimuli, spikes) / spikes.sum()).T.contiguous(),
            "It is transposed: keep rows and columns of the stimuli as they are.",
        ),
    ],
)
def spike_triggered_average(stimuli, spikes):
    return (spikes[:, None, None] * stimuli).sum(0) / spikes.sum()


def _plain_number(answer, *arguments):
    """A tensor with a single number is as good as the number."""
    value = answer(*arguments)
    return value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value


def _tuning(answer, angles, responses):
    return _plain_number(answer, angles, responses)


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


@function_exercise(
    cases=_tuning_curves,
    call=_tuning,
    hints=[
        "The arrow of a response r at angle θ is (r cos 2θ, r sin 2θ).",
        "torch.deg2rad turns degrees into the radians that torch.cos and torch.sin expect.",
        "Add up both parts, take torch.hypot of the two sums, and divide by responses.sum().",
    ],
    wrong=[
        Wrong(
            lambda angles, responses: _arrows(angles, responses, turns=1) / responses.sum(),
            "Double the angle first: a bar at 0° and one at 180° are the same bar.",
        ),
        Wrong(
            lambda angles, responses: _arrows(angles, responses, scale=1) / responses.sum(),
            "torch.cos and torch.sin expect radians: use torch.deg2rad.",
        ),
        Wrong(
            lambda angles, responses: _arrows(angles, responses),
            "That is the length of the sum; divide it by the sum of the lengths.",
        ),
        Wrong(
            lambda angles, responses: _arrows(angles, responses) / len(responses),
            "Divide by the sum of the responses, not by how many there are.",
        ),
        Wrong(
            lambda angles, responses: (
                (responses * torch.cos(torch.deg2rad(2 * angles))).sum() / responses.sum()
            ),
            "That is one part of the arrow only: it has a sine as well as a cosine.",
        ),
        Wrong(
            lambda angles, responses: (
                (responses.max() - responses.min()) / (responses.max() + responses.min())
            ),
            "That compares two responses only; here all of them count, as arrows.",
        ),
    ],
)
def selectivity(angles, responses):
    doubled = torch.deg2rad(2 * angles)
    across = (responses * torch.cos(doubled)).sum()
    up = (responses * torch.sin(doubled)).sum()
    return torch.hypot(across, up) / responses.sum()


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


@function_exercise(
    cases=_gabor_cases,
    hints=[
        "math.radians(orientation) and math.radians(phase) turn degrees into radians.",
        "across = y * math.cos(turn) - x * math.sin(turn)",
        "The bell is torch.exp(-(x**2 + y**2) / (2 * width**2)), the wave "
        "torch.cos(2 * math.pi * across / wavelength + shift); multiply them.",
    ],
    wrong=[
        Wrong(_gabor, "Both angles are in degrees: turn them into radians by math.radians."),
        Wrong(
            lambda x, y, orientation, *rest: _gabor(x, y, math.radians(orientation), *rest),
            "The phase is in degrees, too: math.radians(phase).",
        ),
        Wrong(
            lambda x, y, orientation, wavelength, width, phase: _gabor(
                x, y, orientation, wavelength, width, math.radians(phase)
            ),
            "The orientation is in degrees, too: math.radians(orientation).",
        ),
        Wrong(
            _gabor_slip(lambda *numbers: _gabor(*numbers, full=1)),
            "A wave is full after 2π: the cosine is of 2π · across / wavelength.",
        ),
        Wrong(
            _gabor_slip(lambda *numbers: _gabor(*numbers, spread=2 * numbers[4])),
            "The width has to be squared in the bell.",
        ),
        Wrong(
            _gabor_slip(lambda *numbers: _gabor(*numbers, spread=numbers[4] ** 2)),
            "The bell is exp(−distance² / (2 · width²)): the 2 is missing.",
        ),
        Wrong(
            _gabor_slip(lambda *numbers: _gabor(*numbers, spread=math.inf)),
            "The wave is there; the bell that fades it out is missing.",
        ),
        Wrong(
            _gabor_slip(lambda x, y, turn, *rest: _gabor(x, y, turn + math.pi / 2, *rest)),
            "Your wave runs along the stripes: it must rise and fall across them.",
        ),
        Wrong(
            _gabor_slip(lambda x, y, turn, *rest: _gabor(x, y, -turn, *rest)),
            "It is turned clockwise: across is y cos θ − x sin θ, with a minus.",
        ),
        Wrong(
            _gabor_slip(lambda *numbers: _gabor(*numbers, wave=torch.sin)),
            "Take the cosine: at phase 0 there is a bright stripe in the middle.",
        ),
        Wrong(
            _gabor_slip(lambda *numbers: _gabor(*numbers[:5], -numbers[5])),
            "The phase is added inside the cosine, not taken away.",
        ),
    ],
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


def _fit(answer, F, G):
    return _plain_number(answer, F, G)


@function_exercise(
    cases=_filters_and_fits,
    call=_fit,
    hints=[
        "What is left over is F − G. How large is its sum of squares, beside that of F?",
        "1 - ((F - G) ** 2).sum() / (F**2).sum()",
    ],
    wrong=[
        Wrong(
            lambda F, G: ((F - G) ** 2).sum() / (F**2).sum(),
            "That is the share that is left over; the share explained is 1 minus it.",
        ),
        Wrong(
            lambda F, G: 1 - (F - G).norm() / F.norm(),
            "Compare sums of squares: you have taken their square roots.",
        ),
        Wrong(
            lambda F, G: 1 - ((F - G) ** 2).sum() / ((F - F.mean()) ** 2).sum(),
            "Take the sum of squares of F itself, without subtracting its mean.",
        ),
        Wrong(
            lambda F, G: (F * G).sum() / (F.norm() * G.norm()),
            "That is how alike their directions are; compare F with what is left over, F − G.",
        ),
        Wrong(
            lambda F, G: (G**2).sum() / (F**2).sum(),
            "A large G is not yet a good one: what counts is how little is left, F − G.",
        ),
        Wrong(
            lambda F, G: 1 - (F - G).sum() / F.sum(),
            "Square before you add up, or errors of both signs cancel.",
        ),
    ],
)
def share_explained(F, G):
    return 1 - ((F - G) ** 2).sum() / (F**2).sum()
