"""The receptive field explorer in a real page: it shows what Python computes."""

import pytest

from helpers.receptive_field import Layer, map_sizes, receptive_field
from helpers.widgets.receptive_field_explorer import PRESETS
from tools.browser import Chapter

NUMBERS = ["kernel_size", "stride", "padding", "dilation"]


@pytest.fixture(scope="module")
def chapter(browser, jupyterlab):
    chapter = Chapter(browser, jupyterlab, "06_receptive_fields.ipynb")
    chapter.run()
    chapter.page.wait_for_selector(".explorer-canvas")
    # The first explorer of the page has a name in the notebook.
    chapter.panel = chapter.page.locator(".cfi-panel").first
    chapter.panel.scroll_into_view_if_needed()
    yield chapter
    chapter.close()
    assert chapter.errors == []


def settled(chapter):
    """Wait until the browser has drawn what it was told."""
    chapter.page.evaluate(
        "async () => { for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame); }"
    )


def table(chapter):
    """The explorer's numbers, from the picture up: [cells, size, jump, offset]."""
    settled(chapter)
    rows = chapter.panel.locator(".explorer-table").evaluate(
        "(table) => [...table.rows].slice(1).filter((row) => row.cells.length === 4)"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return [[int(text.replace("−", "-")) for text in row] for row in reversed(rows)]


def expected(layers, side):
    fields = [receptive_field(layers[:n]) for n in range(len(layers) + 1)]
    sizes = map_sizes(layers, side)
    return [[n, f.size, f.stride, -f.padding] for n, f in zip(sizes, fields, strict=True)]


def sentence(chapter):
    settled(chapter)
    return chapter.panel.locator(".explorer-sentence").text_content()


def choose(chapter, layers, side=None):
    chapter.run_code(
        f"from helpers.receptive_field import Layer; explorer.layers = {layers!r}"
        + (f"; explorer.input_size = {side}" if side else "")
    )
    settled(chapter)


@pytest.mark.parametrize("preset", list(PRESETS)[1:])
def test_presets_show_the_numbers_of_python(chapter, preset):
    side, described = PRESETS[preset]
    layers = [Layer(*(layer[name] for name in NUMBERS)) for layer in described]
    chapter.panel.locator("select").select_option(preset)
    assert table(chapter) == expected(layers, side)
    chapter.wait_for_python(f"explorer.layers == {layers}")


def test_every_cell_sees_what_python_says(chapter):
    layers = [Layer(5, stride=2, padding=3), Layer(3, dilation=2), Layer(2, stride=2, padding=1)]
    choose(chapter, layers, 40)
    canvas = chapter.panel.locator(".explorer-canvas")
    for level, cells in reversed(list(enumerate(map_sizes(layers, 40)))[1:]):
        field = receptive_field(layers[:level])
        canvas.press("Home")
        for i in range(cells):
            first, last = field.inputs(i)
            said = sentence(chapter).replace("−", "-")
            assert f"Cell {i} of the {cells} behind layer {level}" in said
            assert f"sees pixels {first} to {last}: size {field.size}" in said
            if first < 0 or last > 39:
                assert f"Inside the picture: {max(0, first)} to {min(39, last)}" in said
            canvas.press("ArrowRight")
        canvas.press("ArrowDown")


def test_pointing_and_pinning(chapter):
    choose(chapter, [Layer(3), Layer(3)], 12)
    canvas = chapter.panel.locator(".explorer-canvas")
    width = canvas.bounding_box()["width"]
    canvas.hover(position={"x": width / 24 + 2 * width / 12, "y": 24 + 30 + 8})
    assert "Cell 1 of the 10 behind layer 1 sees pixels 1 to 3" in sentence(chapter)
    canvas.click(position={"x": width / 24 + 3 * width / 12, "y": 24 + 8})
    canvas.hover(position={"x": 5, "y": 24 + 30 + 8})
    assert "Cell 1 of the 8 behind layer 2 sees pixels 1 to 5" in sentence(chapter)
    canvas.click(position={"x": 5, "y": 24 + 8})


def test_buttons_and_sliders_change_the_stack(chapter):
    choose(chapter, [Layer(3), Layer(5)], 30)
    button = chapter.panel.locator(".explorer-buttons")
    button.get_by_text("add one above").click()
    chapter.wait_for_python(f"explorer.layers == {[Layer(3), Layer(5), Layer(3)]}")
    handles = chapter.panel.locator(".noUi-handle")  # side, kernel size, stride, padding, dilation
    for index, presses in [(1, 3), (2, 1), (3, 2), (4, 1)]:
        for _ in range(presses):
            handles.nth(index).press("ArrowRight")
    changed = Layer(6, stride=2, padding=2, dilation=2)
    chapter.wait_for_python(f"explorer.layers == {[Layer(3), Layer(5), changed]}")
    button.get_by_text("move down").click()
    button.get_by_text("move down").click()
    chapter.wait_for_python(f"explorer.layers == {[changed, Layer(3), Layer(5)]}")
    assert table(chapter) == expected([changed, Layer(3), Layer(5)], 30)
    chapter.panel.locator("button.explorer-name").nth(2).click()
    button.get_by_text("remove").click()
    chapter.wait_for_python(f"explorer.layers == {[changed, Layer(3)]}")
    assert button.get_by_text("move up").is_disabled()


def test_nothing_left_is_said_in_words(chapter):
    choose(chapter, [Layer(3), Layer(5), Layer(3)], 6)
    message = chapter.panel.locator(".cfi-message").text_content()
    assert (
        "Nothing is left after layer 2: its window spans 5 cells, its padded map has 4" in message
    )
    assert table_of_what_is_there(chapter) == expected([Layer(3)], 6)


def table_of_what_is_there(chapter):
    rows = chapter.panel.locator(".explorer-table").evaluate(
        "(table) => [...table.rows].slice(1).filter((row) => row.cells.length === 4)"
        ".map((row) => [...row.cells].map((c) => c.textContent))"
    )
    return [[int(text.replace("−", "-")) for text in row] for row in reversed(rows)]


def test_it_goes_on_without_a_kernel(chapter):
    choose(chapter, [Layer(3)], 30)
    chapter.shut_down_kernel()
    chapter.panel.locator("select").select_option("LeNet")
    le_net = [Layer(5, padding=2), Layer(2, stride=2), Layer(5), Layer(2, stride=2)]
    assert table(chapter) == expected(le_net, 28)
    chapter.panel.locator("button.explorer-name").first.click()
    chapter.panel.locator(".noUi-handle").nth(1).press("ArrowRight")
    le_net[0] = Layer(6, padding=2)
    assert table(chapter) == expected(le_net, 28)
    chapter.panel.locator(".explorer-buttons").get_by_text("remove").click()
    assert table(chapter) == expected(le_net[1:], 28)
