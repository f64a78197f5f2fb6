"""A real JupyterLab in a headless Chromium: what the browser tests and the benchmark drive."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
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


class Chapter:
    """A notebook open in JupyterLab, with the errors that its page reported so far."""

    def __init__(self, browser, address, name, width=1400, height=1000, **context):
        self.context = browser.new_context(viewport={"width": width, "height": height}, **context)
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{address}/lab/tree/{name}", wait_until="domcontentloaded")
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.context", timeout=90_000
        )
        self.page.evaluate(
            """async () => {
                const widget = jupyterapp.shell.currentWidget;
                await widget.context.ready;
                await widget.sessionContext.ready;
            }"""
        )
        # The file browser beside the page takes its room on a narrow screen.
        self.page.evaluate("() => jupyterapp.shell.collapseLeft()")

    def run(self):
        """Run all cells and wait for the last one."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
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
                await future.done;
                return text;
            }""",
            code,
        )

    def wait_until_idle(self):
        """Wait until the kernel has done all that it was asked."""
        self.run_code("pass")

    def shut_down_kernel(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def close(self):
        self.context.close()
