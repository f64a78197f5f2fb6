// One matrix on its way from dense (stage 0) over local (1) to shared weights (2).

import { element, svgElement, svgLine } from "./js/dom.js";
import { OWN_KEYS } from "./js/keyboard.js";
import { redrawOnChange, setTraits, together } from "./js/model.js";
import { clamp, formatCount, formatFactor, formatNumber } from "./js/numbers.js";
import { paint } from "./js/paint.js";
import { syncThumbs } from "./js/thumbs.js";
import { mount } from "./js/view.js";

const STAGES = ["dense", "local", "shared"];

/** Where pixel `column` lies in the window of output `row`: its index in K, or −1 outside. */
function placeInWindow(row, column, { n_w, o_w, k_h, k_w }) {
  const a = Math.floor(column / n_w) - Math.floor(row / o_w);
  const b = (column % n_w) - (row % o_w);
  return a >= 0 && a < k_h && b >= 0 && b < k_w ? a * k_w + b : -1;
}

/** A weight at `stage`, from its dense value and its kernel entry (null outside the window). */
function weightAt(stage, dense, entry) {
  if (entry === null) return stage < 1 ? (1 - stage) * dense : 0;
  return stage <= 1 ? dense : (2 - stage) * dense + (stage - 1) * entry;
}

/** Everything the page shows, computed from the traits. */
export function matrixState(model) {
  const [stage, k_h, k_w] = ["stage", "k_h", "k_w"].map((name) => model.get(name));
  const [dense, X, store] = ["dense", "pixels", "kernel"].map((name) => model.get(name));
  const { n_h, n_w, max_kernel } = model.get("constants");
  const [o_h, o_w, pixels] = [n_h - k_h + 1, n_w - k_w + 1, n_h * n_w];
  const outputs = o_h * o_w;
  const sizes = { n_w, o_w, k_h, k_w };
  const W = new Float64Array(outputs * pixels);
  const Y = new Float64Array(outputs);
  for (let row = 0; row < outputs; row++) {
    for (let column = 0; column < pixels; column++) {
      const place = placeInWindow(row, column, sizes);
      const inStore = Math.floor(place / k_w) * max_kernel + (place % k_w);
      const entry = place < 0 ? null : store[inStore];
      const weight = weightAt(stage, dense[row * pixels + column], entry);
      W[row * pixels + column] = weight;
      Y[row] += weight * X[column];
    }
  }
  const row = Math.min(model.get("row"), outputs - 1);
  // How many weights can differ from one another at each of the three stages.
  const counts = [outputs * pixels, outputs * k_h * k_w, k_h * k_w];
  return { stage, n_h, n_w, pixels, k_h, k_w, o_h, o_w, outputs, W, X, Y, row, counts };
}

/** A number short enough for a cell of the output: one decimal, or none. */
function short(value) {
  const rounded = Number(value.toFixed(Math.abs(value) < 9.95 ? 1 : 0));
  return formatNumber(rounded);
}

export function stageSentence({ stage, counts, outputs, pixels, k_h, k_w }) {
  const [dense, local, shared] = counts.map(formatCount);
  const used = shared === "1" ? "1 weight, used" : `${shared} weights, each used`;
  if (stage === 0)
    return `Dense: every output looks at every pixel. ${outputs} × ${pixels} = ${dense} weights.`;
  if (stage < 1) return `Locality: of ${dense} weights, all outside the windows fade out.`;
  if (stage === 1)
    return `Local: every output looks at its ${k_h}×${k_w} window. ${outputs} × ${k_h * k_w} = ${local} weights.`;
  if (stage < 2) return `Sharing: the ${local} weights become alike from row to row.`;
  return `Shared: every row has the same kernel, one step on. ${used} ${outputs} times.`;
}

export function rowSentence(state) {
  const { stage, row, o_w, pixels, W, X, Y } = state;
  const [i, j] = [Math.floor(row / o_w), row % o_w];
  const start = `Row ${row} gives Y[${i}, ${j}] = `;
  const end = ` = ${formatNumber(Y[row], 3)}`;
  if (stage < 1) return `${start}the sum of ${pixels} products of weight and pixel${end}`;
  const terms = [];
  for (let column = 0; column < pixels; column++) {
    if (placeInWindow(row, column, state) < 0) continue;
    const weight = formatFactor(W[row * pixels + column], 3);
    terms.push(`${weight}·${formatNumber(X[column])}`);
  }
  return `${start}${terms.join(" + ")}${end}`;
}

function initialize({ model }) {
  const derive = () => {
    const { outputs, row } = matrixState(model);
    setTraits(model, { last_row: outputs - 1, row });
  };
  return together(syncThumbs(model), redrawOnChange(model, ["k_h", "k_w"], derive));
}

