"""What axe-core finds in a page that people who do not see it, or not well, would miss."""

import tarfile
import tempfile

from tools import pages

PACKAGE = "axe-core@4.14.1"

_RUN = """
async ([include, rules]) => {
    const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
    const { violations } = await axe.run({ include }, options);
    return violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
            `${id}: ${html.slice(0, 160)}: ${failureSummary.split("\\n")[1]}`));
}
"""

# Whether ipywidgets has made its controls, and the pictures beside them have named these.
_NAMED = """
() => [...document.querySelectorAll(".cfi-panel .noUi-handle, .cfi-panel .widget-play button")]
    .every((control) => control.hasAttribute("aria-label"))
"""


def script():
    """axe-core's own script, fetched by npm."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tarfile.open(pages.npm_pack(PACKAGE, folder)) as archive,
    ):
        source = archive.extractfile("package/axe.min.js").read().decode()
    # In the page there may be a loader of modules; axe is to be a plain global name all the same.
    return f"() => {{ const define = undefined, module = undefined; {source} }}"


def serious(page, script, within, rules=None):
    """The serious violations in the elements that a CSS selector finds, a line each.

    Args:
        page: playwright's Page.
        script: what `script()` returned.
        within: CSS selector of the elements to look at; there must be one at least.
        rules: names of axe-core's rules; None takes all of them.
    """
    page.wait_for_function(_NAMED)
    page.evaluate(script)
    return page.evaluate(_RUN, [[[within]], rules])
