"""The receptive field explorer: its numbers, its cells and its stack, against Python."""

import pytest

from helpers.receptive_field import Layer, map_sizes, receptive_field

from .panel import eventually, numbers


@pytest.fixture
def explorer(show):
    return show("ReceptiveFieldExplorer()")


def table(explorer):
    """The explorer's numbers, from the picture up: [cells, size, jump, offset]."""
    explorer.drawn()
    rows = [numbers(text) for text in explorer.find(".explorer-table tr").all_inner_texts()]
    return [row for row in reversed(rows) if len(row) == 4]


def expected(layers, side):
    fields = [receptive_field(layers[:n]) for n in range(len(layers) + 1)]
    sizes = map_sizes(layers, side)
    return [[n, f.size, f.stride, -f.padding] for n, f in zip(sizes, fields, strict=True)]


def choose(explorer, gallery, layers, side):
    """Set layers and side from Python, and wait until the page shows them."""
    gallery.run_code(f"w.layers = {layers!r}; w.input_size = {side}")
    shows(explorer, layers, side)


def shows(explorer, layers, side):
    def the_page_agrees():
        assert table(explorer) == expected(layers, side)

    eventually(explorer.page, the_page_agrees)


def test_presets_show_the_numbers_of_python(explorer, gallery):
    presets = explorer.menu("stack").locator("option").all_text_contents()
    assert len(presets) > 5
    for preset in presets[1:]:
        explorer.menu("stack").select_option(preset)
        gallery.wait_until_idle()
        layers, side = gallery.python("[[[*vars(x).values()] for x in w.layers], w.input_size]")
        assert table(explorer) == expected([Layer(*numbers) for numbers in layers], side), preset


def test_every_cell_sees_what_python_says(explorer, gallery):
    layers = [Layer(5, stride=2, padding=3), Layer(3, dilation=2), Layer(2, stride=2, padding=1)]
    choose(explorer, gallery, layers, 26)
    canvas = explorer.find(".explorer-canvas")
    for level, cells in reversed(list(enumerate(map_sizes(layers, 26)))[1:]):
        field = receptive_field(layers[:level])
        canvas.press("Home")
        for i in range(cells):
            first, last = field.inputs(i)
            said = explorer.find(".explorer-sentence").text_content().replace("−", "-")
            assert f"Cell {i} of the {cells} behind layer {level}" in said
            assert f"sees pixels {first} to {last}: size {field.size}" in said
            if first < 0 or last > 25:
                assert f"Inside the picture: {max(0, first)} to {min(25, last)}" in said
            canvas.press("ArrowRight")
        canvas.press("ArrowDown")


def test_pointing_chooses_a_cell_and_pinning_keeps_it(explorer, gallery):
    choose(explorer, gallery, [Layer(3), Layer(3)], 12)
    canvas = explorer.find(".explorer-canvas")
    width = canvas.bounding_box()["width"]
    canvas.hover(position={"x": width / 24 + 2 * width / 12, "y": 24 + 30 + 8})
    assert "Cell 1 of the 10 behind layer 1 sees pixels 1 to 3" in explorer.text(
        ".explorer-sentence"
    )
    canvas.click(position={"x": width / 24 + 3 * width / 12, "y": 24 + 8})
    canvas.hover(position={"x": 5, "y": 24 + 30 + 8})
    assert "Cell 1 of the 8 behind layer 2 sees pixels 1 to 5" in explorer.text(
        ".explorer-sentence"
    )


def test_buttons_and_sliders_change_the_stack(explorer, gallery):
    choose(explorer, gallery, [Layer(3), Layer(5)], 30)
    explorer.button("add one above").click()
    gallery.wait_for_python(f"w.layers == {[Layer(3), Layer(5), Layer(3)]}")
    for slider, times in [("kernel size", 3), ("stride", 1), ("padding", 2), ("dilation", 1)]:
        explorer.press(slider, times=times)
    changed = Layer(6, stride=2, padding=2, dilation=2)
    gallery.wait_for_python(f"w.layers == {[Layer(3), Layer(5), changed]}")
    explorer.button("move down").click()
    explorer.button("move down").click()
    gallery.wait_for_python(f"w.layers == {[changed, Layer(3), Layer(5)]}")
    shows(explorer, [changed, Layer(3), Layer(5)], 30)
    explorer.find("button.explorer-name").nth(2).click()
    explorer.button("remove").click()
    gallery.wait_for_python(f"w.layers == {[changed, Layer(3)]}")
    assert explorer.button("move up").is_disabled()


def test_a_stack_that_leaves_nothing_is_explained(explorer, gallery):
    gallery.run_code("w.layers = [Layer(3), Layer(5), Layer(3)]; w.input_size = 6")
    explorer.wait_for("Nothing is left after layer 2")
    message = explorer.text(".cfi-message")
    assert "its window spans 5 cells, its padded map has 4" in message
    assert table(explorer) == expected([Layer(3)], 6)
