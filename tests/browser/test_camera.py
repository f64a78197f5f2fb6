"""The camera of the kernel studio: drawn at once, sent nowhere, and off when nobody looks."""

import pytest

from .panel import eventually

CAMERA = "Camera (stays in this page)"


@pytest.fixture
def studio(show, gallery):
    gallery.context.grant_permissions(["camera"])
    yield show("KernelStudio()")
    gallery.context.clear_permissions()


def camera(studio):
    return studio.locator.get_by_label(CAMERA)


def look_of(studio, n):
    return studio.find("canvas").nth(n).evaluate("(canvas) => canvas.toDataURL()")


def wait_for_another_map(studio, before):
    studio.find("canvas").nth(1).evaluate(
        """async (canvas, before) => {
            while (canvas.toDataURL() === before) await new Promise(requestAnimationFrame);
        }""",
        before,
    )
    return look_of(studio, 1)


def test_frames_are_drawn_and_leave_the_page_nowhere(studio, gallery):
    still, last = look_of(studio, 0), look_of(studio, 1)
    gallery.wait_until_idle()
    sent = []
    devtools = gallery.context.new_cdp_session(studio.page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.webSocketFrameSent", lambda event: sent.append(event["response"]["payloadData"])
    )
    studio.page.on("request", lambda request: sent.append(request.post_data or ""))
    camera(studio).check()
    for _ in range(4):
        last = wait_for_another_map(studio, last)
    studio.press("weight K[1, 0]", "ArrowLeft")
    gallery.wait_for_python("w.kernel[1, 0] == -2.25")
    wait_for_another_map(studio, last)
    # No message is as long as a frame, be it packed as small and as badly as a browser can.
    frame = studio.find("canvas").first.evaluate(
        "(canvas) => canvas.toDataURL('image/jpeg', 0).length"
    )
    devtools.detach()
    assert sent and max(map(len, sent)) < frame and sum(map(len, sent)) < 250_000
    assert gallery.python("torch.equal(w.input, images.photo('chelsea', size=(240, 320)))")
    camera(studio).uncheck()

    def the_photo_is_back():
        same = look_of(studio, 0) == still
        assert same  # pytest would take long to tell the difference

    eventually(studio.page, the_photo_is_back)
    assert studio.text(".cfi-message") == ""


# In the page: a camera is granted when the test says so, by calling grant().
_ASK = """
() => {
    window.streams = [];
    window.questions = [];
    const devices = navigator.mediaDevices;
    const ask = Object.getPrototypeOf(devices).getUserMedia.bind(devices);
    devices.getUserMedia = async (wish) => {
        await new Promise((answer) => questions.push(answer));
        streams.push(await ask(wish));
        return streams.at(-1);
    };
}
"""
_STATES = "() => streams.map((stream) => stream.getTracks()[0].readyState).join()"


def test_a_camera_that_comes_late_or_whose_view_is_gone_is_switched_off(studio, gallery):
    page = studio.page
    page.evaluate(_ASK)
    try:
        camera(studio).check()
        page.wait_for_function("() => questions.length === 1")
        camera(studio).uncheck()
        camera(studio).check()
        page.wait_for_function("() => questions.length === 2")
        page.evaluate("() => questions.forEach((answer) => answer())")
        page.wait_for_function(f"() => ({_STATES})() === 'ended,live'")
        camera(studio).uncheck()
        page.wait_for_function(f"() => ({_STATES})() === 'ended,ended'")
        # Nor does it go on by itself where the studio is shown again.
        camera(studio).check()
        page.wait_for_function("() => questions.length === 3")
        page.evaluate("() => questions.at(-1)()")
        page.wait_for_function(f"() => ({_STATES})() === 'ended,ended,live'")
        gallery.clear_last_cell()
        page.wait_for_function(f"() => ({_STATES})() === 'ended,ended,ended'")
        again = gallery.add_cell("w").locator(".cfi-panel")
        again.locator(".cfi").wait_for()
        assert not again.get_by_label(CAMERA).is_checked()
        assert page.evaluate("() => questions.length") == 3
        gallery.remove_last_cell()
    finally:
        page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")


def test_a_refused_camera_gets_a_sentence_and_the_last_picture_stays(studio, gallery):
    still = look_of(studio, 0)
    gallery.context.clear_permissions()
    camera(studio).click()
    studio.page.wait_for_function(
        "(message) => message.textContent", arg=studio.find(".cfi-message").element_handle()
    )
    assert studio.text(".cfi-message") == (
        "The camera was refused, so the last picture stays: allow it in the browser, try again."
    )
    assert not camera(studio).is_checked()
    assert look_of(studio, 0) == still
