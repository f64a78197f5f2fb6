"""Traits that refuse a wrong value in one sentence."""

import math
from numbers import Integral, Real

import traitlets

from helpers.checks import described

# Metadata of a trait that every window computes from other traits by itself.
BROWSER_OWNED = {"sync": True, "echo_update": False}


class _Number:
    """Part of a trait that says in one sentence which numbers it takes, whatever it is given."""

    def validate(self, obj, value):
        try:
            if isinstance(value, self.accepts) and not isinstance(value, bool):
                checked = super().validate(obj, self.convert(value))
                if math.isfinite(checked):
                    return checked
        except (traitlets.TraitError, OverflowError):
            pass  # out of bounds, or an int that no float can hold
        bounds = "" if self.min in (None, -math.inf) else f" from {self.min}"
        bounds += "" if self.max in (None, math.inf) else f" to {self.max}"
        raise traitlets.TraitError(
            f"{self.name or 'each entry'} must be {self.kind}{bounds}, but is {described(value)}."
        )


class Finite(_Number, traitlets.Float):
    """A float trait. Rejects NaN and infinity."""

    kind, accepts, convert = "a number", Real, float


class Whole(_Number, traitlets.Int):
    """An int trait. Rejects bools."""

    kind, accepts, convert = "a whole number", Integral, int


class Binary(traitlets.Bytes):
    """A bytes trait that the browser sets, too: from there it arrives as a memoryview."""

    def validate(self, obj, value):
        return super().validate(obj, bytes(value) if isinstance(value, memoryview) else value)
