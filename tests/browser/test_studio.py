"""The kernel studio: weights, map and numbers that agree, and pictures of one's own."""

import io

import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from helpers import kernels

from .panel import eventually, numbers


@pytest.fixture
def studio(show):
    return show("KernelStudio()")


def map_of(studio, gallery):
    """The feature map that torch computes from what Python knows of the studio."""
    X, K = (torch.tensor(gallery.python(f"w.{name}")) for name in ("input", "kernel"))
    return F.conv2d(X[None, None], K[None, None])[0, 0]


def colours(Y):
    """Red, green and blue of a signed map whose strongest colour is its largest number."""
    stops = torch.tensor(
        [
            [16, 57, 107], [33, 102, 172], [146, 191, 224], [255, 255, 255],
            [246, 178, 122], [194, 87, 12], [107, 44, 4],
        ]
    ).float()  # fmt: skip
    place = 3 + 3 * Y.flatten() / Y.abs().max()
    left = place.long().clamp(max=5)
    return torch.lerp(stops[left], stops[left + 1], (place - left)[:, None])


def test_the_map_is_the_one_of_torch_with_zero_white(studio, gallery):
    gallery.run_code(
        "w.kernel = [[0.5, -1, 2], [1.25, 0.25, -3], [0.75, 0, -1]]; w.input = 'coins'"
    )
    studio.press("weight K[0, 0]", "ArrowLeft", times=2)
    gallery.wait_for_python("w.kernel[0, 0] == 0")

    def the_page_agrees():
        Y = map_of(studio, gallery)
        shown = torch.tensor(studio.pixels(1)).float()[:, :3]
        assert shown.shape == (238 * 318, 3)
        assert (shown - colours(Y)).abs().max() < 4
        total, lowest, highest = studio.numbers(".studio-facts")
        assert total == pytest.approx(-0.75)
        assert [lowest, highest] == pytest.approx([Y.min().item(), Y.max().item()], rel=6e-3)

    eventually(studio.page, the_page_agrees)


def test_python_gets_the_map_that_the_browser_drew(studio, gallery):
    gallery.run_code("conv2d, F.conv2d = F.conv2d, lambda *_: torch.zeros(1, 1, 1, 1)")
    try:
        studio.press("weight K[1, 2]", times=3)
        gallery.wait_for_python("w.output.shape == (238, 318) and w.kernel[1, 2] == 2.75")
        drawn = torch.tensor(gallery.python("w.output"))
    finally:
        gallery.run_code("F.conv2d = conv2d")
    assert (drawn - map_of(studio, gallery)).abs().max() < 1e-5


def test_the_colour_bar_ends_at_the_largest_number_either_way(studio, gallery):
    gallery.run_code("w.input = 'striped'; w.kernel = [[0, 0, 0], [1, -1, 0], [0, 0, 0]]")
    studio.wait_for("Picture X, 6 × 8")
    eventually(studio.page, lambda: _equal(studio.texts(".map-bar-labels span"), ["+1", "0", "−1"]))
    white, orange, blue = [255, 255, 255], [107, 44, 4], [16, 57, 107]
    first_row = [pixel[:3] for pixel in studio.pixels(1)[:6]]
    assert first_row == [white, orange, white, white, white, blue]
    written = studio.find(".map-numbers").nth(1).locator("span").all_text_contents()
    assert numbers(" ".join(written[:6])) == [0, 1, 0, 0, 0, -1]


def _equal(shown, expected):
    assert shown == expected


def test_presets_and_python_move_the_sliders(studio, gallery):
    preset = studio.menu("Preset")
    for label, K in [("Blur", kernels.BOX_BLUR), ("Emboss", kernels.EMBOSS)]:
        preset.select_option(label)
        gallery.wait_for_python(f"torch.allclose(w.kernel, torch.tensor({K.tolist()}))")
    assert studio.values() == kernels.EMBOSS.flatten().tolist()
    gallery.run_code("w.kernel = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]")
    eventually(studio.page, lambda: _equal(studio.values(), [-1] * 4 + [8] + [-1] * 4))
    assert preset.input_value() == "Your own"


def test_a_weight_between_two_steps_stays_exact_until_its_slider_is_moved(studio, gallery):
    gallery.run_code("w.kernel = torch.full((3, 3), 2.125)")  # between 2 and 2.25
    eventually(studio.page, lambda: _equal(studio.values()[1] in (2, 2.25), True))
    gallery.wait_until_idle()
    before = studio.values()[1]
    assert gallery.python("w.kernel")[0] == [2.125] * 3
    studio.press("weight K[0, 1]", "ArrowLeft")
    gallery.wait_for_python(f"w.kernel[0].tolist() == [2.125, {before - 0.25}, 2.125]")


