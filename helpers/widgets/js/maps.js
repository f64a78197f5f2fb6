// Pictures and maps with their captions, numbers and colour scale.

import { inkOn, numberColour, signedColour } from "./colours.js";
import { element } from "./dom.js";
import { formatNumber } from "./numbers.js";
import { paint } from "./paint.js";

const MOST_NUMBERS = 120; // a matrix of up to this many numbers has them written on it

/** A picture or map on a canvas: `show(matrix, limit)`, `describe(text)`. */
export function mapView(name) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const numbers = element("div", { class: "map-numbers", "aria-hidden": "true" });
  const frame = element("div", { class: "map-frame", role: "img", "aria-label": name });
  const caption = element("div", { class: "cfi-caption" });
  frame.append(canvas, numbers);
  const show = (matrix, limit) => {
    const { data, height, width } = matrix;
    const isSmall = height * width <= MOST_NUMBERS;
    paint(canvas, matrix, limit);
    frame.style.aspectRatio = `${width} / ${height}`;
    frame.classList.toggle("map-small", isSmall);
    caption.textContent = `${name}, ${height} × ${width}`;
    showNumbers(numbers, isSmall ? data : [], width, limit);
  };
  const describe = (text) => frame.setAttribute("aria-label", `${name}: ${text}`);
  return { node: element("div", {}, caption, frame), frame, canvas, show, describe };
}

/** Write numbers in a grid, black or white, whichever has more contrast with the colour below. */
function showNumbers(node, data, width, limit) {
  while (node.children.length > data.length) node.lastChild.remove();
  while (node.children.length < data.length) node.append(element("span"));
  node.style.gridTemplateColumns = `repeat(${width}, 1fr)`;
  data.forEach((value, n) => {
    node.children[n].textContent = formatNumber(value, 2);
    node.children[n].style.color = inkOn(numberColour(value, limit));
  });
}

/** The scale beside a map: `node`, and `show(limit)`, where null is grey from 0 to 1. */
export function colourBar() {
  const [top, middle, bottom] = [element("span"), element("span"), element("span")];
  const strip = element("div", { class: "map-bar-strip" });
  const labels = element("div", { class: "map-bar-labels" }, top, middle, bottom);
  const stops = Array.from({ length: 21 }, (_, n) => `rgb(${signedColour(1 - n / 10, 1).join()})`);
  const signed = `linear-gradient(${stops.join()})`;
  return {
    node: element("div", { class: "map-bar", "aria-hidden": "true" }, strip, labels),
    show(limit) {
      strip.style.background = limit === null ? "linear-gradient(#fff, #000)" : signed;
      top.textContent = limit === null ? "1" : `+${formatNumber(limit, 2)}`;
      middle.textContent = limit === null ? "" : "0";
      bottom.textContent = limit === null ? "0" : formatNumber(-limit, 2);
    },
  };
}
