"""Running what a learner wrote: for so long, with so much memory, on copies, torch put back.

`run` calls a function as a case says; `limits` holds whatever happens inside it to a time and an
amount of memory; `training_step` trains a layer for one step, and says which gradients arrive.
"""

import contextlib
import copy
import ctypes
import inspect
import sys
import threading
from dataclasses import dataclass, is_dataclass
from numbers import Number
from pathlib import Path

import torch
from torch import nn

from helpers.checks import described
from helpers.exercises.compare import Problem

SECONDS_ALLOWED = 10
BYTES_ALLOWED = 10**9  # more than were taken before; Binder has twice as many in all


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Args:
        value: what it returned.
        error: what it raised, or None.
        changed: names of the arguments that it changed.
        replaced: names of torch's functions that it replaced.
    """

    value: object
    error: BaseException | None
    changed: tuple
    replaced: tuple


class TimeUp(BaseException):
    """Raised inside an answer that takes too long."""


def run(function, case, argument_names, call=None):
    """Call a function on copies of a case's arguments, so that nothing can spoil the case.

    Args:
        function: the learner's, or one of ours.
        case: its arguments.
        argument_names: their names, for what is said about them.
        call: how to get a result, `call(function, *arguments)`; None calls the function.
    Returns:
        Outcome.
    """
    arguments = copy.deepcopy(case)
    value, error = None, None
    # An answer is always looked at by the true torch: what it replaces is restored.
    with _restore_torch() as replaced:
        try:
            value = call(function, *arguments) if call else function(*arguments)
        except Problem as problem:
            value = problem
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as exception:  # SystemExit, too: exit() must not end the kernel
            error = exception
    changed = [
        name
        for name, before, after in zip(argument_names, case, arguments, strict=False)
        if not _unchanged(before, after)
    ]
    return Outcome(value, error, tuple(changed), tuple(replaced))


@contextlib.contextmanager
def limits():
    """Stop the code below after `SECONDS_ALLOWED`, or at `BYTES_ALLOWED` more of memory.

    Raises:
        TimeUp, MemoryError or torch's own error: it took too much. (A single long call into a
            library is stopped when it returns; a bare `except:` can catch the end of its time.)
    """
    with _time_limit(SECONDS_ALLOWED), _memory_limit(BYTES_ALLOWED):
        yield


def is_out_of_memory(error):
    """Whether Python or torch was refused memory."""
    return isinstance(error, MemoryError) or "can't allocate memory" in message_of(error)


def message_of(error):
    """An error's message, or "" where it cannot say."""
    try:
        return str(error)
    except Exception:  # the learner's own class of error, with a mistake in it
        return ""


def training_step(layer, X, **values):
    """Train a layer for one step on a fixed loss: its output, and the gradient of every input.

    Args:
        layer: a module with a parameter for each of `values`.
        X: its input.
        values: what its parameters are set to first, by name, for instance `bias=tensor`. A
            parameter may have any shape with as many entries.
    Returns:
        dict: "the output", "the gradient of <parameter>" for each, "the gradient of X". In place
        of a gradient that does not arrive stands a `Problem` that says why.
    Raises:
        Problem: a parameter is missing, or not of this size; the layer returns no tensor.
    """
    parameters = {name: _set(layer, name, value) for name, value in values.items()}
    X = X.clone().requires_grad_()
    Y = layer(X)
    if Y is None:
        raise Problem("Its forward returns None: does it end in a return?")
    if not isinstance(Y, torch.Tensor):
        raise Problem(f"Its forward should return a tensor, but returns {described(Y)}.")
    if Y.requires_grad:
        slope = 1 + torch.arange(Y.numel(), dtype=Y.dtype).reshape(Y.shape)
        (Y * slope).sum().backward()
    parts = {"the output": Y.detach()}
    for name, parameter in parameters.items():
        gradient = parameter.grad
        if not parameter.requires_grad:
            gradient = Problem(f"{name} is frozen: with requires_grad=False it is never trained.")
        elif gradient is None:
            gradient = Problem(
                f"No gradient reaches {name}, so it would never be trained: forward must use "
                f"self.{name} itself, not a number or a tensor cut off from it by .item(), "
                f".data, .detach() or no_grad()."
            )
        else:
            gradient = gradient.reshape(values[name].shape)
        parts[f"the gradient of {name}"] = gradient
    no_gradient = Problem("No gradient reaches X: layers in front of this one could not learn.")
    parts["the gradient of X"] = no_gradient if X.grad is None else X.grad
    return parts


