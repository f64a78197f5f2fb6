"""A widget in a page, as a learner sees it: its controls by their names, its texts, its look."""

import contextlib
import re
import time

# In the page: all that can be seen of a widget, as one text to compare.
_LOOKS = """
const looks = (panel) => {
    const view = panel.querySelector(".cfi");
    const canvases = [...view.querySelectorAll("canvas")];
    const drawn = canvases.map((canvas) => canvas.width ? canvas.toDataURL() : "");
    const copy = view.cloneNode(true);
    copy.querySelectorAll(".cfi-spoken").forEach((node) => node.remove());
    copy.querySelectorAll("[class='']").forEach((node) => node.removeAttribute("class"));
    return copy.innerHTML + drawn.join();
};
const press = (handle, key) =>
    handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const movable = (handle) => handle.checkVisibility() && !handle.hasAttribute("disabled")
    && handle.getAttribute("aria-valuemin") !== handle.getAttribute("aria-valuemax");
"""

_UNANSWERED = """
async (panels) => {
    LOOKS
    const turns = async () => {
        for (let turn = 0; turn < 5; turn++) await null; // a view draws in a microtask
    };
    // Whether the view changes before the next frame by one of the actions, which is then undone.
    const changes = async (panel, actions) => {
        const before = looks(panel);
        for (const [act, undo] of actions) {
            act();
            await turns();
            if (looks(panel) === before) continue;
            undo();
            await turns();
            return true;
        }
        return false;
    };
    const choose = (menu, index) => {
        menu.selectedIndex = index;
        menu.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const unanswered = [];
    for (const panel of panels) {
        const controls = [];
        for (const handle of [...panel.querySelectorAll(".noUi-handle")].filter(movable)) {
            const to = (key) => () => press(handle, key);
            const [left, right] = [to("ArrowLeft"), to("ArrowRight")];
            // At its end already, a slider goes the other way only.
            controls.push([handle, [[right, left], [left, right], [left, right]]]);
        }
        for (const menu of panel.querySelectorAll("select")) {
            const undo = ((index) => () => choose(menu, index))(menu.selectedIndex);
            const actions = [...menu.options].map((_, n) => [() => choose(menu, n), undo]);
            controls.push([menu, actions]);
        }
        for (const box of panel.querySelectorAll(".widget-checkbox")) {
            if (box.textContent.includes("Camera")) continue; // has tests of its own
            const click = () => box.querySelector("input").click();
            controls.push([box, [[click, click]]]);
        }
        for (const [control, actions] of controls) {
            if (await changes(panel, actions)) continue;
            const name = control.getAttribute("aria-label") ?? control.parentNode.textContent;
            unanswered.push(`${panel.querySelector(".cfi").className}: ${name.slice(0, 40)}`);
        }
    }
    return unanswered;
}
""".replace("LOOKS", _LOOKS)

_MOVE = """
async (panels, keys) => {
    LOOKS
    for (const panel of panels) {
        const handles = [...panel.querySelectorAll(".noUi-handle")].filter(movable);
        for (const handle of new Set([handles[0], handles.at(-1)])) {
            for (const key of keys) {
                press(handle, key);
                await new Promise((done) => setTimeout(done));
            }
        }
    }
}
""".replace("LOOKS", _LOOKS)


def unanswered(panels):
    """The sliders, menus and boxes of some widgets that change nothing before the next frame.

    Args:
        panels: playwright's Locator of the widgets.
    Returns:
        A line for each such control: which one, of which widget.
    """
    assert panels.count() > 0
    return panels.evaluate_all(_UNANSWERED)


def move(panels, right, left):
    """Press the arrow keys on the first and the last slider of some widgets.

    They come faster than a kernel passes changes on, so that old values meet new ones on the way.
    """
    panels.evaluate_all(_MOVE, ["ArrowRight"] * right + ["ArrowLeft"] * left)


def numbers(text):
    """The numbers in a text, as the widgets write them."""
    found = re.findall(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", text.replace("−", "-"))
    return [float(number.replace(",", "")) for number in found]


def eventually(page, check):
    """Call `check` until it fails no more, for half a minute at most; returns what it returns."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(AssertionError):
            return check()
        page.wait_for_timeout(50)
    return check()


class WidgetPanel:
    """One widget in a page: `locator` is its panel, controls and view."""

    def __init__(self, locator):
        self.locator, self.page = locator, locator.page
        locator.locator(".cfi").wait_for()

    def find(self, selector):
        return self.locator.locator(selector)

    def slider(self, name):
        return self.locator.get_by_role("slider", name=name, exact=True)

    def menu(self, name):
        return self.locator.get_by_label(name, exact=True)

    def button(self, name):
        return self.locator.get_by_role("button", name=name)

    def press(self, slider, key="ArrowRight", times=1):
        """Press a key on a slider, given by its name."""
        handle = self.slider(slider)
        for _ in range(times):
            handle.press(key)

    def wait_for(self, text):
        """Wait until its view shows a text; what a screen reader speaks comes last and later."""
        self.find(".cfi").get_by_text(text).first.wait_for()

    def text(self, selector):
        """What the first element says, once the browser has drawn."""
        self.drawn()
        return self.find(selector).first.text_content()

    def texts(self, selector):
        self.drawn()
        return self.find(selector).all_text_contents()

    def words(self):
        """All that its view says."""
        self.drawn()
        return self.find(".cfi").evaluate(
            """(view) => {
                const copy = view.cloneNode(true);
                copy.querySelectorAll(".cfi-spoken").forEach((node) => node.remove());
                return copy.textContent;
            }"""
        )

    def numbers(self, selector):
        return numbers(self.text(selector))

    def drawn(self):
        """Wait until the browser has drawn."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )

    def looks(self):
        """All that can be seen of the view, as one text to compare."""
        self.drawn()
        return self.locator.evaluate(f"(panel) => {{ {_LOOKS} return looks(panel); }}")

    def pixels(self, n):
        """Red, green, blue and opacity of each pixel of the n-th canvas, row by row."""
        self.drawn()
        flat = (
            self.find("canvas")
            .nth(n)
            .evaluate(
                """(canvas) => {
                const { width, height } = canvas;
                return [...canvas.getContext("2d").getImageData(0, 0, width, height).data];
            }"""
            )
        )
        return [flat[n : n + 4] for n in range(0, len(flat), 4)]

    def values(self):
        """The numbers that its sliders say to a screen reader."""
        return self.find(".noUi-handle").evaluate_all(
            "(handles) => handles.map((handle) => Number(handle.getAttribute('aria-valuetext')))"
        )
