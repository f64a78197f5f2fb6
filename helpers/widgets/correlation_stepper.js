// The stepper: three tables, X, K and Y, and the arithmetic of the entry of Y pointed at.

import { correlate, flip } from "./js/correlate.js";
import { element } from "./js/dom.js";
import { syncWeights, WEIGHTS } from "./js/kernel.js";
import { arrowStep, OWN_KEYS } from "./js/keyboard.js";
import { getTraits, redrawOnChange, setTraits, together } from "./js/model.js";
import { formatFactor, formatNumber, parseNumber } from "./js/numbers.js";
import { mount } from "./js/view.js";

const SIZES = ["n_h", "n_w", "k_h", "k_w", "stride", "padding", "dilation"];

/** The upper left part of a matrix that is kept in a larger square. */
function cut(data, side, height, width) {
  const rows = Array.from({ length: height }, (_, i) => data.slice(i * side, i * side + width));
  return { data: rows.flat(), height, width };
}

/** Everything the page shows, computed from the traits. */
export function stepperState(model) {
  const { n_h, n_w, k_h, k_w, stride, padding, dilation } = getTraits(model, SIZES);
  const { max_picture } = model.get("constants");
  const X = cut(model.get("cells"), max_picture, n_h, n_w);
  const K = cut(
    WEIGHTS.map((name) => model.get(name)),
    3,
    k_h,
    k_w,
  );
  const flipped = model.get("flip");
  const used = flipped ? flip(K) : K;
  const Y = correlate(X, used, { stride, padding, dilation });
  const last = Y ? Y.data.length - 1 : 0;
  const step = Math.min(model.get("step"), last);
  return { stride, padding, dilation, X, used, flipped, Y, step, last };
}

/** The products under the window at `step`: where each lies in X, and its two factors. */
export function products({ stride, padding, dilation, X, used, Y, step }) {
  if (!Y) return [];
  const top = Math.floor(step / Y.width) * stride - padding;
  const left = (step % Y.width) * stride - padding;
  return Array.from(used.data, (k, n) => {
    const row = top + Math.floor(n / used.width) * dilation;
    const column = left + (n % used.width) * dilation;
    const isInside = row >= 0 && row < X.height && column >= 0 && column < X.width;
    return { row, column, x: isInside ? X.data[row * X.width + column] : 0, k };
  });
}

export function arithmetic(state) {
  const { Y, step } = state;
  const [i, j] = [Math.floor(step / Y.width), step % Y.width];
  const terms = products(state).map(({ x, k }) => `${formatFactor(x)}·${formatFactor(k)}`);
  return `Y[${i}, ${j}] = ${terms.join(" + ")} = ${formatNumber(Y.data[step], 6)}`;
}

export function torchCall({ flipped, stride, padding, dilation }) {
  let options = "";
  if (stride !== 1) options += `, stride=${stride}`;
  if (padding !== 0) options += `, padding=${padding}`;
  if (dilation !== 1) options += `, dilation=${dilation}`;
  const kernel = flipped ? "K.flip(0, 1)[None, None]" : "K[None, None]";
  return `F.conv2d(X[None, None], ${kernel}${options})[0, 0]`;
}

function doesNotFit({ X, used, padding, dilation }) {
  const [reach_h, reach_w] = [used.height, used.width].map((k) => dilation * (k - 1) + 1);
  return (
    `The kernel covers ${reach_h}×${reach_w} cells, the padded picture has only ` +
    `${X.height + 2 * padding}×${X.width + 2 * padding}: make the picture or its padding larger, ` +
    `or the kernel or its dilation smaller.`
  );
}

/** Keep the controls that depend on the sizes up to date, with or without a view. */
function initialize({ model }) {
  const derive = () => {
    const { used, last, step } = stepperState(model);
    const traits = { last_step: last, step };
    WEIGHTS.forEach((name, n) => {
      const isShown = Math.floor(n / 3) < used.height && n % 3 < used.width;
      traits[name.replace("k", "show")] = isShown ? "flex" : "none";
    });
    setTraits(model, traits);
  };
  return together(syncWeights(model), redrawOnChange(model, SIZES, derive));
}

