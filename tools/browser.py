"""What the browser tests and the benchmark drive: JupyterLab, or the built pages, in Chromium."""

import contextlib
import functools
import http.server
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.notebooks import NOTEBOOKS

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SETTINGS = {
    # Draw every cell, not just those in sight, and ask nothing on opening or closing.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}


@contextlib.contextmanager
def jupyterlab(folder, dark=False):
    """Serve copies of the notebooks from `folder` on the loopback interface.

    Yields:
        The server's address.
    """
    folder = Path(folder)
    notebooks = folder / "notebooks"
    shutil.copytree(NOTEBOOKS, notebooks, dirs_exist_ok=True)
    theme = "JupyterLab Dark" if dark else "JupyterLab Light"
    for name, setting in {**_SETTINGS, "apputils-extension/themes": {"theme": theme}}.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
            *("--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"),
            f"--ServerApp.root_dir={notebooks}",
        ],
        stdout=log,
        stderr=log,
        env={
            **os.environ,
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        },
    )
    try:
        _wait_until_it_answers(server, address, folder / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _wait_until_it_answers(server, address, log):
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab stopped:\n{log.read_text()[-2000:]}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api", timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within a minute:\n{log.read_text()[-2000:]}")


@contextlib.contextmanager
def chromium(extra_flags=()):
    """A headless Chromium; yields playwright's Browser."""
    if CHROMIUM is None:
        raise RuntimeError("no Chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, *extra_flags]
        )
        try:
            yield browser
        finally:
            browser.close()


_numbers = itertools.count()


