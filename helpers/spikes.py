"""A simulated cell of the visual cortex: its stimuli, its spikes, and their average."""

import torch

from helpers.checks import check_tensor, number
from helpers.gabor import LARGEST, SHORTEST, along_and_across, gabor


def bar(size, angle, width=None):
    """A bright bar (1) through the middle of a dark square (0).

    Args:
        size: side of the square, in pixels.
        angle: of the bar, in degrees counter-clockwise; 0 is horizontal, 90 vertical.
        width: of the bar, in pixels; None takes a quarter of size.
    Shape:
        -> (size, size), float32 in [0, 1].
    Raises:
        ValueError: an argument is not a number in its range.
    Source: chapter 07; the stimulus of Hubel and Wiesel (1962).
    """
    across = along_and_across(size, angle)[1]
    width = size / 4 if width is None else number(width, "width", SHORTEST, LARGEST)
    # A pixel at the border of the bar is as bright as the part of it that the bar covers.
    covered = (across + 0.5).clamp(max=width / 2) - (across - 0.5).clamp(min=-width / 2)
    return covered.clamp(min=0).float()


def edge(size, angle):
    """A straight edge through the middle of a square: bright (1) on one side, dark (0) beyond it.

    Args:
        size: side of the square, in pixels.
        angle: direction towards the bright side, in degrees; 0 is right, 90 is up.
    Shape:
        -> (size, size), float32 in [0, 1]; 0.5 where the edge halves a pixel.
    Raises:
        ValueError: an argument is not a number in its range.
    Source: chapters 04 and 07.
    """
    return (along_and_across(size, angle)[0] + 0.5).clamp(0, 1).float()


def hidden_kernel():
    """The kernel of the cell in chapter 07: measure the cell before you look at this.

    Shape:
        -> (11, 11), float32.
    Source: chapter 07.
    """
    return gabor(11, orientation=125, wavelength=5.5, width=2, phase=20, aspect=1.2)


def spike_rate(kernel, stimuli):
    """The mean number of spikes of a simulated cell: its kernel's response, never below zero.

    Args:
        kernel: kernel of the cell, float32 or float64.
        stimuli: pictures of the kernel's size, float32 or float64.
    Shape:
        kernel (k_h, k_w), stimuli (n, k_h, k_w) -> (n,).
    Raises:
        ValueError: an argument is not a finite tensor of such a shape.
    Source: chapter 07; the rate of a linear-nonlinear-Poisson model.
    """
    check_tensor(kernel, "kernel", 2, floats=True)
    check_tensor(stimuli, "stimuli", 3, floats=True)
    if stimuli.shape[1:] != kernel.shape:
        raise ValueError(
            f"The kernel is {kernel.shape[0]}×{kernel.shape[1]}, but the stimuli are "
            f"{stimuli.shape[1]}×{stimuli.shape[2]}: give them one size."
        )
    return (stimuli * kernel).sum((1, 2)).clamp(min=0)


def spike_triggered_average(stimuli, spikes):
    """The average of the stimuli, each weighted by the number of spikes that it triggered.

    Args:
        stimuli: pictures, float32 or float64.
        spikes: number of spikes for each stimulus, at least 0.
    Shape:
        stimuli (n, k_h, k_w), spikes (n,) -> (k_h, k_w).
    Raises:
        ValueError: an argument is not a finite tensor of such a shape, a number of spikes is
            negative, or there are no spikes at all.
    Source: chapter 07; de Boer and Kuyper (1968).
    """
    check_tensor(stimuli, "stimuli", 3, floats=True)
    if isinstance(spikes, torch.Tensor) and not spikes.is_complex():
        spikes = spikes.to(stimuli.dtype)  # counts may come as integers
    check_tensor(spikes, "spikes", 1, floats=True)
    if len(spikes) != len(stimuli):
        raise ValueError(
            f"There are {len(stimuli)} stimuli but {len(spikes)} numbers of spikes: "
            "give one number per stimulus."
        )
    if float(spikes.min()) < 0:
        raise ValueError("A number of spikes must not be negative.")
    if not bool(spikes.any()):
        raise ValueError("The cell never spiked: there is nothing to average.")
    return (spikes[:, None, None] * stimuli).sum(0) / spikes.sum()
