// Runs in the head of each page: the theme before anything is drawn, the rest once all is loaded.

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Name the theme where the widgets' style looks for it. */
function setTheme() {
  document.documentElement.setAttribute("theme", dark.matches ? "dark" : "light");
}

setTheme();
dark.addEventListener("change", setTheme);

// Read by require.js: where the widgets' modules lie, and beside them their fonts.
window.require = { paths: { anywidget: "files/anywidget", "@jupyter-widgets": "files" } };

/** A box that scrolls has to be reached by the keyboard; one that does not would be in its way. */
const resized = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

addEventListener("DOMContentLoaded", () => {
  const delimiters = [
    { left: "$$", right: "$$", display: true },
    { left: "$", right: "$", display: false },
  ];
  for (const prose of document.querySelectorAll(".prose")) {
    renderMathInElement(prose, { delimiters, throwOnError: false });
  }
  for (const box of document.querySelectorAll("main :is(pre, .wide, .figure, .katex-display)")) {
    resized.observe(box);
  }
});
