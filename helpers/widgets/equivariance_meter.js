// Convolve the shifted picture, shift the convolved picture, and the difference of the two.

import { correlate, squareOf } from "./js/correlate.js";
import { element, svgElement } from "./js/dom.js";
import { getTraits } from "./js/model.js";
import { formatNumber } from "./js/numbers.js";
import { paint } from "./js/paint.js";
import { mount } from "./js/view.js";

/** Brightness from 0 to 1 of a scene that came as bytes. */
function brightness(bytes) {
  return Float64Array.from(
    new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    (value) => value / 255,
  );
}

/** What the camera sees of the scene once all in it has moved `down` and `right`. */
function shiftedPicture(scene, margin, down, right) {
  const [height, width] = [scene.height - 2 * margin, scene.width - 2 * margin];
  const data = new Float64Array(height * width);
  for (let i = 0; i < height; i++) {
    const start = (margin - down + i) * scene.width + margin - right;
    data.set(scene.data.subarray(start, start + width), i * width);
  }
  return { data, height, width };
}

/** Pixels as the nearest whole number of cells of a map; half a cell counts up. */
const wholeCells = (pixels, stride) => Math.floor(pixels / stride + 0.5) + 0;

/** Whether the window of a cell holds padding: along one axis of `size` pixels. */
function holdsPadding(cell, size, side, stride, padding) {
  const start = cell * stride - padding;
  return start < 0 || start + side > size;
}

/**
 * Compare the map of the shifted picture with the map before, moved by whole cells.
 * Returns both maps, their difference (NaN where there is nothing to compare), and its largest
 * absolute value inside and at the border (null if no window holds padding).
 */
export function measure(scene, K, { margin, down, right, stride, padded }) {
  const side = K.height;
  const padding = padded ? Math.floor(side / 2) : 0;
  const X = shiftedPicture(scene, margin, down, right);
  const after = correlate(X, K, { stride, padding });
  const before = correlate(shiftedPicture(scene, margin, 0, 0), K, { stride, padding });
  const { height, width } = after;
  const [cells_down, cells_right] = [wholeCells(down, stride), wholeCells(right, stride)];
  const moved = new Float64Array(height * width).fill(Number.NaN);
  const difference = new Float64Array(height * width).fill(Number.NaN);
  const largest = { inside: 0, border: padded ? 0 : null };
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const [row, column] = [i - cells_down, j - cells_right];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const n = i * width + j;
      moved[n] = before.data[row * width + column];
      difference[n] = after.data[n] - moved[n];
      const atBorder =
        [i, row].some((cell) => holdsPadding(cell, X.height, side, stride, padding)) ||
        [j, column].some((cell) => holdsPadding(cell, X.width, side, stride, padding));
      const place = atBorder ? "border" : "inside";
      largest[place] = Math.max(largest[place], Math.abs(difference[n]));
    }
  }
  const map = (data) => ({ data, height, width });
  return {
    after,
    moved: map(moved),
    difference: map(difference),
    cells_down,
    cells_right,
    largest,
  };
}

/** A movement in words: "6 right and 2 up". */
function moves(right, down) {
  const words = [];
  if (right !== 0)
    words.push(`${formatNumber(Math.abs(right), 3)} ${right > 0 ? "right" : "left"}`);
  if (down !== 0) words.push(`${formatNumber(Math.abs(down), 3)} ${down > 0 ? "down" : "up"}`);
  return words.join(" and ") || "nowhere";
}

function shiftSentence({ down, right, stride }, { cells_down, cells_right }) {
  const pixels = `In pixels, the picture moves ${moves(right, down)}.`;
  if (stride === 1) return `${pixels} In cells, the map does the same.`;
  const cells = `${pixels} In cells of ${stride} pixels that is ${moves(right / stride, down / stride)}`;
  const exact = down % stride === 0 && right % stride === 0;
  if (exact) return `${cells}: whole numbers, so the map can follow.`;
  return `${cells}: not whole. The map is moved ${moves(cells_right, cells_down)}.`;
}

