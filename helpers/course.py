"""The command `course`: opens the start page in JupyterLab, on any machine.

    python -m uv run course
    python -m uv run course --no-browser --port 9000

JupyterLab listens on 127.0.0.1 only, and asks for the token that stands in the printed address.
"""

import argparse
import os
import secrets
import signal
import socket
import sys
import webbrowser
from pathlib import Path

START = Path(__file__).parents[1] / "notebooks" / "00_start_here.ipynb"
HOST = "127.0.0.1"


class CourseError(Exception):
    """What keeps the course from starting, in one sentence."""


def main(arguments=None):
    """The command; `arguments` are those of the command line."""
    try:
        options = _parser().parse_args(arguments)
        start(port=options.port, browser=options.browser and can_show_browser())
    except CourseError as error:
        sys.exit(f"course: {error}")


def _parser():
    parser = argparse.ArgumentParser("course", description="Open the course in JupyterLab.")
    parser.add_argument(
        "--no-browser",
        dest="browser",
        action="store_false",
        help="print the address, and leave it to you to open it",
    )
    parser.add_argument("--port", type=_port, help="use this port instead of the first free one")
    return parser


def _port(text):
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise CourseError(f"--port must be a whole number from 1 to 65535, but is {text!r:.40}.")
    return int(text)


def start(port=None, browser=True):
    """Serve the notebooks until Ctrl+C.

    Args:
        port: port to listen on; None takes the first free one from 8888 on.
        browser: whether to open the start page in a browser.
    Raises:
        CourseError: the notebooks, JupyterLab or the port cannot be had.
    """
    if not START.exists():
        raise CourseError(
            f"{START} is not there: this command opens the notebooks of a clone of the course, "
            "run it in one."
        )
    try:
        from jupyterlab.labapp import LabApp
        from tornado.netutil import bind_sockets
    except ImportError:
        raise CourseError(
            "JupyterLab is not installed: run python -m uv run course in a clone of the course."
        ) from None
    if port is not None:
        try:
            for free in bind_sockets(port, HOST):
                free.close()
        except OSError as error:
            raise CourseError(
                f"port {port} cannot be used ({error.strerror}): choose another one, "
                "or leave out --port."
            ) from None
    token = secrets.token_hex(16)
    server = LabApp.initialize_server(
        [
            "--allow-root",  # harmless: only this machine reaches the server, with the token
            "--Application.log_level=ERROR",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.ip={HOST}",
            f"--ServerApp.open_browser={browser}",
            f"--ServerApp.root_dir={START.parent}",
            *([] if port is None else [f"--ServerApp.port={port}"]),
            str(START),
        ]
    )
    # At once and on every system; by itself JupyterLab asks first, or leaves kernels behind.
    signal.signal(signal.SIGINT, lambda *_: server.stop(from_signal=True))
    address = f"{server.connection_url}lab/tree/{START.name}?token={token}"
    text = _what_to_do(address, server.port, browser)
    # The server's loop first binds the port: what is printed then is true.
    server.io_loop.add_callback(print, text, flush=True)
    server.start()


def _what_to_do(address, port, browser):
    if browser:
        how = "The course opens in your browser. If it does not, open this address in it:"
        elsewhere = ""
    else:
        how = "Open this address in a browser on this machine:"
        elsewhere = (
            "On another machine, run this there first, then open the same address there:\n\n"
            f"    ssh -L {port}:{HOST}:{port} {socket.gethostname()}\n\n"
        )
    return f"{how}\n\n    {address}\n\n{elsewhere}Press Ctrl+C here to end the course."


def can_show_browser():
    """Whether a browser started here would be seen: not over SSH or without a display."""
    if sys.platform in ("darwin", "win32"):
        seen = "SSH_CONNECTION" not in os.environ
    else:
        seen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    try:
        return seen and bool(webbrowser.get())
    except webbrowser.Error:
        return False


if __name__ == "__main__":
    main()
