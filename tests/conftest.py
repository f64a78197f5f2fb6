"""What all tests share: their order, hypothesis without deadlines, rules for browser tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Tests run beside each other, one per core: torch's threads would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Machines are noisy: how long one example takes says nothing about the code.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

BROWSER_TESTS = Path(__file__).parent / "browser"


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: every test in tests/browser; set automatically")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if _is_browser_test(item):
            item.add_marker("browser")
    items.sort(key=_turn)


def _turn(item):
    """The longest start first: the browser tests, then the notebooks from the last to the first."""
    if _is_browser_test(item):
        return 0, 0
    if item.path.suffix == ".ipynb":
        return 1, -int(item.path.name[:2])
    return 2, 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _failed_if_skipped_in_ci(item, (yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _failed_if_skipped_in_ci(collector, (yield))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """All browser tests run in one process: they share one JupyterLab and one Chromium."""
    from xdist.scheduler import LoadScopeScheduling  # not above: xdist may be missing

    class BrowserTestsTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            is_browser_test = nodeid.startswith("tests/browser/")
            return "browser" if is_browser_test else super()._split_scope(nodeid)

    return BrowserTestsTogether(config, log) if config.getvalue("dist") == "loadscope" else None


def _is_browser_test(node):
    return BROWSER_TESTS in node.path.parents


def _failed_if_skipped_in_ci(node, report):
    """Where a missing browser would let tests skip unnoticed, a skipped browser test fails."""
    if report.skipped and os.environ.get("CI") == "true" and _is_browser_test(node):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"With CI=true no browser test may skip. {reason}"
    return report