function render({ model, el }) {
  const message = element("div", { class: "cfi-message", role: "status" });
  const sum = element("div", { class: "cfi-code stepper-sum" });
  const call = element("code", { class: "cfi-code" });
  const copy = element("button", { type: "button", onclick: copyCall }, "copy");
  const tables = { X: table(), K: table(), Y: table() };
  const root = element(
    "div",
    { class: "cfi stepper" },
    element("div", { class: "cfi-row" }, tables.X.node, tables.K.node, tables.Y.node),
    message,
    sum,
    element("div", { class: "stepper-call" }, "The same in PyTorch: ", call, " ", copy),
  );
  const view = mount({ model, el }, root);

  function table() {
    const caption = element("div", { class: "cfi-caption" });
    const grid = element("div", { class: "stepper-grid", role: "grid" });
    return { node: element("div", {}, caption, grid), caption, grid, shape: "", cells: [] };
  }

  async function copyCall() {
    try {
      await navigator.clipboard.writeText(call.textContent);
      copy.textContent = "copied";
    } catch {
      // The clipboard is not allowed: select the text, so that one key copies it.
      getSelection().selectAllChildren(call);
      copy.textContent = "selected: now press Ctrl+C";
    }
    setTimeout(() => {
      copy.textContent = "copy";
    }, 2500);
  }

  // Makes new cells only when a shape changes; moving a slider changes their texts alone.
  function layOut(part, label, height, width, makeCell) {
    const shape = `${height}×${width} ${label}`;
    if (part.shape === shape) return;
    part.shape = shape;
    part.grid.setAttribute("aria-label", `${label}, ${height} rows, ${width} columns`);
    part.grid.style.setProperty("--side", width > 10 ? "26px" : width > 6 ? "34px" : "44px");
    part.cells = [];
    part.grid.replaceChildren();
    for (let i = 0; i < height; i++) {
      const row = element("div", { class: "stepper-line", role: "row" });
      for (let j = 0; j < width; j++) {
        const cell = makeCell(i, j);
        part.cells.push(cell);
        row.append(cell);
      }
      part.grid.append(row);
    }
  }

  function inputCell(row, column) {
    const { max_picture, limit } = model.get("constants");
    const place = row * max_picture + column;
    const shown = () => formatNumber(model.get("cells")[place]);
    const commit = () => {
      const value = parseNumber(input.value);
      if (!(Math.abs(value) <= limit)) {
        const range = `type a number from −${limit} to ${limit}.`;
        message.textContent = `X[${row}, ${column}] stays ${shown()}: ${range}`;
      } else {
        message.textContent = "";
        const cells = [...model.get("cells")];
        cells[place] = value;
        if (value !== model.get("cells")[place]) setTraits(model, { cells });
      }
      input.value = shown();
    };
    const input = element("input", {
      ...OWN_KEYS,
      class: "stepper-cell",
      inputmode: "decimal",
      "aria-label": `X[${row}, ${column}]`,
      onchange: commit,
      onfocus: () => input.select(),
      onblur: () => {
        input.value = shown();
      },
      onkeydown: (event) => {
        const step = event.key === "Enter" ? [1, 0] : arrowStep(event, 1);
        if (step?.[0]) moveFocus(tables.X, event, row, column, step, model.get("padding"));
      },
    });
    return element("div", { role: "gridcell", class: "stepper-holder" }, input);
  }

  function outputCell(row, column) {
    const width = () => stepperState(model).Y.width;
    const place = () => row * width() + column;
    const point = () => {
      if (!model.get("pinned")) setTraits(model, { step: place() });
    };
    const button = element("button", {
      ...OWN_KEYS,
      type: "button",
      class: "stepper-cell",
      onpointerenter: point,
      onfocus: point,
      onclick: () => {
        const again = model.get("pinned") && model.get("step") === place();
        setTraits(model, { pinned: !again, step: place() });
      },
      onkeydown: (event) => {
        const step = arrowStep(event, 1);
        if (step) moveFocus(tables.Y, event, row, column, step, 0);
        if (event.key === "Escape") setTraits(model, { pinned: false });
      },
    });
    return element("div", { role: "gridcell", class: "stepper-holder" }, button);
  }

  function moveFocus(part, event, row, column, [down, right], margin) {
    event.preventDefault();
    const line = part.grid.children[row + down + margin];
    line?.children[column + right + margin]?.firstElementChild?.focus();
  }

  function drawX(state) {
    const { padding, X } = state;
    const [height, width] = [X.height + 2 * padding, X.width + 2 * padding];
    layOut(tables.X, `X with padding ${padding}`, height, width, (i, j) => {
      const [row, column] = [i - padding, j - padding];
      if (row >= 0 && row < X.height && column >= 0 && column < X.width)
        return inputCell(row, column);
      const zero = element("div", { class: "stepper-cell stepper-padding" }, "0");
      return element("div", { role: "gridcell", class: "stepper-holder" }, zero);
    });
    const under = new Map(products(state).map((p) => [`${p.row},${p.column}`, p.k]));
    tables.X.cells.forEach((cell, n) => {
      const [row, column] = [Math.floor(n / width) - padding, (n % width) - padding];
      const input = cell.firstElementChild;
      if (input.tagName === "INPUT" && input !== document.activeElement) {
        input.value = formatNumber(X.data[row * X.width + column]);
      }
      const k = under.get(`${row},${column}`);
      cell.classList.toggle("stepper-lit", k !== undefined);
      cell.dataset.times = k === undefined ? "" : `×${formatNumber(k)}`;
    });
    const padded = padding ? `, and ${padding} of padding around it` : "";
    tables.X.caption.textContent = `Picture X, ${X.height}×${X.width}${padded} (type into it)`;
  }

  function drawK({ used, flipped }) {
    const { data, height, width } = used;
    layOut(tables.K, "K", height, width, () => {
      const cell = element("div", { class: "stepper-cell" });
      return element("div", { role: "gridcell", class: "stepper-holder stepper-lit" }, cell);
    });
    tables.K.cells.forEach((cell, n) => {
      cell.firstElementChild.textContent = formatNumber(data[n]);
    });
    tables.K.caption.textContent = `Kernel K, ${flipped ? "flipped, " : ""}${height}×${width}`;
  }

  function drawY({ Y, step }, pinned) {
    layOut(tables.Y, "Y", Y.height, Y.width, outputCell);
    tables.Y.cells.forEach((cell, n) => {
      const button = cell.firstElementChild;
      const [i, j] = [Math.floor(n / Y.width), n % Y.width];
      button.textContent = formatNumber(Y.data[n]);
      button.tabIndex = n === step ? 0 : -1;
      button.setAttribute("aria-label", `Y[${i}, ${j}] = ${formatNumber(Y.data[n])}`);
      button.setAttribute("aria-pressed", String(pinned && n === step));
      cell.classList.toggle("stepper-lit", n === step);
      cell.classList.toggle("stepper-pinned", pinned && n === step);
    });
    const how = pinned ? "pinned; click it again to let go" : "point at an entry, click to pin it";
    tables.Y.caption.textContent = `Feature map Y, ${Y.height}×${Y.width} (${how})`;
  }

  const traits = [...SIZES, ...WEIGHTS, "cells", "flip", "step", "pinned"];
  view.redraw(traits, () => {
    const state = stepperState(model);
    drawX(state);
    drawK(state);
    tables.Y.node.hidden = !state.Y;
    message.textContent = state.Y ? "" : doesNotFit(state);
    sum.textContent = state.Y ? arithmetic(state) : "";
    if (state.Y) drawY(state, model.get("pinned"));
    call.textContent = torchCall(state);
    return sum.textContent;
  });
  return view.close;
}

export default { initialize, render };
