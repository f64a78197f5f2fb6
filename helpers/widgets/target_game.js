// The target game: picture, target and your own map, and how alike the last two are.

import { colourLimit } from "./js/colours.js";
import { correlate, extremes, squareOf } from "./js/correlate.js";
import { element } from "./js/dom.js";
import { kernelOf, setKernel, syncWeights, WEIGHTS } from "./js/kernel.js";
import { colourBar, mapView } from "./js/maps.js";
import { redrawOnChange, setTraits, storedMatrix, together } from "./js/model.js";
import { formatNumber } from "./js/numbers.js";
import { mount } from "./js/view.js";

/** How alike two maps are, in percent; 100 only where no entry is off by more than `tolerance`. */
export function match(Y, target, tolerance) {
  let [largest, worst, error, size] = [0, 0, 0, 0];
  for (let n = 0; n < target.length; n++) {
    const difference = Y[n] - target[n];
    largest = Math.max(largest, Math.abs(target[n]));
    worst = Math.max(worst, Math.abs(difference));
    error += difference ** 2;
    size += target[n] ** 2;
  }
  if (worst <= tolerance * largest) return 100;
  return Math.max(0, Math.min(99, Math.floor(100 * (1 - Math.sqrt(error / size)))));
}

/** Picture, target, own map and score of the level that is played. */
export function gameState(model) {
  const level = model.get("levels")[model.get("level")];
  const X = storedMatrix(model.get("stills"), model.get("still_shapes"), level.picture);
  const target = correlate(X, squareOf(level.kernel));
  const Y = correlate(X, kernelOf(model));
  const score = match(Y.data, target.data, model.get("constants").tolerance);
  return { level, X, target, Y, score };
}

/** Syncs the sliders, and keeps the list of levels that are won. */
function initialize({ model }) {
  const keepSolved = () => {
    const solved = model.get("solved");
    const level = model.get("level");
    if (gameState(model).score === 100 && !solved.includes(level)) {
      setTraits(model, { solved: [...solved, level] });
    }
  };
  return together(syncWeights(model), redrawOnChange(model, [...WEIGHTS, "level"], keepSolved));
}

/** Smallest and largest number of a map, in words. */
function rangeOf({ data }) {
  return `from ${extremes(data)
    .map((value) => formatNumber(value, 3))
    .join(" to ")}`;
}

function render({ model, el }) {
  const [input, target, output] = ["Picture X", "Target", "Your map"].map(mapView);
  const bar = colourBar();
  const meter = element("div", { class: "game-meter", "aria-hidden": "true" }, element("div"));
  const verdict = element("div", { class: "game-verdict" });
  const clue = element("p");
  const details = element("details", {}, element("summary", {}, "A clue"), clue);
  const zero = () => setKernel(model, Array(9).fill(0));
  const goOn = () => setTraits(model, { level: model.get("level") + 1 });
  const next = element("button", { type: "button", onclick: goOn }, "Next level");
  const clear = element("button", { type: "button", onclick: zero }, "All weights to zero");
  const progress = element("div", { class: "game-progress" });
  const root = element(
    "div",
    { class: "cfi game" },
    element("div", { class: "game-pictures" }, input.node, target.node, output.node, bar.node),
    element("div", { class: "game-line" }, meter, verdict),
    element("div", { class: "game-line" }, clear, next, progress),
    details,
  );
  const view = mount({ model, el }, root);

  let shownLevel = null;

  view.redraw([...WEIGHTS, "level", "solved"], () => {
    const { level, X, target: T, Y, score } = gameState(model);
    // The target's own scale, also for your map: equal colours mean equal numbers.
    const limit = colourLimit(extremes(T.data), level.kernel);
    if (shownLevel !== model.get("level")) {
      shownLevel = model.get("level");
      input.show(X, null);
      target.show(T, limit);
      target.describe(rangeOf(T));
      bar.show(limit);
      details.open = false;
      clue.textContent = level.clue;
    }
    output.show(Y, limit);
    output.describe(rangeOf(Y));
    meter.firstElementChild.style.width = `${score}%`;
    const won = score === 100;
    root.classList.toggle("game-won", won);
    verdict.textContent = won ? "✓ That is the target. Won!" : `${score} % alike`;
    const levels = model.get("levels").length;
    next.disabled = !won || model.get("level") === levels - 1;
    progress.textContent = `${model.get("solved").length} of ${levels} levels won`;
    return verdict.textContent;
  });
  return view.close;
}

export default { initialize, render };
