"""JupyterLab and the built pages in Chromium, for browser tests, benchmark and screenshots."""

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
MILLISECONDS_TO_WAIT = 120_000  # for an event that a busy machine may delay
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


# In the page: wait for the notebook and its kernel, and count the requests under way.
_OPEN = """
async () => {
    const widget = jupyterapp.shell.currentWidget;
    await widget.context.ready;
    await widget.sessionContext.ready;
    const { kernel } = widget.sessionContext.session;
    const undone = new Set();
    const sent = []; // the comms of the last messages
    kernel.statusChanged.connect((_, status) => {
        if (status === "restarting") undone.clear(); // what is under way then is lost
    });
    kernel.anyMessage.connect((_, { direction, msg }) => {
        if (direction === "send" && msg.channel === "shell") {
            undone.add(msg.header.msg_id);
            sent.push(msg.content.comm_id);
            if (sent.length > 50) sent.shift();
        } else if (msg.content?.execution_state === "idle") undone.delete(msg.parent_header.msg_id);
    });
    Object.assign(window, { undone, sent });
    window.inTime = (promise, complaint) => {
        const tooLong = new Promise((_, fail) => {
            setTimeout(() => fail(new Error(complaint)), 120000);
        });
        return Promise.race([promise, tooLong]);
    };
    jupyterapp.shell.collapseLeft(); // the file browser takes its room on a narrow screen
}
"""
_numbers = itertools.count()


class NotebookPage:
    """A notebook open in JupyterLab; `errors` are the JavaScript errors of its page so far."""

    def __init__(self, browser, address, name, width=1400, height=1000, **context):
        self.name = name
        self.context = browser.new_context(viewport={"width": width, "height": height}, **context)
        self.context.set_default_timeout(MILLISECONDS_TO_WAIT)
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", self._note)
        # A workspace of its own: else JupyterLab opens what another page had open, too.
        workspace = f"{address}/lab/workspaces/test-{next(_numbers)}"
        self.page.goto(f"{workspace}/tree/{name}", wait_until="domcontentloaded")
        self._wait_until_open()

    def _note(self, error):
        # That is JupyterLab's, where a kernel ends while it is asked for something.
        if "Canceled future for" not in str(error):
            self.errors.append(str(error))

    def _wait_until_open(self):
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.context", timeout=90_000
        )
        self.page.evaluate(_OPEN)

    def _command(self, name, **arguments):
        # Nothing is returned: what a command returns may be half of JupyterLab.
        self.page.evaluate(
            "async ([name, args]) => { await inTime("
            "jupyterapp.commands.execute(name, args), `${name} takes too long`); }",
            [name, arguments],
        )

    # --- cells ---

    def run(self):
        """Run all cells and wait for the last one."""
        self._command("notebook:run-all-cells")
        self.wait_until_idle()

    def run_cell(self, containing):
        """Run the first code cell whose source contains a text, which renews its widget."""
        self.page.evaluate(
            """(text) => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = notebook.widgets.findIndex(
                    ({ model }) => model.type === "code" && model.sharedModel.source.includes(text)
                );
                notebook.deselectAll();
            }""",
            containing,
        )
        self._command("notebook:run-cell")
        self.wait_until_idle()

    def add_cell(self, source):
        """Run a new cell at the end of the notebook; returns playwright's Locator of it."""
        self._activate_last_cell()
        self._command("notebook:insert-cell-below")
        self.page.evaluate(
            """(source) => {
                const { activeCell } = jupyterapp.shell.currentWidget.content;
                activeCell.model.sharedModel.setSource(source);
            }""",
            source,
        )
        self._command("notebook:run-cell")
        self.wait_until_idle()
        return self.page.locator(".jp-Notebook .jp-CodeCell").last

    def clear_last_cell(self):
        self._activate_last_cell()
        self._command("notebook:clear-cell-output")

    def remove_last_cell(self):
        self._activate_last_cell()
        self._command("notebook:delete-cell")

    def _activate_last_cell(self):
        self.page.evaluate(
            """() => {
                const { content } = jupyterapp.shell.currentWidget;
                content.activeCellIndex = content.widgets.length - 1;
                content.deselectAll();
            }"""
        )

    # --- kernel ---

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

    def python(self, expression):
        """Value of an expression in the notebook's kernel; tensors come as nested lists."""
        as_lists = "default=lambda tensor: tensor.tolist()"
        text = self.run_code(f"import json; print(json.dumps({expression}, {as_lists}))")
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise AssertionError(f"{expression}: {text}") from None

    def wait_for_python(self, condition):
        """Wait until a condition holds in the notebook's kernel, half a minute at most.

        A browser holds back what a widget changes while the change before is under way.
        """
        end = time.monotonic() + 30
        while not self.python(f"bool({condition})"):
            assert time.monotonic() < end, f"it never came true in Python that {condition}"
            self.page.wait_for_timeout(50)

    def wait_until_idle(self):
        """Wait until the kernel has done all that it was asked, by the widgets as well."""
        self.run_code("pass")
        # A widget says what it held back once the change before is done: look a few times.
        self.page.evaluate(
            """async () => {
                const end = performance.now() + 30000;
                for (let quiet = 0; quiet < 5; quiet += 1) {
                    await new Promise((done) => setTimeout(done, 20));
                    if (undone.size) quiet = 0;
                    if (performance.now() > end) {
                        throw new Error(`the page never comes to rest: ${[...new Set(sent)]}`);
                    }
                }
            }"""
        )

    def has_kernel(self):
        return self.page.evaluate(
            "() => Boolean(jupyterapp.shell.currentWidget.sessionContext.session?.kernel)"
        )

    def shut_down_kernel(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def start_kernel(self):
        """Start a kernel where there is none, or restart it."""
        # What is under way while a kernel restarts is lost, and JupyterLab waits for it for ever.
        self.page.evaluate(
            """async () => {
                const { sessionContext } = jupyterapp.shell.currentWidget;
                if (sessionContext.session) await sessionContext.session.kernel.restart();
                else await sessionContext.changeKernel({ name: "python3" });
            }"""
        )
        self.page.evaluate(_OPEN)
        self.wait_until_idle()

    # --- the page ---

    def set_theme(self, theme, is_light):
        self.page.evaluate(
            "(theme) => { jupyterapp.commands.execute('apputils:change-theme', { theme }); }",
            theme,
        )
        self.page.wait_for_function(
            f"() => document.body.dataset.jpThemeLight === '{str(is_light).lower()}' && "
            "!document.body.classList.contains('jp-mod-themeChanging')"
        )

    def save(self):
        self._command("docmanager:save")

    def reload(self):
        self.page.reload(wait_until="domcontentloaded")
        self._wait_until_open()

    def reopen(self):
        """Close the notebook, not its kernel, and open it again in the same page."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.close()")
        self._command("docmanager:open", path=self.name)
        self._wait_until_open()

    def close(self):
        self.context.close()


class LivePage:
    """One of the built pages, without a kernel, in a browser that reaches no other host.

    `errors` are those that the page reported so far, `elsewhere` the requests to other hosts.
    """

    def __init__(self, browser, address, name, width=1400, **context):
        self.context = browser.new_context(viewport={"width": width, "height": 1000}, **context)
        self.context.set_default_timeout(MILLISECONDS_TO_WAIT)
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

    def close(self):
        self.context.close()


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
