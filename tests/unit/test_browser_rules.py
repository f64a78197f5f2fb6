"""Browser tests are marked as such, and none of them can skip in continuous integration."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"

EVERY_WAY_TO_SKIP = """
    import pytest

    @pytest.fixture
    def missing():
        pytest.skip("no Chromium")

    def test_skips_itself():
        pytest.skip("no Chromium")

    def test_needs_what_is_missing(missing):
        pass

    @pytest.mark.skip
    def test_is_marked():
        pass

    @pytest.mark.skipif(True, reason="no Chromium")
    def test_is_marked_with_a_condition():
        pass

    @pytest.mark.xfail
    def test_is_expected_to_fail():
        assert False
"""
SKIPPED_AS_A_WHOLE = """
    import pytest
    pytest.importorskip("a_module_that_is_missing")
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest in a folder with this suite's conftest.py, in or out of CI."""
    pytester.makepyprojecttoml("[tool.pytest.ini_options]")
    conftest = Path(__file__).parents[1] / "conftest.py"
    pytester.makeconftest(conftest.read_text(encoding="utf-8"))
    for folder in ("browser", "unit"):
        pytester.mkdir(folder)
    (pytester.path / "unit" / "test_unit.py").write_text("def test_unit(): pass")

    def run(text, *options, ci="true"):
        monkeypatch.setenv("CI", ci)
        pytester.makepyfile(**{"browser/test_page": text})
        arguments = ("-p", "no:cacheprovider", "-p", "no:randomly", *options)
        return pytester.runpytest_inprocess(*arguments)

    return run


def test_no_browser_test_can_skip_in_ci(run):
    run(EVERY_WAY_TO_SKIP).assert_outcomes(passed=1, failed=2, errors=3)
    run(SKIPPED_AS_A_WHOLE, "--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)


def test_browser_tests_may_skip_elsewhere(run):
    run(EVERY_WAY_TO_SKIP, ci="").assert_outcomes(passed=1, skipped=4, xfailed=1)
    run(SKIPPED_AS_A_WHOLE, ci="").assert_outcomes(passed=1, skipped=1)


def test_every_test_in_the_browser_folder_is_marked(run):
    run(EVERY_WAY_TO_SKIP, "-m", "not browser").assert_outcomes(passed=1, deselected=5)
