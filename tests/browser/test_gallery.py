"""Every widget as learners treat it: with keys alone, twice, in two windows, without a kernel."""

import pytest

from helpers import widgets
from tools import accessibility

from .gallery import Gallery
from .panel import WidgetPanel, move, unanswered
from .test_studio import encoded, upload

TYPED = "my_answer = 'typed by a learner'"


def differing_in_python(window):
    """The widgets whose sliders have other values in Python than in a window."""
    in_python = window.sliders_in_python()
    return [
        f"{name} differs in Python"
        for name in widgets.__all__
        if window.panel(name).values() != pytest.approx(in_python[name])
    ]


def test_every_slider_menu_and_box_changes_its_widget_before_the_next_frame(gallery):
    assert unanswered(gallery.panels) == []


def test_tab_reaches_every_control_and_leads_on(gallery):
    faults = []
    for name in widgets.__all__:
        panel = gallery.panel(name).locator
        # In the order of the page: no control has a tabindex above 0.
        count = panel.evaluate(
            """(panel) => {
                const controls = "button, input, select, summary, a[href], [tabindex]";
                const all = panel.querySelectorAll(`${controls}, [contenteditable=true]`);
                window.expected = [...all].filter((node) => node.checkVisibility()
                    && !node.disabled && (node.tabIndex === 0 || node.isContentEditable));
                window.reached = new Set([expected[0]]);
                document.addEventListener("focusin", ({ target }) => reached.add(target));
                expected[0].focus();
                return expected.length;
            }"""
        )
        for _ in range(count):
            panel.page.keyboard.press("Tab")
        missed, still_inside = panel.evaluate(
            """(panel) => [
                expected.filter((node) => !reached.has(node)).map((node) => node.outerHTML),
                panel.contains(document.activeElement),
            ]"""
        )
        faults += [f"{name}: Tab does not reach {html:.200}" for html in missed]
        faults += [f"{name}: Tab does not leave it"] * still_inside
    assert not faults, "\n".join(faults)


def test_every_slider_is_moved_by_the_arrow_keys(gallery):
    faults = []
    for name in widgets.__all__:
        panel = gallery.panel(name)
        panel.locator.evaluate(
            """(panel) => {
                window.moved = new Set();
                const note = ({ target }) => moved.add(target);
                new MutationObserver((changes) => changes.forEach(note))
                    .observe(panel, { attributeFilter: ["aria-valuetext"], subtree: true });
            }"""
        )
        # By its place among all, since a slider may show or hide others.
        sliders = [slider for slider in panel.find(".noUi-handle").all() if slider.is_visible()]
        for slider in sliders:
            slider.press("ArrowRight")
            slider.press("ArrowLeft")
        still = panel.find(".noUi-handle:visible").evaluate_all(
            """(handles) => handles.filter((handle) => !moved.has(handle))
                .map((handle) => handle.ariaLabel)"""
        )
        faults += [f"{name}: the arrow keys do not move {slider}" for slider in still]
    assert not faults, "\n".join(faults)


def test_axe_finds_no_serious_violation_in_light_and_dark(gallery, axe):
    faults = []
    for theme, is_light in (("JupyterLab Dark", False), ("JupyterLab Light", True)):
        gallery.set_theme(theme, is_light)
        # JupyterLab shows a figure without an alternative text, and takes none.
        ours = ".jp-OutputArea-output:not(.jp-RenderedImage)"
        # Only the colours are others in the dark.
        rules = None if is_light else ["color-contrast"]
        faults += accessibility.serious(gallery.page, axe, ours, rules)
    assert not faults, "\n".join(faults)


def test_cells_run_twice_with_the_same_outputs(gallery):
    first = gallery.printed()
    gallery.run()
    assert gallery.printed() == first


def test_two_copies_of_a_widget_stay_equal_and_a_closed_one_leaves_no_listener(gallery):
    gallery.run()
    before = gallery.listeners()
    copies = gallery.add_cell("display(*gallery.values())").locator(".cfi-panel")
    copies.nth(len(widgets.__all__) - 1).locator(".cfi").wait_for()
    with_copies = gallery.listeners()
    move(copies, right=2, left=1)
    gallery.wait_until_idle()
    faults = []
    for n, name in enumerate(widgets.__all__):
        panel, copy = gallery.panel(name), WidgetPanel(copies.nth(n))
        if panel.values() != copy.values() or panel.looks() != copy.looks():
            faults.append(f"two copies of {name} differ")
    gallery.remove_last_cell()
    assert sum(with_copies.values()) > sum(before.values())
    after = gallery.listeners()
    faults += [
        f"{event}: {after[event]} listeners, before {n}"
        for event, n in before.items()
        if n != after[event]
    ]
    assert not faults, "\n".join(faults)


def test_two_windows_on_one_kernel_come_to_rest_and_stay_equal(gallery, browser, jupyterlab):
    gallery.run()
    gallery.save()
    other = Gallery(browser, jupyterlab)
    other.wait_until_drawn()
    other.wait_until_idle()
    faults = []
    for here, there in (gallery, other), (other, gallery):
        move(here.panels, right=5, left=3)
        for window in (here, there, here):
            faults += [f"{name} never comes to rest" for name in window.restless()]
        if faults:
            break
        for name in widgets.__all__:
            panel, twin = here.panel(name), there.panel(name)
            if panel.values() != twin.values() or panel.looks() != twin.looks():
                faults.append(f"{name} differs in the other window")
        faults += differing_in_python(here)
    other.close()
    assert other.errors == []
    assert not faults, "\n".join(faults)


def test_what_is_typed_and_every_widget_outlive_reloading_and_closing(gallery):
    gallery.run()
    gallery.add_cell(f"# {TYPED}")
    gallery.save()
    faults = []
    for again in (gallery.reload, gallery.reopen):
        again()
        gallery.wait_until_drawn()
        assert TYPED in gallery.printed()[-1]
        # The kernel went on: widgets and Python are still joined.
        faults += unanswered(gallery.panels)
        gallery.wait_until_idle()
        faults += differing_in_python(gallery)
    gallery.remove_last_cell()
    assert not faults, "\n".join(faults)


def test_after_a_restart_every_cell_runs_again(gallery):
    gallery.start_kernel()
    gallery.run()
    assert unanswered(gallery.panels) == []


def test_every_widget_goes_on_without_a_kernel(gallery):
    gallery.shut_down_kernel()
    assert unanswered(gallery.panels) == []
    # Buttons and files, too.
    game = gallery.panel("TargetGame")
    game.button("All weights to zero").click()
    assert game.text(".game-verdict") == "0 % alike"
    explorer = gallery.panel("ReceptiveFieldExplorer")
    explorer.button("add one above").click()
    assert len(explorer.texts("button.explorer-name")) == 3
    demo = gallery.panel("DenseToConvolution")
    demo.button("go to shared").click()
    demo.wait_for("Shared: every row has the same kernel")
    studio = gallery.panel("KernelStudio")
    upload(studio, "mine.png", encoded(30, 50, "PNG"))
    studio.wait_for("Picture X, 30 × 50")
