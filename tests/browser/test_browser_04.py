"""Chapter 04 in a real JupyterLab: the kernel studio and the target game, under hand and eye."""

import io
import json

import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from tools import browser as lab

NAME = "04_edge_detection.ipynb"
CAMERA = "Camera (stays in this page)"


@pytest.fixture(scope="module")
def page_of_all(browser, jupyterlab):
    """The chapter, opened and run once for all tests that leave its kernel alive."""
    chapter = lab.Chapter(browser, jupyterlab, NAME)
    chapter.run()
    chapter.page.locator(".studio").first.wait_for()
    yield chapter
    chapter.close()
    assert chapter.errors == []


@pytest.fixture
def chapter(page_of_all):
    """The same, with the studio as it is at first."""
    chapter = page_of_all
    chapter.run_code(
        "studio.picture.camera = False; studio.picture.grey = False; "
        "studio.kernel, studio.input = kernels.SOBEL_X, 'chelsea'"
    )
    settle(chapter)
    return chapter


def settle(chapter):
    """Wait until the browser has drawn what Python knows, and Python knows what was drawn."""
    chapter.wait_until_idle()
    chapter.wait_for_python(
        "studio.picture.drawn_for == "
        "[studio.picture.source, studio.picture.own_count, *studio._weights()]"
    )


def panel(chapter, of=".studio"):
    return chapter.page.locator(".cfi-panel", has=chapter.page.locator(of)).first


def handles(chapter, of=".studio"):
    return panel(chapter, of).locator(".noUi-handle")


def number(text):
    return float(text.replace("−", "-"))


def python(chapter, expression):
    """Value of an expression in the notebook's kernel; tensors come as nested lists."""
    code = f"import json; _ = {expression}; _ = _.tolist() if hasattr(_, 'tolist') else _"
    return json.loads(chapter.run_code(f"{code}; print(json.dumps(_))"))


def pixels(chapter, n):
    """Red, green, blue and opacity of all that the studio's n-th canvas shows."""
    read = """(canvas) => {
        const { width, height } = canvas;
        return [...canvas.getContext("2d").getImageData(0, 0, width, height).data];
    }"""
    return chapter.page.locator(".studio canvas").nth(n).evaluate(read)


def message(chapter):
    return chapter.page.locator(".studio .cfi-message").first.text_content()


def upload(chapter, name, content, kind="image/png"):
    file = {"name": name, "mimeType": kind, "buffer": content}
    chapter.page.locator(".studio input[type=file]").first.set_input_files(file)
    # Read or refused, the studio then lets go of the file.
    chapter.page.wait_for_function(
        "() => document.querySelector('.studio input[type=file]').value === ''"
    )
    settle(chapter)


