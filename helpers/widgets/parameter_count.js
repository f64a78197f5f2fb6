// Four layers on one picture: their parameters as bars on a logarithmic scale.

import { element } from "./js/dom.js";
import { getTraits } from "./js/model.js";
import { countOf, powerOfTen } from "./js/numbers.js";
import { mount } from "./js/view.js";

const DECADES = 18; // the axis runs from 1 to 10¹⁸
const TRAITS = ["side", "channels", "units", "kernel"];

/** Weights and biases of each layer. BigInt, since the largest exceed what a double counts. */
export function layerCounts({ side, channels, units, kernel }) {
  const [s, c, u, k] = [side, channels, units, kernel].map(BigInt);
  const [pixels, window] = [s * s, k * k];
  return [
    { name: "dense", weights: pixels * c * u, biases: u },
    { name: "dense map", weights: pixels * c * pixels * u, biases: pixels * u },
    { name: "local map", weights: window * c * pixels * u, biases: pixels * u },
    { name: "convolution", weights: window * c * u, biases: u },
  ];
}

/** Bytes of so many float32 numbers, in the unit that reads best (decimal: 1 kB is 1,000). */
export function memory(parameters) {
  const bytes = 4 * Number(parameters);
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
  const rounded = Number(bytes.toPrecision(3)); // first, or 999,900 bytes would be 1,000 kB
  const step = Math.min(units.length - 1, Math.floor(Math.log10(rounded) / 3));
  return `${Number((rounded / 1000 ** step).toPrecision(3)).toLocaleString("en-GB")} ${units[step]}`;
}

/** What a layer is, in words. */
function layerTitle(name, { units, kernel }) {
  const outputs = units === 1 ? "one number" : "numbers";
  return {
    dense: `Dense, ${countOf(units, "unit")}: ${outputs}, no map`,
    "dense map": `Dense, ${countOf(units, "map")} as large as the picture`,
    "local map": `Local ${kernel}×${kernel}, not shared, ${countOf(units, "map")}`,
    convolution: `Convolution ${kernel}×${kernel}, ${countOf(units, "map")}`,
  }[name];
}

function render({ model, el }) {
  const rows = ["dense", "dense map", "local map", "convolution"].map(() => {
    const title = element("span", { class: "count-title" });
    const figure = element("span", { class: "count-figure" });
    const bar = element("div", { class: "count-bar" });
    const node = element(
      "div",
      { class: "count-row" },
      element("div", { class: "count-text" }, title, figure),
      element("div", { class: "count-track" }, bar),
    );
    return { node, title, figure, bar };
  });
  rows.at(-1).node.classList.add("count-convolution");
  const axis = element("div", { class: "count-axis", "aria-hidden": "true" });
  for (let n = 0; n < DECADES; n += 3) {
    axis.append(
      element("span", { style: `left: ${(100 * n) / DECADES}%` }, n ? powerOfTen(n) : "1"),
    );
  }
  const caption = element(
    "div",
    { class: "cfi-caption" },
    "parameters; each mark is a thousand times the one before",
  );
  const root = element(
    "div",
    { class: "cfi count" },
    ...rows.map(({ node }) => node),
    axis,
    caption,
  );
  const view = mount({ model, el }, root);

  view.redraw(TRAITS, () => {
    const sizes = getTraits(model, TRAITS);
    layerCounts(sizes).forEach(({ name, weights, biases }, n) => {
      const total = weights + biases;
      rows[n].title.textContent = layerTitle(name, sizes);
      const parts = [countOf(weights, "weight"), countOf(biases, "bias", "biases")];
      rows[n].figure.textContent = `${parts.join(" + ")} · ${memory(total)}`;
      rows[n].bar.style.width = `${(100 * Math.log10(Number(total))) / DECADES}%`;
    });
    return rows.map((row) => `${row.title.textContent}: ${row.figure.textContent}`).join(". ");
  });
  return view.close;
}

export default { render };
