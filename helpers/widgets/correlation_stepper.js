// The stepper: three tables, X, K and Y, and the arithmetic of the entry of Y pointed at.

const STORE = 8; // side of the largest picture
const KERNEL_STORE = 3; // side of the largest kernel

const SIZES = ["n_h", "n_w", "k_h", "k_w", "stride", "padding", "dilation"];

/** Everything the page shows, computed from the traits. */
function stepperState(model) {
  const [n_h, n_w, k_h, k_w, stride, padding, dilation] = SIZES.map((name) => model.get(name));
  const cells = model.get("cells");
  const X = [];
  for (let i = 0; i < n_h; i++) {
    for (let j = 0; j < n_w; j++) X.push(cells[i * STORE + j]);
  }
  const K = [];
  for (let i = 0; i < k_h; i++) {
    for (let j = 0; j < k_w; j++) K.push(model.get(`k_${i}_${j}`));
  }
  const flip = model.get("flip");
  const used = flip ? flipped(K) : K;
  const Y = correlate(X, n_h, n_w, used, k_h, k_w, { stride, padding, dilation });
  const last = Y ? Y.data.length - 1 : 0;
  const step = Math.min(model.get("step"), last);
  return { n_h, n_w, k_h, k_w, stride, padding, dilation, X, K, used, flip, Y, step, last };
}

/** The products under the window at `step`: where each lies, in X and in K. */
function products(state) {
  const { n_h, n_w, k_h, k_w, stride, padding, dilation, X, used, Y, step } = state;
  if (!Y) return [];
  const top = Math.floor(step / Y.width) * stride - padding;
  const left = (step % Y.width) * stride - padding;
  const found = [];
  for (let a = 0; a < k_h; a++) {
    for (let b = 0; b < k_w; b++) {
      const [row, column] = [top + a * dilation, left + b * dilation];
      const inside = row >= 0 && row < n_h && column >= 0 && column < n_w;
      found.push({ row, column, x: inside ? X[row * n_w + column] : 0, k: used[a * k_w + b] });
    }
  }
  return found;
}

/** A number inside a product: negative ones in brackets. */
const factor = (value) => (value < 0 ? `(${written(value)})` : written(value));

function arithmetic(state) {
  const { Y, step } = state;
  const [i, j] = [Math.floor(step / Y.width), step % Y.width];
  const sum = products(state).map(({ x, k }) => `${factor(x)}·${factor(k)}`).join(" + ");
  return `Y[${i}, ${j}] = ${sum} = ${written(Y.data[step], 6)}`;
}

function torchCall({ flip, stride, padding, dilation }) {
  let options = "";
  if (stride !== 1) options += `, stride=${stride}`;
  if (padding !== 0) options += `, padding=${padding}`;
  if (dilation !== 1) options += `, dilation=${dilation}`;
  const kernel = flip ? "K.flip(0, 1)[None, None]" : "K[None, None]";
  return `F.conv2d(X[None, None], ${kernel}${options})[0, 0]`;
}

function doesNotFit({ n_h, n_w, k_h, k_w, padding, dilation }) {
  const [reach_h, reach_w] = [dilation * (k_h - 1) + 1, dilation * (k_w - 1) + 1];
  return (
    `The kernel covers ${reach_h}×${reach_w} cells, the padded picture has only ` +
    `${n_h + 2 * padding}×${n_w + 2 * padding}: make the picture or its padding larger, ` +
    `or the kernel or its dilation smaller.`
  );
}

/** What follows from the sizes for other controls, once for a model, with or without a view. */
function initialize({ model }) {
  const derive = () => {
    const { k_h, k_w, last, step } = stepperState(model);
    const traits = { last_step: last, step };
    for (let i = 0; i < KERNEL_STORE; i++) {
      for (let j = 0; j < KERNEL_STORE; j++) {
        traits[`show_${i}_${j}`] = i < k_h && j < k_w ? "flex" : "none";
      }
    }
    setTraits(model, traits);
  };
  const stops = [joinWeights(model), redrawOnChange(model, SIZES, derive)];
  return () => stops.forEach((stop) => stop());
}