def encoded(height, width, kind, colour=(200, 100, 50)):
    image = Image.new("RGB", (width, height), colour)
    image.paste((0, 0, 0), (0, 0, width // 2, height))
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


# --- kernel and map -------------------------------------------------------------------------------


def test_the_map_that_the_browser_drew_is_what_torch_computes(chapter):
    generator = torch.Generator().manual_seed(4)
    for name in ("chelsea", "camera", "coins"):
        K = 2 * torch.randn(3, 3, generator=generator)
        chapter.run_code(f"studio.input = {name!r}; studio.kernel = {K.tolist()}")
        settle(chapter)
        # Python's own answer would not do: what came back must be of this very kernel.
        assert python(chapter, "studio.picture.drawn_for[2:] == studio._weights()")
        drawn = torch.tensor(python(chapter, "studio.output"))
        X = torch.tensor(python(chapter, "studio.input"))
        expected = F.conv2d(
            X[None, None], torch.tensor(python(chapter, "studio.kernel"))[None, None]
        )
        assert drawn.shape == (238, 318)
        assert (drawn - expected[0, 0]).abs().max() < 1e-5


def test_colours_are_centred_on_zero(chapter):
    """White is zero, orange positive, blue negative, and the bar's ends are ± the largest."""
    chapter.run_code("studio.input = 'striped'; studio.kernel = [[0, 0, 0], [1, -1, 0], [0, 0, 0]]")
    settle(chapter)
    shown = torch.tensor(pixels(chapter, 1)).reshape(4, 6, 4)[0, :, :3].tolist()
    white, orange, blue = [255, 255, 255], [107, 44, 4], [16, 57, 107]
    assert shown == [white, orange, white, white, white, blue]
    labels = chapter.page.locator(".studio .map-bar-labels span").all_text_contents()
    assert labels == ["+1", "0", "−1"]
    written = (
        chapter.page.locator(".studio .map-numbers").nth(1).locator("span").all_text_contents()
    )
    assert [number(text) for text in written[:6]] == [0, 1, 0, 0, 0, -1]


def test_a_slider_moves_the_kernel_the_map_and_the_preset(chapter):
    before = pixels(chapter, 1)
    handle = handles(chapter).nth(5)
    handle.focus()
    for _ in range(3):
        handle.press("ArrowRight")
    assert pixels(chapter, 1) != before
    chapter.wait_for_python("studio.kernel.tolist() == [[-1, 0, 1], [-2, 0, 2.75], [-1, 0, 1]]")
    assert panel(chapter).locator("select").first.input_value() == "Your own"


def test_presets_set_the_sliders(chapter):
    for preset, name in [("Blur", "BOX_BLUR"), ("Laplacian", "LAPLACIAN"), ("Emboss", "EMBOSS")]:
        panel(chapter).locator("select").first.select_option(preset)
        chapter.wait_for_python(f"torch.allclose(studio.kernel, kernels.{name})")
    assert number(handles(chapter).first.get_attribute("aria-valuetext")) == -2


def test_python_moves_the_sliders(chapter):
    chapter.run_code("studio.kernel = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]")
    settle(chapter)
    assert number(handles(chapter).nth(4).get_attribute("aria-valuetext")) == 8
    assert python(chapter, "studio.kernel")[1][1] == 8


def test_a_weight_between_two_steps_follows_the_first_key(chapter):
    chapter.run_code("studio.kernel = torch.full((3, 3), 2.125)")  # between 2 and 2.25
    settle(chapter)
    before = number(handles(chapter).nth(1).get_attribute("aria-valuetext"))
    assert before in (2, 2.25) and python(chapter, "studio.kernel")[0] == [2.125] * 3
    handles(chapter).nth(1).press("ArrowLeft")
    chapter.wait_for_python(f"studio.kernel[0].tolist() == [2.125, {before - 0.25}, 2.125]")


def test_pointing_shows_the_nine_products(chapter):
    chapter.run_code("studio.kernel = [[1, 2, 3], [4, 5, 6], [7, 8, -9]]")
    settle(chapter)
    frame = chapter.page.locator(".studio .map-frame").nth(1)
    frame.hover(position={"x": 60, "y": 40})
    for key in ("ArrowRight", "Shift+ArrowDown", "ArrowLeft", "ArrowUp"):
        frame.press(key)
    total = chapter.page.locator(".studio-total").first.text_content()
    row, column = (int(n) for n in total.split("[")[1].split("]")[0].split(","))
    expected = python(chapter, f"studio.output[{row}, {column}]")
    assert number(total.split("=")[1]) == pytest.approx(expected, rel=5e-3)
    tables = chapter.page.locator(".studio-nine")
    window, kernel, products = (
        [number(text) for text in table.locator("span").all_text_contents()]
        for table in tables.all()[:3]
    )
    assert kernel == [1, 2, 3, 4, 5, 6, 7, 8, -9]
    true_window = torch.tensor(python(chapter, "studio.input"))
    true_window = true_window[row : row + 3, column : column + 3].flatten().tolist()
    assert window == pytest.approx(true_window, abs=6e-3)
    true_products = [x * k for x, k in zip(true_window, kernel, strict=True)]
    assert products == pytest.approx(true_products, rel=0.06)


def test_the_map_is_new_before_the_next_frame(chapter):
    """A key on a slider has changed the map's pixels by the time its event is done with."""
    press_every_slider = """async () => {
        const panel = document.querySelector(".studio").closest(".cfi-panel");
        const context = panel.querySelectorAll("canvas")[1].getContext("2d");
        const pixels = () => context.getImageData(0, 0, 318, 238).data;
        const changed = [];
        for (const handle of panel.querySelectorAll(".noUi-handle")) {
            const before = pixels();
            const options = { key: "ArrowRight", bubbles: true };
            handle.dispatchEvent(new KeyboardEvent("keydown", options));
            for (let turn = 0; turn < 5; turn++) await null;
            changed.push(pixels().some((value, at) => value !== before[at]));
        }
        return changed;
    }"""
    assert chapter.page.evaluate(press_every_slider) == [True] * 9


# --- your own picture -----------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "tolerance"), [("PNG", 0.003), ("JPEG", 0.03)])
def test_your_own_picture(chapter, kind, tolerance):
    upload(chapter, f"mine.{kind.lower()}", encoded(600, 900, kind), f"image/{kind.lower()}")
    assert message(chapter) == ""
    X = torch.tensor(python(chapter, "studio.input"))
    assert X.shape == (213, 320)
    bright = (0.2125 * 200 + 0.7154 * 100 + 0.0721 * 50) / 255
    assert (X[:, :150] < tolerance).all() and (X[:, 170:] - bright).abs().max() < tolerance
    assert panel(chapter).locator("select").nth(1).input_value() == "Your own picture"
    expected = F.conv2d(X[None, None], torch.tensor(python(chapter, "studio.kernel"))[None, None])
    assert (torch.tensor(python(chapter, "studio.output")) - expected[0, 0]).abs().max() < 1e-5


def test_small_pictures_are_not_blown_up(chapter):
    upload(chapter, "small.png", encoded(5, 8, "PNG"))
    assert torch.tensor(python(chapter, "studio.input")).shape == (5, 8)


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
    "large.png": (b"\x89PNG\r\n\x1a\n" + bytes(21_000_000), "is 21 MB large"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_other_files_get_a_sentence_and_the_last_picture_stays(chapter, name):
    content, said = BAD_FILES[name]
    upload(chapter, "mine.png", encoded(40, 60, "PNG"))
    before, shown = python(chapter, "studio.input"), pixels(chapter, 0)
    upload(chapter, name, content)
    assert message(chapter).startswith(f"“{name}” {said}")
    assert message(chapter).count(":") == 1 and message(chapter).endswith(".")
    assert pixels(chapter, 0) == shown and python(chapter, "studio.input") == before


# --- the game -----------------------------------------------------------------------------------


def test_the_game_is_won_with_sliders_and_scores_as_python_does(chapter):
    page = chapter.page
    chapter.run_code("game.level = 1; game.kernel = torch.zeros(3, 3)")
    settle(chapter)
    verdict = page.locator(".game-verdict").first
    following = page.get_by_role("button", name="Next level").first
    assert verdict.text_content() == "0 % alike" and following.is_disabled()
    middle = handles(chapter, ".game").nth(4)
    middle.focus()
    for _ in range(3):
        middle.press("ArrowRight")
        settle(chapter)
        assert verdict.text_content() == f"{python(chapter, 'game.score')} % alike"
    middle.press("ArrowRight")
    settle(chapter)
    assert "Won!" in verdict.text_content()
    chapter.wait_for_python("game.solved == [1]")
    following.click()
    chapter.wait_for_python("game.level == 2")
    for level in (3, 5, 7):
        K = torch.randn(3, 3).tolist()
        chapter.run_code(f"game.level = {level}; game.kernel = {K}")
        settle(chapter)
        assert verdict.text_content() == f"{python(chapter, 'game.score')} % alike"
    page.get_by_role("button", name="All weights to zero").first.click()
    chapter.wait_for_python("not game.kernel.any()")


# From here on every test opens the chapter anew, and with it ends the kernel of those above.
# --- the camera -----------------------------------------------------------------------------------


@pytest.fixture
def with_flags(browser, jupyterlab):
    """Opens the chapter in a Chromium with more flags."""
    opened = []

    def open_one(*flags):
        other = browser.browser_type.launch(
            executable_path=lab.CHROMIUM, args=[*lab.CHROMIUM_FLAGS, *flags]
        )
        chapter = lab.Chapter(other, jupyterlab, NAME)
        opened.append((other, chapter))
        chapter.run()
        chapter.page.locator(".studio").first.wait_for()
        settle(chapter)
        return chapter

    yield open_one
    for other, chapter in opened:
        chapter.close()
        other.close()
        assert chapter.errors == []


def test_camera_frames_are_drawn_and_leave_the_page_nowhere(with_flags):
    chapter = with_flags("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page = chapter.page
    still = pixels(chapter, 0)
    sent = []
    devtools = chapter.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.webSocketFrameSent", lambda event: sent.append(event["response"]["payloadData"])
    )
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.get_by_label(CAMERA).check()

    frames = [pixels(chapter, 1)]

    def another_frame_is_drawn():
        frames.append(pixels(chapter, 1))
        other = frames[-1] != frames[-2]  # pytest would take long to tell how
        assert other

    for _ in range(4):
        lab.eventually(page, another_frame_is_drawn)
    handles(chapter).nth(3).focus()
    handles(chapter).nth(3).press("ArrowLeft")
    chapter.wait_for_python("studio.kernel[1, 0] == -1.25")
    lab.eventually(page, another_frame_is_drawn)
    # No message is as long as a frame, be it packed as small and as badly as a browser can.
    frame = page.locator(".studio canvas").first.evaluate(
        "(canvas) => canvas.toDataURL('image/jpeg', 0).length"
    )
    assert max(map(len, sent)) < frame and sum(map(len, sent)) < 250_000
    assert python(chapter, "torch.equal(studio.input, images.photo('chelsea', size=(240, 320)))")
    page.get_by_label(CAMERA).uncheck()

    def the_photo_is_back():
        same = pixels(chapter, 0) == still
        assert same

    lab.eventually(page, the_photo_is_back)
    assert message(chapter) == ""


def test_a_camera_that_comes_late_is_switched_off_again(with_flags):
    chapter = with_flags("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page = chapter.page
    page.evaluate(
        """() => {
            window.streams = [];
            const devices = navigator.mediaDevices;
            const ask = devices.getUserMedia.bind(devices);
            devices.getUserMedia = async (wish) => {
                await new Promise((done) => setTimeout(done, 800)); // someone reads the question
                streams.push(await ask(wish));
                return streams.at(-1);
            };
        }"""
    )
    alive = """() => streams.map((stream) => stream.getTracks()[0].readyState).join()"""
    for _ in range(3):
        page.get_by_label(CAMERA).click()
        page.wait_for_timeout(150)
    page.wait_for_function(f"() => ({alive})() === 'ended,live'")
    page.get_by_label(CAMERA).uncheck()
    page.wait_for_function(f"() => ({alive})() === 'ended,ended'")
    # Nor does it go on by itself where the studio is shown again.
    page.get_by_label(CAMERA).check()
    page.wait_for_function(f"() => ({alive})() === 'ended,ended,live'")
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.wait_for_function(f"() => ({alive})() === 'ended,ended,ended'")
    chapter.wait_for_python("not studio.picture.camera")


def test_a_refused_camera_gets_a_sentence_and_the_last_picture_stays(with_flags):
    chapter = with_flags("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    still = pixels(chapter, 0)
    chapter.page.get_by_label(CAMERA).click()
    chapter.page.wait_for_function(
        "() => document.querySelector('.studio .cfi-message').textContent !== ''"
    )
    assert message(chapter) == (
        "The camera was refused, so the last picture stays: allow it in the browser, try again."
    )
    assert not chapter.page.get_by_label(CAMERA).is_checked()
    assert pixels(chapter, 0) == still


# --- two views, and no kernel -------------------------------------------------------------------


def test_two_views_of_one_studio_stay_equal(open_chapter):
    chapter = open_chapter(NAME)
    chapter.run()
    chapter.page.locator(".studio").first.wait_for()
    settle(chapter)
    chapter.page.evaluate(
        """() => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCellIndex = content.widgets.findIndex(
                (cell) => cell.model.sharedModel.getSource().includes("studio = KernelStudio()"));
            return jupyterapp.commands.execute("notebook:create-output-view");
        }"""
    )
    chapter.page.wait_for_function("() => document.querySelectorAll('.studio').length == 2")
    handle = handles(chapter).nth(1)
    handle.focus()
    handle.press("ArrowLeft")
    views = chapter.page.locator(".studio")
    shown = views.evaluate_all(
        "views => views.map(v => [v.querySelectorAll('canvas')[1].toDataURL(),"
        " v.querySelector('.studio-facts').textContent].join())"
    )
    assert len(shown) == 2 and shown[0] == shown[1]


def test_all_of_it_answers_without_a_kernel(open_chapter):
    chapter = open_chapter(NAME)
    chapter.run()
    chapter.page.locator(".studio").first.wait_for()
    settle(chapter)
    chapter.shut_down_kernel()
    facts = chapter.page.locator(".studio-facts").first
    panel(chapter).locator("select").first.select_option("Sharpen")
    assert facts.text_content().startswith("The weights sum to 1.")
    handles(chapter).nth(4).focus()
    handles(chapter).nth(4).press("ArrowLeft")
    assert facts.text_content().startswith("The weights sum to 0.75.")
    panel(chapter).locator("select").nth(1).select_option("Striped, 6×8")
    caption = chapter.page.locator(".studio .cfi-caption").first
    assert caption.text_content() == "Picture X, 6 × 8"
    file = {"name": "mine.png", "mimeType": "image/png", "buffer": encoded(30, 50, "PNG")}
    chapter.page.locator(".studio input[type=file]").first.set_input_files(file)
    chapter.page.wait_for_function(
        "() => document.querySelector('.studio .cfi-caption').textContent == 'Picture X, 30 × 50'"
    )
    handles(chapter, ".game").nth(4).focus()
    for _ in range(4):
        handles(chapter, ".game").nth(4).press("ArrowRight")
    assert "Won!" in chapter.page.locator(".game-verdict").first.text_content()
