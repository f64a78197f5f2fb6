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

addEventListener("DOMContentLoaded", () => {
  const delimiters = [
    { left: "$$", right: "$$", display: true },
    { left: "$", right: "$", display: false },
  ];
  for (const prose of document.querySelectorAll(".prose")) {
    renderMathInElement(prose, { delimiters, throwOnError: false });
  }
});