def test_pointing_shows_the_nine_products_and_their_sum(studio, gallery):
    gallery.run_code("w.kernel = [[1, 2, 3], [4, 5, 6], [7, 8, -9]]")
    eventually(studio.page, lambda: _equal(studio.values()[8], -9))
    frame = studio.find(".map-frame").nth(1)
    frame.hover(position={"x": 60, "y": 40})
    for key in ("ArrowRight", "Shift+ArrowDown", "ArrowLeft", "ArrowUp"):
        frame.press(key)
    row, column, total = studio.numbers(".studio-total")[-3:]
    row, column = int(row), int(column)
    assert total == pytest.approx(map_of(studio, gallery)[row, column].item(), rel=5e-3)
    window, kernel, products = (
        numbers(" ".join(table.locator("span").all_text_contents()))
        for table in studio.find(".studio-nine").all()
    )
    assert kernel == [1, 2, 3, 4, 5, 6, 7, 8, -9]
    X = torch.tensor(gallery.python("w.input"))
    expected = X[row : row + 3, column : column + 3].flatten().tolist()
    assert window == pytest.approx(expected, abs=6e-3)
    expected = [x * k for x, k in zip(expected, kernel, strict=True)]
    assert products == pytest.approx(expected, rel=0.06)


# --- your own picture -----------------------------------------------------------------------------


def encoded(height, width, kind, colour=(200, 100, 50)):
    """A file whose left half is black and whose right half has a colour."""
    image = Image.new("RGB", (width, height), colour)
    image.paste((0, 0, 0), (0, 0, width // 2, height))
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


def upload(studio, name, content, zeros=0):
    """Choose a file of these bytes and that many zeros."""
    file = studio.find("input[type=file]")
    file.evaluate(
        """(input, [name, content, zeros]) => {
            const chosen = new DataTransfer();
            const bytes = [new Uint8Array(content), new Uint8Array(zeros)];
            chosen.items.add(new File(bytes, name, { type: "image/png" }));
            input.files = chosen.files;
            input.dispatchEvent(new Event("change"));
        }""",
        [name, list(content), zeros],
    )
    # Read or refused, the studio then lets go of the file.
    eventually(studio.page, lambda: _equal(file.input_value(), ""))


def test_a_png_or_jpeg_is_read_and_shrunk_but_never_enlarged(studio, gallery):
    for kind, tolerance in [("PNG", 0.003), ("JPEG", 0.03)]:
        upload(studio, f"mine.{kind.lower()}", encoded(600, 900, kind))
        assert studio.text(".cfi-message") == ""
        gallery.wait_for_python("w.input.shape == (213, 320)")
        X = torch.tensor(gallery.python("w.input"))
        bright = (0.2125 * 200 + 0.7154 * 100 + 0.0721 * 50) / 255
        assert (X[:, :150] < tolerance).all(), kind
        assert (X[:, 170:] - bright).abs().max() < tolerance, kind
        assert studio.menu("Picture").input_value() == "Your own picture"
        _, lowest, highest = studio.numbers(".studio-facts")
        Y = map_of(studio, gallery)
        assert [lowest, highest] == pytest.approx([Y.min().item(), Y.max().item()], rel=6e-3)
        upload(studio, "small.png", encoded(5, 8, "PNG"))
        gallery.wait_for_python("w.input.shape == (5, 8)")


def bomb():
    """A PNG of a few bytes that says it has 60000×60000 pixels."""
    data = bytearray(encoded(4, 4, "PNG"))
    data[16:24] = (60000).to_bytes(4, "big") * 2
    return bytes(data)


BAD_FILES = {
    "empty.png": (b"", "is empty"),
    "notes.txt": (b"three words only", "is no PNG or JPEG picture"),
    "moving.gif": (encoded(20, 20, "GIF"), "is no PNG or JPEG picture"),
    "renamed.png": (b"%PDF-1.7 and so on, long enough to be read", "is no PNG or JPEG picture"),
    "torn.png": (encoded(64, 64, "PNG")[:60], "is damaged"),
    "torn.jpg": (encoded(64, 64, "JPEG")[:200], "is"),
    "bomb.png": (bomb(), "has 60000 × 60000 pixels"),
    "tiny.png": (encoded(2, 9, "PNG"), "has 9 × 2 pixels"),
    "large.png": (b"\x89PNG\r\n\x1a\n", "is 21 MB large"),
}


def test_a_file_that_cannot_be_shown_gets_a_sentence_and_the_last_picture_stays(studio, gallery):
    upload(studio, "mine.png", encoded(40, 60, "PNG"))
    gallery.wait_for_python("w.input.shape == (40, 60)")
    before, shown = gallery.python("w.input"), studio.pixels(0)
    faults = []
    for name, (content, said) in BAD_FILES.items():
        upload(studio, name, content, zeros=21_000_000 if name == "large.png" else 0)
        message = studio.text(".cfi-message")
        starts = message.startswith(f"“{name}” {said}")
        if not (starts and message.count(":") == 1 and message.endswith(".")):
            faults.append(f"{name}: {message!r}")
        if studio.pixels(0) != shown:
            faults.append(f"{name} changed the picture")
    assert not faults, "\n".join(faults)
    gallery.wait_until_idle()
    assert gallery.python("w.input") == before
