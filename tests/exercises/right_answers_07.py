"""Right answers to chapter 07's exercises, in other styles than the reference."""

import cmath
import math

import numpy as np
import torch

from helpers import spikes


def average_by_loop(stimuli, spikes):
    total = torch.zeros_like(stimuli[0])
    for picture, count in zip(stimuli, spikes, strict=True):
        total += count * picture
    return total / sum(spikes)


def average_by_repetition(stimuli, spikes):
    return stimuli.repeat_interleave(spikes.long(), dim=0).mean(0)


def average_by_einsum(stimuli, spikes):
    return torch.einsum("n,nij->ij", spikes / spikes.sum(), stimuli)


def average_by_matrix_product(stimuli, spikes):
    return (spikes @ stimuli.flatten(1) / spikes.sum()).reshape(stimuli.shape[1:])


def selectivity_by_complex_numbers(angles, responses):
    arrows = responses * torch.exp(2j * torch.deg2rad(angles))
    return arrows.sum().abs() / responses.sum()


def selectivity_by_loop(angles, responses):
    total = sum(
        r * cmath.exp(2j * math.radians(a))
        for a, r in zip(angles.tolist(), responses.tolist(), strict=True)
    )
    return abs(total) / sum(responses.tolist())


def selectivity_by_numpy(angles, responses):
    a, r = 2 * np.deg2rad(angles.numpy()), responses.numpy()
    return torch.tensor(np.hypot(r @ np.cos(a), r @ np.sin(a)) / r.sum())


def gabor_turned_first(x, y, orientation, wavelength, width, phase):
    turn = torch.deg2rad(torch.tensor(orientation))
    along = x * turn.cos() + y * turn.sin()
    across = -x * turn.sin() + y * turn.cos()
    bell = torch.exp(-0.5 * ((along / width) ** 2 + (across / width) ** 2))
    return bell * torch.cos(math.tau * across / wavelength + math.radians(phase))


def gabor_by_sine(x, y, orientation, wavelength, width, phase):
    across = y * math.cos(math.radians(orientation)) - x * math.sin(math.radians(orientation))
    wave = torch.sin(2 * torch.pi * across / wavelength + math.radians(phase + 90))
    return wave * torch.exp(-(x**2) / (2 * width**2)) * torch.exp(-(y**2) / (2 * width**2))


def gabor_by_loop(x, y, orientation, wavelength, width, phase):
    turn, result = math.pi * orientation / 180, torch.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            a, b = x[i, j].item(), y[i, j].item()
            angle = 2 * math.pi * (b * math.cos(turn) - a * math.sin(turn)) / wavelength
            bell = math.exp(-(a * a + b * b) / 2 / width / width)
            result[i, j] = bell * math.cos(angle + phase * math.pi / 180)
    return result


def explained_by_norms(F, G):
    return 1 - (F - G).norm() ** 2 / F.norm() ** 2


def explained_by_dot_products(F, G):
    f, d = F.flatten(), (F - G).flatten()
    return float(1 - d @ d / (f @ f))


def explained_by_numpy(F, G):
    F, G = F.numpy(), G.numpy()
    return float((np.sum(F**2) - np.sum((F - G) ** 2)) / np.sum(F**2))


RIGHT = {
    "preferred_angle": [120, 125.0, 130, -55],
    "noise_with_four_times_the_stimuli": [1 / 2, 4**-0.5],
    "response_to_grey": [0.0],
    "principal_gallery": ["b", " B "],
    "first_layer_parameters": [5856, 48 * 121 + 48],
    "spike_triggered_average": [
        average_by_loop,
        average_by_repetition,
        average_by_einsum,
        average_by_matrix_product,
        spikes.spike_triggered_average,
    ],
    "selectivity": [
        selectivity_by_complex_numbers,
        selectivity_by_loop,
        selectivity_by_numpy,
    ],
    "gabor": [gabor_turned_first, gabor_by_sine, gabor_by_loop],
    "share_explained": [explained_by_norms, explained_by_dot_products, explained_by_numpy],
}
