"""The command `course`: a server for this machine alone, and one sentence for what fails."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from helpers import course

NOTEBOOKS = course.START.parent


def listening():
    """A socket that holds a free port of the loopback interface."""
    held = socket.socket()
    held.bind((course.HOST, 0))
    held.listen()
    return held


def status(port, path, token=""):
    connection = http.client.HTTPConnection(course.HOST, port, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"token {token}"} if token else {})
    return connection.getresponse().status


def end(process):
    """Press Ctrl+C, which only Windows cannot do from another process; returns the exit code."""
    if os.name == "nt":
        process.terminate()
        process.wait(timeout=60)
        return 0
    process.send_signal(signal.SIGINT)
    return process.wait(timeout=60)


def test_only_the_token_opens_the_course_and_ctrl_c_ends_it(tmp_path):
    with listening() as other:
        taken = other.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "helpers.course", "--no-browser"],
            cwd=NOTEBOOKS,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_PORT": str(taken)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        try:
            said = ""
            while "Ctrl+C" not in said and (line := process.stdout.readline()):
                said += line
            address = rf"http://{course.HOST}:(\d+)(/lab/tree/{course.START.name}\?token=(\w+))\n"
            found = re.search(address, said)
            assert found and said.startswith("Open this address"), said
            port, page, token = int(found[1]), found[2], found[3]
            assert port != taken
            assert f"ssh -L {port}:{course.HOST}:{port} " in said
            contents = f"/api/contents/{course.START.name}?content=0"
            assert status(port, contents) == 403
            assert status(port, contents, "x" + token) == 403
            assert status(port, contents, token) == 200
            assert status(port, page) == 200
            if sys.platform == "linux":  # where every address 127.x.x.x is this machine
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.2", port), timeout=60)
        finally:
            code = end(process)
        assert (process.stdout.read(), code) == ("", 0)


def test_what_fails_is_said_in_one_sentence(monkeypatch):
    problems = []

    def try_out(expected, *arguments):
        with pytest.raises(SystemExit) as raised:
            course.main(["--no-browser", *arguments])
        said = raised.value.code
        if not re.fullmatch(rf"course: .*{expected}.*\.", str(said)):
            problems.append(f"{arguments}: {said}")

    for wrong in ("0", "65536", "-1", "1.5", "eight", ""):
        try_out("--port must be a whole number from 1 to 65535", f"--port={wrong}")
    with listening() as other:
        taken = other.getsockname()[1]
        try_out(f"port {taken} cannot be used", f"--port={taken}")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "jupyterlab.labapp", None)
        try_out("JupyterLab is not installed")
    with monkeypatch.context() as patch:
        patch.setattr(course, "START", course.START.with_name("no_such_page.ipynb"))
        try_out("no_such_page.ipynb is not")
    assert not problems, "\n".join(problems)


def test_no_browser_is_started_where_nobody_would_see_it(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("webbrowser.get", lambda: "a browser")
    seen = {}
    for system in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", system)
        seen[system] = course.can_show_browser()
    assert seen == {"linux": False, "darwin": True, "win32": True}
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
    assert not course.can_show_browser()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    assert course.can_show_browser()