function render({ model, el }) {
  const spoken = spokenRegion();
  const message = element("div", { class: "cfi-message", role: "status" });
  const sum = element("div", { class: "cfi-code stepper-sum" });
  const call = element("code", { class: "cfi-code" });
  const copy = element("button", { type: "button", onclick: copyCall }, "copy");
  const tables = { X: table("X"), K: table("K"), Y: table("Y") };
  const root = element(
    "div",
    { class: "cfi stepper" },
    element("div", { class: "cfi-row" }, tables.X.node, tables.K.node, tables.Y.node),
    message,
    sum,
    element("div", { class: "stepper-call" }, "The same in PyTorch: ", call, " ", copy),
    spoken.node,
  );
  attach(el, root);

  function table(name) {
    const caption = element("div", { class: "cfi-caption" });
    const grid = element("div", { class: "stepper-grid", role: "grid" });
    return { node: element("div", {}, caption, grid), caption, grid, shape: "", cells: [] };
  }

  async function copyCall() {
    try {
      await navigator.clipboard.writeText(call.textContent);
      copy.textContent = "copied";
    } catch {
      // No leave to use the clipboard: mark the text, so that one key copies it.
      getSelection().selectAllChildren(call);
      copy.textContent = "marked: now press Ctrl+C";
    }
    setTimeout(() => (copy.textContent = "copy"), 2500);
  }

  // Cells are made anew only when a shape changes; a slider that moves changes texts alone.
  function lay(part, label, height, width, makeCell) {
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
    const commit = () => {
      const value = Number(input.value.trim().replace("−", "-").replace(",", "."));
      const cells = [...model.get("cells")];
      const place = row * STORE + column;
      if (input.value.trim() === "" || !Number.isFinite(value) || Math.abs(value) > 9) {
        message.textContent = `X[${row}, ${column}] stays ${written(cells[place])}: type a number from −9 to 9.`;
        input.value = written(cells[place]);
        return;
      }
      message.textContent = "";
      cells[place] = value;
      if (value !== model.get("cells")[place]) setTraits(model, { cells });
      input.value = written(value);
    };
    const input = element("input", {
      ...OWN_KEYS,
      class: "stepper-cell",
      inputmode: "decimal",
      "aria-label": `X[${row}, ${column}]`,
      onchange: commit,
      onfocus: () => input.select(),
      onblur: () => (input.value = written(model.get("cells")[row * STORE + column])),
      onkeydown: (event) => {
        const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] }[event.key];
        if (move) moveFocus(tables.X, event, row, column, move, model.get("padding"));
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
        const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
        if (event.key in move) moveFocus(tables.Y, event, row, column, move[event.key], 0);
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
    const { n_h, n_w, padding, X } = state;
    const [height, width] = [n_h + 2 * padding, n_w + 2 * padding];
    lay(tables.X, `X with padding ${padding}`, height, width, (i, j) => {
      const [row, column] = [i - padding, j - padding];
      if (row >= 0 && row < n_h && column >= 0 && column < n_w) return inputCell(row, column);
      const zero = element("div", { class: "stepper-cell stepper-padding" }, "0");
      return element("div", { role: "gridcell", class: "stepper-holder" }, zero);
    });
    const under = new Map(products(state).map((p) => [`${p.row},${p.column}`, p.k]));
    tables.X.cells.forEach((cell, n) => {
      const [row, column] = [Math.floor(n / width) - padding, (n % width) - padding];
      const input = cell.firstElementChild;
      if (input.tagName === "INPUT" && input !== document.activeElement) {
        input.value = written(X[row * n_w + column]);
      }
      const k = under.get(`${row},${column}`);
      cell.classList.toggle("stepper-lit", k !== undefined);
      cell.dataset.times = k === undefined ? "" : `×${written(k)}`;
    });
    const padded = padding ? `, and ${padding} of padding around it` : "";
    tables.X.caption.textContent = `Picture X, ${n_h}×${n_w}${padded} (type into it)`;
  }

  function drawK({ k_h, k_w, used, flip }) {
    lay(tables.K, "K", k_h, k_w, () => {
      const cell = element("div", { class: "stepper-cell" });
      return element("div", { role: "gridcell", class: "stepper-holder stepper-lit" }, cell);
    });
    tables.K.cells.forEach((cell, n) => (cell.firstElementChild.textContent = written(used[n])));
    tables.K.caption.textContent = flip ? `Kernel K, flipped, ${k_h}×${k_w}` : `Kernel K, ${k_h}×${k_w}`;
  }

  function drawY({ Y, step }, pinned) {
    lay(tables.Y, "Y", Y.height, Y.width, outputCell);
    tables.Y.cells.forEach((cell, n) => {
      const button = cell.firstElementChild;
      const [i, j] = [Math.floor(n / Y.width), n % Y.width];
      button.textContent = written(Y.data[n]);
      button.tabIndex = n === step ? 0 : -1;
      button.setAttribute("aria-label", `Y[${i}, ${j}] = ${written(Y.data[n])}`);
      button.setAttribute("aria-pressed", String(pinned && n === step));
      cell.classList.toggle("stepper-lit", n === step);
      cell.classList.toggle("stepper-pinned", pinned && n === step);
    });
    const how = pinned ? "pinned; click it again to let go" : "point at an entry, click to pin it";
    tables.Y.caption.textContent = `Feature map Y, ${Y.height}×${Y.width} (${how})`;
  }

  function draw() {
    const state = stepperState(model);
    drawX(state);
    drawK(state);
    tables.Y.node.hidden = !state.Y;
    message.textContent = state.Y ? "" : doesNotFit(state);
    sum.textContent = state.Y ? arithmetic(state) : "";
    if (state.Y) drawY(state, model.get("pinned"));
    call.textContent = torchCall(state);
    spoken.say(sum.textContent);
  }

  const stop = redrawOnChange(model, [...SIZES, ...WEIGHTS, "cells", "flip", "step", "pinned"], draw);
  return () => {
    stop();
    spoken.stop();
    root.remove();
  };
}

export default { initialize, render };
