"""The live pictures: a class a file, its .js and .css beside it under the same stem.

from helpers.widgets import CorrelationStepper
"""

from importlib import import_module

_HOMES = {
    "CorrelationStepper": "correlation_stepper",
    "DenseToConvolution": "dense_to_convolution",
    "DescentCockpit": "descent_cockpit",
    "EquivarianceMeter": "equivariance_meter",
    "GaborExplorer": "gabor_explorer",
    "KernelStudio": "kernel_studio",
    "MovingStripe": "moving_stripe",
    "ParameterCount": "parameter_count",
    "ReceptiveFieldExplorer": "receptive_field_explorer",
    "TargetGame": "target_game",
    "TuningCurve": "tuning_curve",
}
__all__ = list(_HOMES)


def __getattr__(name):
    # Loaded when asked for: a chapter pays for its own widgets only.
    if name not in _HOMES:
        raise AttributeError(f"helpers.widgets has no {name}: it has {', '.join(_HOMES)}.")
    return getattr(import_module(f"helpers.widgets.{_HOMES[name]}"), name)