def _set(layer, name, value):
    """Give a layer's parameter its value; Problem where there is no such parameter."""
    parameter = getattr(layer, name, None)
    if not isinstance(parameter, nn.Parameter):
        raise Problem(f"The layer has no parameter {name}: make self.{name} an nn.Parameter.")
    if parameter.numel() != value.numel():
        raise Problem(
            f"Its {name} should hold {value.numel()} numbers, but holds {parameter.numel()}."
        )
    with torch.no_grad():
        parameter.copy_(value.reshape(parameter.shape))
    return parameter


# --- time and memory ----------------------------------------------------------------------------


@contextlib.contextmanager
def _time_limit(seconds):
    """Interrupt the Python code below after so many seconds, on every platform."""
    thread, lock, finished = threading.get_ident(), threading.Lock(), False

    def interrupt():
        with lock:
            if finished:
                return
            if _is_importing(thread):
                # torch loads a part of itself at the first optimiser, for seconds on a slow
                # machine; cut short, it would stay broken for as long as the kernel lives. So
                # the time begins anew.
                set_timer(seconds)
            else:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(TimeUp)
                )

    def set_timer(seconds):
        nonlocal timer
        timer = threading.Timer(seconds, interrupt)
        timer.daemon = True
        timer.start()

    timer = None
    set_timer(seconds)
    try:
        yield
    finally:
        with lock:
            finished = True
        timer.cancel()


@contextlib.contextmanager
def _memory_limit(allowed):
    """Refuse the code below more memory than so many bytes, so that the kernel lives on.

    Elsewhere than on Linux, where systems do not hold anyone to it, this does nothing.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    pages_taken = int(Path("/proc/self/statm").read_text().split()[0])
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages_taken * resource.getpagesize() + allowed
    if before != resource.RLIM_INFINITY:
        limit = min(limit, before)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _is_importing(thread):
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


# --- what must stay as it was -------------------------------------------------------------------


@contextlib.contextmanager
def _restore_torch():
    """Undo what the code below does to torch; yields the names of the functions it replaced.

    Random numbers, the default dtype and whether gradients are recorded are restored, too, so
    that a check changes nothing on the page around it.
    """
    places = {"torch": torch, "torch.nn.functional": nn.functional, "Tensor": torch.Tensor}
    before = {name: dict(vars(place)) for name, place in places.items()}
    set_dtype, set_grad = torch.set_default_dtype, torch.set_grad_enabled
    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    random_state = torch.get_rng_state()
    replaced = []
    try:
        yield replaced
    finally:
        for name, place in places.items():
            for key, value in dict(vars(place)).items():
                if key not in before[name]:
                    # A module may load more of itself, but nothing may hide Tensor's methods.
                    if inspect.isclass(place) and hasattr(super(place, place), key):
                        delattr(place, key)
                        replaced.append(f"{name}.{key}")
                elif value is not before[name][key] and _is_replaced(before[name][key], value):
                    setattr(place, key, before[name][key])
                    replaced.append(f"{name}.{key}")
        set_dtype(dtype)
        set_grad(grad)
        torch.set_rng_state(random_state)


def _is_replaced(before, now):
    """Whether a torch function is another now; torch wraps one itself, at its first optimiser."""
    wrapped_by_torch = getattr(now, "__globals__", {}).get("__name__", "").startswith("torch.")
    return callable(before) and not (
        wrapped_by_torch and getattr(now, "__wrapped__", None) is before
    )


def _unchanged(before, after):
    """Whether a call left an argument as it was; NaN stays NaN."""
    if isinstance(before, torch.Tensor):
        if before.shape != after.shape:
            return False
        return bool(((before == after) | (before.isnan() & after.isnan())).all())
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_unchanged, before, after))
    return not (isinstance(before, (Number, str)) or is_dataclass(before)) or before == after
