"""TuningCurve: how strongly kernels respond to an edge or a bar, at every angle."""

import torch
from traitlets import Bool, Dict, List, TraitError, Unicode, validate

from helpers.checks import described
from helpers.spikes import bar, edge
from helpers.widgets.assets import javascript, stylesheet
from helpers.widgets.controls import float_slider
from helpers.widgets.traits import BROWSER_OWNED, Finite, Whole
from helpers.widgets.view import Panel, View

STIMULI = {"edge": (edge, 360), "bar": (bar, 180)}  # and the angle at which it is itself again
MAX_KERNELS, MAX_SIDE, STEP = 16, 32, 5


class TuningView(View):
    """The stimulus under the kernel's window, and the responses on a polar plot."""

    _esm = javascript(__file__)
    _css = stylesheet(__file__)

    constants = Dict({"turns": {name: turn for name, (_, turn) in STIMULI.items()}}).tag(sync=True)
    kernels = List(List(Finite())).tag(sync=True)  # each row by row
    side = Whole(3, min=1, max=MAX_SIDE).tag(sync=True)
    stimulus = Unicode("edge").tag(sync=True)
    angle = Finite(0.0).tag(sync=True)
    thumb_angle = Finite(0.0).tag(**BROWSER_OWNED)
    slider_steps = Dict({"angle": STEP}).tag(sync=True)
    record = Bool(False).tag(sync=True)
    visited = List(Finite()).tag(**BROWSER_OWNED)  # angles, in the order in which they were shown

    @validate("angle")
    def _within_a_turn(self, proposal):
        turn = STIMULI[self.stimulus][1]
        if not 0 <= proposal["value"] <= turn:
            raise TraitError(
                f"angle must be from 0 to {turn} degrees for this stimulus, "
                f"but is {proposal['value']}."
            )
        return proposal["value"]


class TuningCurve(Panel):
    """Turn an edge or a bar of light under kernels, and see what each of them responds.

    Angles are in degrees, counter-clockwise from the right. The angle of an edge is the
    direction in which its bright side lies, that of a bar is its own.

    Args:
        kernels: one square kernel, or up to 16 of one size.
        stimulus: "edge" or "bar".
        angle: to start with, in degrees.
        record: True hides the kernels and plots only angles that were visited, so that a tuning
            curve is recorded by hand.
    Shape:
        kernels (k, k) or (n, k, k), k at most 32.
    Raises:
        ValueError: kernels or stimulus is not one of these.
        TraitError: angle is out of range: 0 to 360 for an edge, 0 to 180 for a bar.
    Source: chapters 04 and 07; Hubel and Wiesel (1962).
    """

    def __init__(self, kernels, stimulus="edge", angle=0, record=False):
        if not isinstance(stimulus, str) or stimulus not in STIMULI:
            raise ValueError(f'stimulus must be "edge" or "bar", but is {described(stimulus)}.')
        if not isinstance(record, bool):
            raise ValueError(f"record must be True or False, but is {described(record)}.")
        self._kernels = _stack(kernels)
        self._show, turn = STIMULI[stimulus]
        self.view = TuningView(
            kernels=self._kernels.double().flatten(1).tolist(),
            side=self._kernels.shape[1],
            stimulus=stimulus,
            angle=angle,
            record=record,
            visited=[angle] if record else [],
        )
        slider = float_slider(self.view, "angle", "angle", 0, turn, "26em", ".0f")
        super().__init__([slider, self.view])

    def __repr__(self):
        n, k, _ = self._kernels.shape
        what = "kernel" if n == 1 else "kernels"
        return f"TuningCurve({n} {what} of {k}×{k}, {self.view.stimulus})"

    @property
    def angle(self):
        """Of the stimulus, in degrees; may be set."""
        return self.view.angle

    @angle.setter
    def angle(self, angle):
        with self.view.hold_sync():
            self.view.angle = angle
            angle = self.view.angle
            if self.view.record and angle not in self.view.visited:
                self.view.visited = [*self.view.visited, angle]

    @property
    def responses(self):
        """What each kernel responds at the present angle, (n,), float32."""
        return self._responses(self.angle)

    def curve(self):
        """The tuning curves: angles (m,) in ascending order, and responses (m, n).

        With record=True they are those of the angles visited so far, else every 5 degrees.
        """
        turn = STIMULI[self.view.stimulus][1]
        angles = self.view.visited if self.view.record else range(0, turn, STEP)
        angles = sorted(angles)
        return torch.tensor(angles).float(), torch.stack([self._responses(a) for a in angles])

    def _responses(self, angle):
        stimulus = self._show(self._kernels.shape[1], angle)
        return (self._kernels * stimulus).sum((1, 2))


def _stack(kernels):
    """One kernel or several, as a float32 tensor (n, k, k) of its own memory."""
    try:
        K = torch.as_tensor(kernels).detach().to_dense().cpu().clone()
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(
            f"kernels must be numbers in a tensor, but is {described(kernels)}."
        ) from None
    if K.is_complex():
        raise ValueError("kernels must hold real numbers, but they are complex.")
    K = K.float()
    if K.dim() == 2:
        K = K[None]
    if K.dim() != 3 or K.shape[1] != K.shape[2] or not 1 <= K.shape[1] <= MAX_SIDE:
        raise ValueError(
            f"kernels must be one square kernel (k, k) or several (n, k, k), k from 1 to "
            f"{MAX_SIDE}, but the shape is {tuple(K.shape)}."
        )
    if not 1 <= len(K) <= MAX_KERNELS:
        raise ValueError(f"There must be from 1 to {MAX_KERNELS} kernels, but there are {len(K)}.")
    if not bool(torch.isfinite(K).all()):
        raise ValueError("kernels must hold finite numbers: take out NaN and infinity.")
    return K
