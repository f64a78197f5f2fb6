"""The ladder of chapter 02: one cross-correlation, from two loops to `F.conv2d`."""

import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor

import torch
from torch.nn import functional as F

from helpers.correlation import corr2d, corr2d_shifted, corr2d_unfold

WAYS = {
    "corr2d": corr2d,
    "corr2d_shifted": corr2d_shifted,
    "corr2d_unfold": corr2d_unfold,
    "F.conv2d": lambda X, K: F.conv2d(X[None, None], K[None, None]),
}


def measure(quick=False):
    """Median seconds of each way, over pictures and kernels of several sizes."""
    sides, kernels = ([64], [3]) if quick else ([64, 128, 256, 512, 1024], [3, 7, 15])
    # In a process of its own, where nothing was computed before.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(times, sides, kernels).result()


def times(sides, kernels):
    """Median seconds of each way, as {"64² with 3×3": {"corr2d": …}}."""
    found = {}
    for side in sides:
        for k in kernels:
            X, K = torch.rand(side, side), torch.rand(k, k)
            WAYS["F.conv2d"](X, K)  # its first call prepares more than others do
            ways = dict(WAYS)
            if 4 * (side - k + 1) ** 2 * k**2 > 500e6:
                del ways["corr2d_unfold"]  # its matrix of windows would take half a gigabyte
            found[f"{side}² with {k}×{k}"] = {
                name: _median_seconds(way, X, K) for name, way in ways.items()
            }
    return found


def _median_seconds(way, X, K):
    seconds = []
    while len(seconds) < 5 and sum(seconds) < 1:
        start = time.perf_counter()
        way(X, K)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def table(ladder):
    rows = [
        [
            size,
            *(f"{1000 * of[name]:.3g}" if name in of else "too large" for name in WAYS),
            f"{of['corr2d'] / of['F.conv2d']:,.0f}×",
        ]
        for size, of in ladder.items()
    ]
    return "LADDER: milliseconds for a picture and a kernel", ["", *WAYS, "first : last"], rows
