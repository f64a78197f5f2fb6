"""The widgets' JavaScript, in Node: its numbers are those that torch and the helpers compute."""

import base64
import importlib
import io
import json
import math
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from helpers import figures, images, widgets
from helpers.descent import largest_stable_lr
from helpers.receptive_field import Layer, map_sizes, receptive_field
from helpers.widgets import assets
from helpers.widgets.descent_cockpit import DescentCockpit
from helpers.widgets.equivariance_meter import KERNELS, MARGIN, SCENE_SHAPE, EquivarianceMeter
from helpers.widgets.gabor_explorer import RANGES, GaborExplorer
from helpers.widgets.kernel_studio import PRESETS
from helpers.widgets.receptive_field_explorer import LIMITS

HERE = Path(__file__).parent


def random_numbers(generator, *shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def matrix(M):
    return {"data": M.flatten().tolist(), "height": M.shape[0], "width": M.shape[1]}


def numbers(M):
    """The numbers of a tensor; None for NaN, which JSON does not have."""
    return [None if math.isnan(x) else x for x in M.flatten().tolist()]


def base64_of(data):
    return base64.b64encode(data).decode()


def traits_of(view):
    """What the browser knows of a view, as JSON."""
    names = [name for name in view.traits(sync=True) if not name.startswith("_")]
    values = {name: getattr(view, name) for name in names if name not in {"layout", "tooltip"}}
    return {
        name: {"base64": base64_of(value)} if isinstance(value, bytes) else value
        for name, value in values.items()
    }


def correlate():
    chance, generator = random.Random(0), torch.Generator().manual_seed(0)
    for _ in range(60):
        X = random_numbers(generator, chance.randint(1, 9), chance.randint(1, 9))
        K = random_numbers(generator, chance.randint(1, 4), chance.randint(1, 4))
        options = {
            "stride": chance.randint(1, 3),
            "padding": chance.randint(0, 3),
            "dilation": chance.randint(1, 3),
        }
        try:
            Y = matrix(F.conv2d(X[None, None], K[None, None], **options)[0, 0])
        except RuntimeError:  # the kernel does not fit
            Y = None
        yield {"X": matrix(X), "K": matrix(K), "options": options, "Y": Y}


def colours():
    for value in (-5, -2, -1.3, -0.5, 0, 0.1, 0.9, 1.5, 2, 7):
        place = (max(-1, min(1, value / 2)) + 1) / 2
        colour = [255 * channel for channel in figures.SIGNED(place)[:3]]
        yield {"value": value, "limit": 2, "colour": colour}


def encoded(kind, height, width):
    data = io.BytesIO()
    Image.new("RGB", (width, height), (200, 100, 50)).save(data, kind)
    return data.getvalue()


def files():
    bomb = bytearray(encoded("PNG", 4, 4))
    bomb[16:24] = (60000).to_bytes(4, "big") * 2
    for name, content, header, problem in [
        ("photo.png", encoded("PNG", 60, 90), ("PNG", 60, 90), ""),
        ("photo.jpg", encoded("JPEG", 60, 90), ("JPEG", 60, 90), ""),
        ("tiny.png", encoded("PNG", 2, 9), ("PNG", 2, 9), "has 9 × 2 pixels"),
        ("bomb.png", bytes(bomb), ("PNG", 60000, 60000), "has 60000 × 60000 pixels"),
        ("moving.gif", encoded("GIF", 20, 20), (None, 0, 0), "is no PNG or JPEG"),
        ("notes.txt", b"three words only", (None, 0, 0), "is no PNG or JPEG"),
        ("empty.png", b"", (None, 0, 0), "is empty"),
    ]:
        kind, height, width = header
        yield {
            "name": name,
            "bytes": base64_of(content),
            **{"kind": kind, "height": height, "width": width, "problem": problem},
        }


def brightness():
    rgba = torch.randint(0, 256, (20, 4), generator=torch.Generator().manual_seed(1))
    X = (rgba[:, :3] / 255 * torch.tensor(images.LUMINANCE)).sum(1)
    return {"rgba": rgba.flatten().tolist(), "luminance": images.LUMINANCE, "X": X.tolist()}


def correlation_stepper():
    chance, generator = random.Random(2), torch.Generator().manual_seed(2)
    first = widgets.CorrelationStepper()
    cases = [
        {
            "changes": {},
            "expected": {
                "Y": first.Y.flatten().tolist(),
                "call": "F.conv2d(X[None, None], K[None, None])[0, 0]",
            },
        }
    ]
    for _ in range(30):
        stepper = widgets.CorrelationStepper(
            random_numbers(generator, chance.randint(1, 8), chance.randint(1, 8)),
            random_numbers(generator, chance.randint(1, 3), chance.randint(1, 3)),
        )
        options = {
            "stride": chance.randint(1, 3),
            "padding": chance.randint(0, 3),
            "dilation": chance.randint(1, 3),
        }
        stepper.view.update({**options, "flip": chance.random() < 0.5})
        kernel = "K.flip(0, 1)[None, None]" if stepper.view.flip else "K[None, None]"
        said = "".join(
            f", {name}={value}"
            for name, value in options.items()
            if value != (0 if name == "padding" else 1)
        )
        try:
            Y = stepper.Y.flatten().tolist()
        except ValueError:  # the kernel does not fit
            Y = None
        call = f"F.conv2d(X[None, None], {kernel}{said})[0, 0]"
        cases.append({"changes": traits_of(stepper.view), "expected": {"Y": Y, "call": call}})
    return {"traits": traits_of(first.view), "cases": cases}


def dense_to_convolution():
    demo = widgets.DenseToConvolution()
    cases = []
    for stage, k_h, k_w, weights in [
        (0.0, 1, 2, "42 × 48 = 2,016 weights"),
        (0.25, 2, 3, "of 1,440 weights"),
        (1.0, 1, 2, "42 × 2 = 84 weights"),
        (1.5, 3, 1, "the 96 weights become alike"),
        (2.0, 1, 2, "2 weights, each used 42 times"),
        (2.0, 3, 3, "9 weights, each used 24 times"),
        (2.0, 1, 1, "1 weight, used 48 times"),
    ]:
        demo.view.update({"stage": stage, "k_h": k_h, "k_w": k_w})
        expected = {"matrix": numbers(demo.matrix), "Y": numbers(demo.Y), "weights": weights}
        cases.append({"changes": {"stage": stage, "k_h": k_h, "k_w": k_w}, "expected": expected})
    return {"traits": traits_of(demo.view), "cases": cases}


def equivariance_meter():
    meter = EquivarianceMeter()
    scene = {
        "data": [byte / 255 for byte in meter.view.scene],
        "height": SCENE_SHAPE[0],
        "width": SCENE_SHAPE[1],
    }
    cases = []
    for kernel, (name, K) in enumerate(KERNELS.items()):
        for right, down, stride, padded in [
            (6, 0, 1, False),
            (-9, 4, 1, True),
            (5, -3, 2, False),
            (1, 0, 3, True),
            (16, -16, 2, True),
        ]:
            meter.view.update({"kernel": kernel, "stride": stride, "padded": padded})
            meter.view.update({"shift_right": right, "shift_down": down})
            settings = {"right": right, "down": down, "stride": stride, "padded": padded}
            cases.append(
                {
                    "name": name,
                    "kernel": K.flatten().tolist(),
                    "settings": {**settings, "margin": MARGIN},
                    "difference": numbers(meter.difference),
                    "largest": meter.largest_difference(),
                }
            )
    return {"scene": scene, "cases": cases}


def parameter_count():
    for side, channels, units, kernel in [(1000, 3, 1000, 3), (28, 1, 1, 3), (2000, 16, 999, 15)]:
        counts = widgets.ParameterCount(side, channels, units, kernel).counts
        yield {
            "sizes": {"side": side, "channels": channels, "units": units, "kernel": kernel},
            "counts": {name: [str(n) for n in pair] for name, pair in counts.items()},
        }


def kernel_studio():
    return [[] if K is None else K.flatten().tolist() for K in PRESETS.values()]


def target_game():
    game = widgets.TargetGame()
    generator = torch.Generator().manual_seed(3)
    cases = []
    for level in range(1, len(game.view.levels) + 1):
        game.level = level
        solution = torch.tensor(game.view.levels[level - 1]["kernel"]).reshape(3, 3)
        for K in (
            torch.zeros(3, 3),
            solution,
            0.9 * solution,
            torch.randn(3, 3, generator=generator),
        ):
            game.kernel = K
            expected = {
                "target": [game.target.min().item(), game.target.max().item()],
                "output": [game.output.min().item(), game.output.max().item()],
                "score": game.score,
            }
            names = [name for name in game.view.keys if name.startswith("k_")]
            changes = {name: getattr(game.view, name) for name in [*names, "level"]}
            cases.append({"changes": changes, "expected": expected})
    return {"traits": traits_of(game.view), "cases": cases}


def descent_cockpit():
    cockpit, chance = DescentCockpit(), random.Random(5)
    traits = traits_of(cockpit.view)
    cases = []
    for trial in range(24):
        cockpit.example = cockpit.view.examples[trial % 4]["name"]
        cockpit.lr = chance.choice([0, 0.01, 1 / 30, chance.uniform(0, 0.06), 0.06])
        cockpit.num_steps = chance.randint(0, 10)
        cockpit.start = [[round(chance.uniform(-3, 3), 2) for _ in range(2)]]
        names = ("lr", "num_steps", "start_0", "start_1", "example")
        expected = {
            "losses": cockpit.losses.tolist(),
            "kernel": cockpit.kernel.flatten().tolist(),
            "limit": largest_stable_lr(cockpit.X, (1, 2)),
        }
        changes = {name: getattr(cockpit.view, name) for name in names}
        cases.append({"changes": changes, "expected": expected})
    return {"traits": traits, "cases": cases}


def receptive_field_explorer():
    chance = random.Random(6)
    for _ in range(30):
        layers = [
            Layer(
                chance.randint(1, 5),
                chance.randint(1, 3),
                chance.randint(0, 3),
                chance.randint(1, 2),
            )
            for _ in range(chance.randint(1, 4))
        ]
        try:
            sizes = map_sizes(layers, 60)
        except ValueError:  # nothing is left
            continue
        fields = [receptive_field(layers[:n]) for n in range(len(layers) + 1)]
        cell = chance.randrange(sizes[-1])
        # A layer of ones adds up the paths: the gradient counts those from each pixel.
        x = torch.zeros(1, 1, 60, dtype=torch.float64, requires_grad=True)
        y = x
        for layer in layers:
            ones = torch.ones(1, 1, layer.kernel_size, dtype=torch.float64)
            y = F.conv1d(y, ones, None, layer.stride, layer.padding, layer.dilation)
        (paths,) = torch.autograd.grad(y[0, 0, cell], x)
        yield {
            "layers": [{name: getattr(layer, name) for name in LIMITS} for layer in layers],
            "side": 60,
            "sizes": sizes,
            "fields": [[f.size, f.stride, -f.padding] for f in fields],
            "cell": cell,
            "inputs": list(fields[-1].inputs(cell)),
            "paths": paths.flatten().tolist(),
        }


def tuning_curve():
    generator = torch.Generator().manual_seed(7)
    for stimulus, side, angles in [("edge", 3, (0, 33, 90, 211.5)), ("bar", 8, (0, 17, 90, 140))]:
        bank = widgets.TuningCurve(torch.randn(3, side, side, generator=generator), stimulus)
        for angle in angles:
            bank.angle = angle
            yield {
                "kernels": bank.view.kernels,
                **{"side": side, "stimulus": stimulus, "angle": angle},
                "responses": bank.responses.tolist(),
            }


def gabor_explorer():
    chance = random.Random(8)
    X = images.photo("camera", size=(120, 160)).double()
    for _ in range(4):
        values = {name: chance.uniform(low, high) for name, (low, high, *_) in RANGES.items()}
        K = GaborExplorer(**values).kernel.double()
        Y = F.conv2d((X - X.mean())[None, None], (K / K.abs().sum())[None, None])
        yield {
            "side": K.shape[0],
            "numbers": values,
            "kernel": numbers(K),
            "photo": matrix(X),
            "lowest": Y.min().item(),
            "highest": Y.max().item(),
        }


FIXTURES = {
    "correlate": correlate,
    "colours": colours,
    "files": files,
    "brightness": brightness,
    "correlation_stepper": correlation_stepper,
    "dense_to_convolution": dense_to_convolution,
    "equivariance_meter": equivariance_meter,
    "parameter_count": parameter_count,
    "kernel_studio": kernel_studio,
    "target_game": target_game,
    "descent_cockpit": descent_cockpit,
    "receptive_field": receptive_field_explorer,
    "tuning_curve": tuning_curve,
    "gabor_explorer": gabor_explorer,
}


def test_javascript_computes_what_torch_computes(tmp_path):
    if shutil.which("node") is None:
        stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        stop("There is no node on PATH: install Node.js to test the JavaScript.")
    for name, make in FIXTURES.items():
        made = make()
        made = made if isinstance(made, dict) else list(made)
        (tmp_path / f"{name}.json").write_text(json.dumps(made, allow_nan=False))
    assembled = tmp_path / "assembled"
    assembled.mkdir()
    for name in widgets.__all__:
        module = importlib.import_module(getattr(widgets, name).__module__)
        source = assets.javascript(module.__file__)
        (assembled / f"{name}.mjs").write_text(source, encoding="utf-8")
    files = sorted(HERE.glob("*.test.js"))
    run = subprocess.run(
        ["node", "--test", *files],
        env={**os.environ, "FIXTURES": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert files and run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ('import { a } from "./b.js";\n', FileNotFoundError, r"w\.js imports \./b\.js, but there"),
        ('import { a } from "./c.js";\n', ImportError, r"w\.js imports a, not found in c\.js"),
    ],
)
def test_a_wrong_import_is_named(tmp_path, source, error, message):
    (tmp_path / "c.js").write_text("export const b = 1;\n")
    (tmp_path / "w.js").write_text(source)
    with pytest.raises(error, match=message):
        assets.javascript(tmp_path / "w.py")
