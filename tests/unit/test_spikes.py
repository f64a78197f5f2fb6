"""A simulated cell: its stimuli, its rate, and the average that finds its kernel."""

import pytest
import torch

from helpers.spikes import bar, edge, spike_rate, spike_triggered_average


def test_a_bar_equals_itself_after_half_a_turn_and_is_as_bright_as_it_is_wide():
    for angle in (0, 30, 45, 90, 135):
        X = bar(15, angle, 3)
        torch.testing.assert_close(X, bar(15, angle + 180, 3), atol=1e-5, rtol=0)
        assert X[7, 7] == 1 and X.min() == 0
        assert angle % 90 or X.sum() == 3 * 15


def test_angles_run_counter_clockwise_from_the_right():
    assert edge(3, 0)[1].tolist() == [0, 0.5, 1]
    assert edge(3, 90)[:, 1].tolist() == [1, 0.5, 0]
    assert bar(5, 45)[0, 4] == 1 and bar(5, 45)[0, 0] == 0


def test_the_average_recovers_a_kernel():
    generator = torch.Generator().manual_seed(5)
    K = torch.randn(4, 6, generator=generator)
    stimuli = torch.randn(20_000, 4, 6, generator=generator)
    spikes = torch.poisson(spike_rate(K, stimuli) / K.norm(), generator=generator)
    average = spike_triggered_average(stimuli, spikes)
    assert torch.corrcoef(torch.stack([average.flatten(), K.flatten()]))[0, 1] > 0.98
    torch.testing.assert_close(spike_triggered_average(stimuli, spikes.long()), average)


def test_each_stimulus_counts_as_often_as_it_made_the_cell_spike():
    stimuli = torch.tensor([[[1.0, 0]], [[0, 4]], [[9, 9]]])
    spikes = torch.tensor([3, 1, 0])
    assert spike_triggered_average(stimuli, spikes).tolist() == [[0.75, 1]]


def test_what_does_not_match_is_refused():
    stimuli = torch.rand(3, 5, 5)
    wrong = [
        (spike_triggered_average, (stimuli, torch.ones(4)), "3 stimuli but 4 numbers of spikes"),
        (spike_triggered_average, (stimuli, torch.zeros(3)), "never spiked"),
        (spike_triggered_average, (stimuli, -torch.ones(3)), "must not be negative"),
        (spike_rate, (torch.ones(5, 4), stimuli), "The kernel is 5×4, but the stimuli are 5×5"),
        (bar, (5, 0, -1), "width must be"),
        (edge, (0, 0), "size must be"),
    ]
    for function, arguments, sentence in wrong:
        with pytest.raises(ValueError, match=sentence):
            function(*arguments)