function render({ model, el }) {
  const sentence = element("div", { class: "meter-sentence" });
  const inside = element("div", { class: "meter-figure" });
  const border = element("div", { class: "meter-figure" });
  const scene = panel("scene; dashed: before");
  const after = panel("convolve the shifted picture");
  const moved = panel("shift the convolved picture");
  const difference = panel("their difference");
  const scale = element("div", { class: "meter-scale" });
  const [low, high] = [element("span"), element("span")];
  const root = element(
    "div",
    { class: "cfi meter" },
    element("div", { class: "meter-panels" }, scene.node, after.node, moved.node, difference.node),
    element(
      "div",
      { class: "meter-legend" },
      low,
      scale,
      high,
      element("span", { class: "meter-none" }),
      "no counterpart",
    ),
    sentence,
    element("div", { class: "cfi-row" }, inside, border),
  );
  const view = mount({ model, el }, root);

  function panel(caption) {
    const canvas = element("canvas", { class: "meter-canvas", role: "img" });
    const overlay = svgElement("svg", { class: "meter-overlay", "aria-hidden": "true" });
    const box = element("div", { class: "meter-box" }, canvas, overlay);
    const node = element(
      "div",
      { class: "meter-panel" },
      element("div", { class: "cfi-caption" }, caption),
      box,
    );
    return { node, canvas, overlay, box, caption };
  }

  function drawMap(part, map, limit) {
    const { data, height, width } = map;
    paint(part.canvas, map, limit);
    part.box.style.aspectRatio = `${width} / ${height}`;
    part.canvas.setAttribute("aria-label", `${part.caption}, ${height} rows, ${width} columns`);
    // Cells without a counterpart are grey, a colour that no number has.
    const context = part.canvas.getContext("2d");
    context.fillStyle = "#8b949e";
    data.forEach((value, n) => {
      if (Number.isNaN(value)) context.fillRect(n % width, Math.floor(n / width), 1, 1);
    });
  }

  function drawScene(pixels, { margin, down, right }) {
    const { height, width } = pixels;
    paint(scene.canvas, pixels);
    scene.box.style.aspectRatio = `${width} / ${height}`;
    scene.overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const [inner_h, inner_w] = [height - 2 * margin, width - 2 * margin];
    const frame = (kind, x, y) =>
      svgElement("rect", { class: `meter-frame ${kind}`, x, y, width: inner_w, height: inner_h });
    scene.overlay.replaceChildren(
      frame("meter-before", margin, margin),
      frame("meter-after", margin - right, margin - down),
    );
    scene.canvas.setAttribute("aria-label", `The scene; its picture moves ${moves(right, down)}`);
  }

  const traits = ["scene", "kernels", "kernel", "shift_down", "shift_right", "stride", "padded"];
  view.redraw(traits, () => {
    const { scene_shape, margin } = model.get("constants");
    const settings = {
      margin,
      down: model.get("shift_down"),
      right: model.get("shift_right"),
      ...getTraits(model, ["stride", "padded"]),
    };
    const [height, width] = scene_shape;
    const pixels = { data: brightness(model.get("scene")), height, width };
    const K = squareOf(model.get("kernels")[model.get("kernel")]);
    const found = measure(pixels, K, settings);
    const { largest } = found;
    const limit = Math.max(...found.after.data.map(Math.abs)) || 1;

    drawScene(pixels, settings);
    drawMap(after, found.after, limit);
    drawMap(moved, found.moved, limit);
    drawMap(difference, found.difference, limit);
    [low.textContent, high.textContent] = [formatNumber(-limit, 3), formatNumber(limit, 3)];
    sentence.textContent = shiftSentence(settings, found);
    inside.textContent = `Inside, largest difference: ${formatNumber(largest.inside, 3)}`;
    border.textContent =
      largest.border === null
        ? "At the border: no padding, nothing to go wrong"
        : `At the border, where windows hold zeros: ${formatNumber(largest.border, 3)}`;
    inside.classList.toggle("meter-off", largest.inside > 0);
    border.classList.toggle("meter-off", largest.border > 0);
    return `${sentence.textContent} ${inside.textContent}. ${border.textContent}.`;
  });
  return view.close;
}

export default { render };