function render({ model, el }) {
  let frame = 0; // of the animation that a stage button starts
  const buttons = STAGES.map((_, stage) =>
    element("button", {
      ...OWN_KEYS,
      type: "button",
      class: "dense-stage",
      onclick: () => glideTo(stage),
    }),
  );
  const sentence = element("div", { class: "dense-sentence" });
  const sum = element("div", { class: "cfi-code dense-sum" });
  const matrix = grid("dense-matrix", (_, y) => y * matrixState(model).outputs);
  const X = grid("dense-grid", null);
  const Y = grid("dense-grid", (x, y) => {
    const { o_h, o_w } = matrixState(model);
    return Math.floor(y * o_h) * o_w + Math.floor(x * o_w);
  });
  const root = element(
    "div",
    { class: "cfi dense" },
    element("div", { class: "dense-stages" }, buttons[0], " → ", buttons[1], " → ", buttons[2]),
    sentence,
    element(
      "div",
      { class: "cfi-row" },
      element("div", { class: "dense-wide" }, matrix.caption, matrix.box),
      element("div", { class: "dense-narrow" }, X.caption, X.box, Y.caption, Y.box),
    ),
    sum,
  );
  const view = mount({ model, el }, root);

  /** A canvas of one pixel per number, with an SVG of the same units on top of it. */
  function grid(kind, rowAt) {
    const canvas = element("canvas", { class: "dense-canvas", "aria-hidden": "true" });
    const overlay = svgElement("svg", { class: "dense-overlay", role: "img" });
    const point = (event) => {
      const area = overlay.getBoundingClientRect();
      const x = clamp((event.clientX - area.left) / area.width, 0, 0.9999);
      const y = clamp((event.clientY - area.top) / area.height, 0, 0.9999);
      setTraits(model, { row: Math.floor(rowAt(x, y)) });
    };
    if (rowAt) {
      overlay.addEventListener("pointermove", point);
      overlay.addEventListener("pointerdown", point);
    }
    const box = element("div", { class: kind }, canvas, overlay);
    return { canvas, overlay, box, caption: element("div", { class: "cfi-caption" }) };
  }

  /** Move `stage` in steps, so that the weights are seen to fade and to become alike. */
  function glideTo(target) {
    cancelAnimationFrame(frame);
    const from = model.get("stage");
    const milliseconds = 900 * Math.abs(target - from);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begun = performance.now();
    let last = from;
    const step = () => {
      if (model.get("stage") !== last) return; // the stage was set meanwhile
      const share =
        still || !milliseconds ? 1 : Math.min(1, (performance.now() - begun) / milliseconds);
      last = share === 1 ? target : from + (target - from) * share;
      model.set("stage", last);
      if (share < 1) frame = requestAnimationFrame(step);
      else model.save_changes();
    };
    step();
  }

  function drawGrid(part, matrix, limit, label, marks) {
    const { height, width } = matrix;
    paint(part.canvas, matrix, limit);
    part.overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    part.overlay.setAttribute("aria-label", label);
    part.box.style.aspectRatio = `${width} / ${height}`;
    part.overlay.replaceChildren(...marks);
  }

  const frameOf = (x, y, width, height) =>
    svgElement("rect", { class: "dense-frame", x, y, width, height });
  const rule = (from, to) => svgLine(from, to, "dense-rule");

  function matrixMarks({ n_h, n_w, pixels, outputs, o_h, o_w, k_h, k_w, row, stage }) {
    const marks = [];
    for (let k = 1; k < n_h; k++) marks.push(rule([k * n_w, 0], [k * n_w, outputs]));
    for (let i = 1; i < o_h; i++) marks.push(rule([0, i * o_w], [pixels, i * o_w]));
    marks.push(svgElement("rect", { class: "dense-row", x: 0, y: row, width: pixels, height: 1 }));
    if (stage >= 1) {
      const [i, j] = [Math.floor(row / o_w), row % o_w];
      for (let a = 0; a < k_h; a++) marks.push(frameOf((i + a) * n_w + j, row, k_w, 1));
    }
    return marks;
  }

  function numberMarks({ data, width }, isDark) {
    return Array.from(data, (value, n) => {
      const dark = isDark(value) ? "dense-number dense-on-dark" : "dense-number";
      const [x, y] = [(n % width) + 0.5, Math.floor(n / width) + 0.5];
      return svgElement("text", { class: dark, x, y }, short(value));
    });
  }

  const traits = ["stage", "row", "k_h", "k_w", "dense", "pixels", "kernel"];
  view.redraw(traits, () => {
    const state = matrixState(model);
    const { stage, n_h, n_w, pixels, k_h, k_w, o_h, o_w, outputs, row, counts } = state;
    const [i, j] = [Math.floor(row / o_w), row % o_w];
    buttons.forEach((button, n) => {
      button.textContent = `${STAGES[n]} ${formatCount(counts[n])}`;
      button.setAttribute("aria-pressed", String(stage === n));
      button.setAttribute("aria-label", `go to ${STAGES[n]}, ${formatCount(counts[n])} weights`);
    });
    sentence.textContent = stageSentence(state);
    sum.textContent = rowSentence(state);

    matrix.caption.textContent = `The matrix: ${outputs} rows (outputs) × ${pixels} columns (pixels); point at a row`;
    const said = `${sentence.textContent} ${sum.textContent}`;
    const W = { data: state.W, height: outputs, width: pixels };
    drawGrid(matrix, W, 2, said, matrixMarks(state));

    X.caption.textContent = `Picture X, ${n_h}×${n_w}`;
    const window = stage < 1 ? [0, 0, n_w, n_h] : [j, i, k_w, k_h];
    const seen =
      stage < 1 ? "all of X" : `rows ${i} to ${i + k_h - 1}, columns ${j} to ${j + k_w - 1}`;
    const picture = { data: state.X, height: n_h, width: n_w };
    drawGrid(X, picture, null, `Picture X; output ${row} looks at ${seen}`, [
      ...numberMarks(picture, (value) => value < 0.5),
      frameOf(...window),
    ]);

    Y.caption.textContent = `Output Y, ${o_h}×${o_w}; point at an entry`;
    const limit = 2.2 * Math.max(1, ...Array.from(state.Y, Math.abs));
    const map = { data: state.Y, height: o_h, width: o_w };
    drawGrid(Y, map, limit, `Output Y; Y[${i}, ${j}] = ${formatNumber(state.Y[row], 3)}`, [
      ...numberMarks(map, () => false),
      frameOf(j, i, 1, 1),
    ]);
    return said;
  });
  view.onClose(() => cancelAnimationFrame(frame));
  return view.close;
}

export default { initialize, render };
