// What a screen reader is told.

import { element } from "./dom.js";

/** A region that screen readers speak once its text has not changed for a moment. */
export function spokenRegion() {
  const node = element("div", { class: "cfi-spoken", "aria-live": "polite" });
  let timer = 0;
  const say = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      node.textContent = text;
    }, 400);
  };
  return { node, say, stop: () => clearTimeout(timer) };
}

/** Name the controls beside a view: ipywidgets leaves slider handles and play buttons unnamed. */
export function nameControls(panel) {
  if (!panel) return;
  for (const slider of panel.querySelectorAll(".widget-hslider")) {
    const handle = slider.querySelector(".noUi-handle");
    const grid = slider.closest(".kernel-grid"); // three sliders per row, labelled by a number
    const n = grid ? [...grid.querySelectorAll(".widget-hslider")].indexOf(slider) : null;
    const label = slider.querySelector(".widget-label")?.textContent;
    handle?.setAttribute("aria-label", grid ? `weight K[${Math.floor(n / 3)}, ${n % 3}]` : label);
  }
  const player = { "fa-play": "play or pause", "fa-stop": "to the start", "fa-retweet": "repeat" };
  for (const button of panel.querySelectorAll(".widget-play button")) {
    const shown = Object.keys(player).find((icon) => button.querySelector(`.${icon}`));
    if (shown) button.setAttribute("aria-label", player[shown]);
  }
}