class Chapter:
    """A notebook open in JupyterLab, with the errors that its page reported so far."""

    def __init__(self, browser, address, name, width=1400, height=1000, **context):
        self.context = browser.new_context(viewport={"width": width, "height": height}, **context)
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", self._note)
        # A workspace of its own: else JupyterLab opens what another page had open, too.
        workspace = f"{address}/lab/workspaces/test-{next(_numbers)}"
        self.page.goto(f"{workspace}/tree/{name}", wait_until="domcontentloaded")
        self.wait_until_open()

    def _note(self, error):
        # That is JupyterLab's, where a kernel ends while it is asked for something.
        if "Canceled future for" not in str(error):
            self.errors.append(str(error))

    def wait_until_open(self):
        """Wait until the notebook and its kernel are there, in a new page or one loaded again."""
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.context", timeout=90_000
        )
        self.page.evaluate(
            """async () => {
                const widget = jupyterapp.shell.currentWidget;
                await widget.context.ready;
                await widget.sessionContext.ready;
                // What the page has asked of the kernel and the kernel has not yet done.
                const undone = new Set();
                const { kernel } = widget.sessionContext.session;
                kernel.statusChanged.connect((_, status) => {
                    if (status === "restarting") undone.clear();
                });
                kernel.anyMessage.connect((_, message) => {
                    const { header, parent_header, channel, content } = message.msg;
                    if (message.direction === "send" && channel === "shell") {
                        undone.add(header.msg_id);
                    } else if (content?.execution_state === "idle") {
                        undone.delete(parent_header.msg_id);
                    }
                });
                window.undone = undone;
                window.inTime = (promise, complaint) => {
                    const tooLong = new Promise((_, fail) => {
                        setTimeout(() => fail(new Error(complaint)), 300000);
                    });
                    return Promise.race([promise, tooLong]);
                };
            }"""
        )
        # The file browser beside the page takes its room on a narrow screen.
        self.page.evaluate("() => jupyterapp.shell.collapseLeft()")

    def run(self):
        """Run all cells and wait for the last one."""
        self.page.evaluate(
            """() => inTime(
                jupyterapp.commands.execute("notebook:run-all-cells"),
                "the cells never come to an end",
            )"""
        )
        self.wait_until_idle()

    def run_cell(self, containing):
        """Run the first code cell whose source contains a text, which renews its widget."""
        self.page.evaluate(
            """async (text) => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = notebook.widgets.findIndex(
                    ({ model }) => model.type === "code" && model.sharedModel.source.includes(text)
                );
                notebook.deselectAll();
                await jupyterapp.commands.execute("notebook:run-cell");
            }""",
            containing,
        )
        self.wait_until_idle()

    def run_code(self, code):
        """Run Python in the notebook's kernel, beside its cells; returns what it prints."""
        return self.page.evaluate(
            """async (code) => {
                const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({ code, store_history: false });
                let text = "";
                future.onIOPub = ({ header, content }) => {
                    if (header.msg_type === "stream") text += content.text;
                    if (header.msg_type === "error") text += content.ename + ": " + content.evalue;
                };
                await inTime(future.done, "no answer from the kernel");
                return text;
            }""",
            code,
        )

    def wait_for_python(self, condition):
        """Wait until a condition holds in the notebook's kernel.

        A browser holds back what a widget changes while the change before is under way.
        """
        for _ in range(120):
            said = self.run_code(f"print(bool({condition}))").strip()
            if said == "True":
                return
            assert said == "False", said
            self.page.wait_for_timeout(100)
        raise AssertionError(f"it never came true in Python that {condition}")

    def wait_until_idle(self):
        """Wait until the kernel has done all that it was asked, by the widgets as well."""
        self.run_code("pass")
        # A widget says what it held back once the change before is done: look a few times.
        self.page.evaluate(
            """async () => {
                const end = performance.now() + 120000;
                for (let quiet = 0; quiet < 5; quiet += 1) {
                    await new Promise((done) => setTimeout(done, 20));
                    if (undone.size) quiet = 0;
                    if (performance.now() > end) throw new Error("the page never comes to rest");
                }
            }"""
        )

    def shut_down_kernel(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def close(self):
        self.context.close()


def eventually(page, check):
    """Call `check` until it fails no more, for ten seconds at most; returns what it returns."""
    for _ in range(100):
        with contextlib.suppress(AssertionError):
            return check()
        page.wait_for_timeout(100)
    return check()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class _QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A browser that leaves a page before all of it has come is no error."""


@contextlib.contextmanager
def served(folder):
    """Serve the files of a folder on the loopback interface; yields the server's address."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with _QuietServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


# In the page: press arrow keys on a slider, and time each until all it changes is drawn.
_PRESSES = """
async (handle, count) => {
    const panel = handle.closest(".cfi-panel");
    const times = [];
    for (let n = 0; n < count; n++) {
        await new Promise((done) => setTimeout(done, 20));
        const key = Math.floor(n / 3) % 2 ? "ArrowLeft" : "ArrowRight"; // to and fro
        const start = performance.now();
        handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        for (let m = 0; m < 5; m++) await null; // a picture draws in a microtask
        panel.getBoundingClientRect();
        for (const canvas of panel.querySelectorAll("canvas")) {
            if (canvas.width) canvas.getContext("2d").getImageData(0, 0, 1, 1);
        }
        times.push(performance.now() - start);
    }
    return times;
}
"""


def looks(panel):
    """All that can be seen of a widget's picture, as one text to compare."""
    return panel.locator(".cfi").first.evaluate(
        """async (picture) => {
            await new Promise(requestAnimationFrame);
            const canvases = [...picture.querySelectorAll("canvas")];
            const drawn = canvases.map((canvas) => canvas.width ? canvas.toDataURL() : "");
            const copy = picture.cloneNode(true);
            copy.querySelectorAll(".cfi-spoken").forEach((node) => node.remove());
            return copy.innerHTML + drawn.join();
        }"""
    )


def moves(handle, panel):
    """Whether the panel's picture changes when an arrow key is pressed on one of its sliders."""
    before = looks(panel)
    # At its end already, a slider goes the other way only.
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
        handle.press(key)
        if looks(panel) != before:
            return True
    return False


def values(panel):
    """The values of a panel's sliders, as they are said to a screen reader."""
    return panel.locator(".noUi-handle").evaluate_all(
        "(handles) => handles.map((handle) => handle.getAttribute('aria-valuetext'))"
    )


class LivePage:
    """One of the built pages, without a kernel, in a browser that reaches no other host.

    `errors` are those that the page reported so far, `elsewhere` the requests to other hosts.
    """

    def __init__(self, browser, address, name, width=1400, **context):
        self.context = browser.new_context(viewport={"width": width, "height": 1000}, **context)
        self.page = self.context.new_page()
        self.errors, self.elsewhere = [], []

        def guard(route):
            if route.request.url.startswith(address):
                route.continue_()
            else:
                self.elsewhere.append(route.request.url)
                route.abort()

        def note(message):
            if message.type == "error":
                self.errors.append(message.text)

        self.context.route("**/*", guard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", note)
        self.page.goto(f"{address}/{name}")
        # Each widget's picture is drawn by its own script, once that is loaded.
        self.page.wait_for_function(
            "() => document.querySelectorAll('.cfi').length === "
            "document.querySelectorAll('main .widget').length",
            timeout=60_000,
        )

    def panel(self, picture, n=0):
        """The n-th widget of the page whose picture has this class; a hidden result is shown."""
        panel = self.page.locator(".cfi-panel", has=self.page.locator(picture)).nth(n)
        panel.evaluate("(node) => node.closest('details')?.setAttribute('open', '')")
        return panel

    def press(self, panel, label, times=1, key="ArrowRight"):
        """Focus the slider with this label in a panel, and press an arrow key."""
        name = self.page.get_by_text(label, exact=True)
        handle = panel.locator(".widget-hslider", has=name).locator(".noUi-handle").first
        handle.focus()
        for _ in range(times):
            handle.press(key)

    def event_to_pixels(self, handle, count=42):
        """Milliseconds from each of `count` key presses on a slider to the redrawn picture."""
        return handle.evaluate(f"(handle) => ({_PRESSES})(handle, {count})")

    def close(self):
        self.context.close()
