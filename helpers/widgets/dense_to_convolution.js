// One matrix on its way from dense (stage 0) over local (1) to shared weights (2).

const [N_H, N_W] = [6, 8];
const PIXELS = N_H * N_W;
const KERNEL_STORE = 3; // side of the largest kernel
const STAGES = ["dense", "local", "shared"];

/** Where pixel `column` lies in the window of output `row`: its index in K, or −1 outside. */
function placeInWindow(row, column, o_w, k_h, k_w) {
  const a = Math.floor(column / N_W) - Math.floor(row / o_w);
  const b = (column % N_W) - (row % o_w);
  return a >= 0 && a < k_h && b >= 0 && b < k_w ? a * k_w + b : -1;
}

/** A weight at `stage`, from its dense value and its kernel entry (null outside the window). */
function weightAt(stage, dense, entry) {
  if (entry === null) return stage < 1 ? (1 - stage) * dense : 0;
  return stage <= 1 ? dense : (2 - stage) * dense + (stage - 1) * entry;
}

/** How many weights can differ from one another at each of the three stages. */
function weightCounts(outputs, k_h, k_w) {
  return [outputs * PIXELS, outputs * k_h * k_w, k_h * k_w];
}

/** Everything the page shows, computed from the traits. */
function matrixState(model) {
  const [stage, k_h, k_w] = ["stage", "k_h", "k_w"].map((name) => model.get(name));
  const [dense, X, store] = ["dense", "pixels", "kernel"].map((name) => model.get(name));
  const [o_h, o_w] = [N_H - k_h + 1, N_W - k_w + 1];
  const outputs = o_h * o_w;
  const W = new Float64Array(outputs * PIXELS);
  const Y = new Float64Array(outputs);
  for (let row = 0; row < outputs; row++) {
    for (let column = 0; column < PIXELS; column++) {
      const place = placeInWindow(row, column, o_w, k_h, k_w);
      const entry = place < 0 ? null : store[Math.floor(place / k_w) * KERNEL_STORE + (place % k_w)];
      const weight = weightAt(stage, dense[row * PIXELS + column], entry);
      W[row * PIXELS + column] = weight;
      Y[row] += weight * X[column];
    }
  }
  const row = Math.min(model.get("row"), outputs - 1);
  return { stage, k_h, k_w, o_h, o_w, outputs, W, X, Y, row, counts: weightCounts(outputs, k_h, k_w) };
}

/** A number short enough for a cell of the output: one decimal, or none. */
function short(value) {
  const rounded = Number(value.toFixed(Math.abs(value) < 9.95 ? 1 : 0));
  return written(rounded);
}

const thousands = (count) => count.toLocaleString("en-GB");

function stageSentence({ stage, counts, outputs, k_h, k_w }) {
  const [dense, local, shared] = counts.map(thousands);
  const used = shared === "1" ? "1 weight, used" : `${shared} weights, each used`;
  if (stage === 0) return `Dense: every output looks at every pixel. ${outputs} × ${PIXELS} = ${dense} weights.`;
  if (stage < 1) return `Locality: of ${dense} weights, all outside the windows fade out.`;
  if (stage === 1) return `Local: every output looks at its ${k_h}×${k_w} window. ${outputs} × ${k_h * k_w} = ${local} weights.`;
  if (stage < 2) return `Sharing: the ${local} weights become alike from row to row.`;
  return `Shared: every row has the same kernel, one step on. ${used} ${outputs} times.`;
}

function rowSentence({ stage, row, o_w, k_h, k_w, W, X, Y }) {
  const [i, j] = [Math.floor(row / o_w), row % o_w];
  const start = `Row ${row} gives Y[${i}, ${j}] = `;
  const end = ` = ${written(Y[row], 3)}`;
  if (stage < 1) return `${start}the sum of ${PIXELS} products of weight and pixel${end}`;
  const terms = [];
  for (let column = 0; column < PIXELS; column++) {
    if (placeInWindow(row, column, o_w, k_h, k_w) < 0) continue;
    const weight = written(W[row * PIXELS + column], 3);
    terms.push(`${weight.startsWith("−") ? `(${weight})` : weight}·${written(X[column])}`);
  }
  return `${start}${terms.join(" + ")}${end}`;
}

function initialize({ model }) {
  const derive = () => {
    const { outputs, row } = matrixState(model);
    setTraits(model, { last_row: outputs - 1, row });
  };
  const stops = [joinHands(model), redrawOnChange(model, ["k_h", "k_w"], derive)];
  return () => stops.forEach((stop) => stop());
}

function render({ model, el }) {
  let frame = 0; // of the animation that a stage button starts
  const spoken = spokenRegion();
  const buttons = STAGES.map((name, stage) =>
    element("button", { ...OWN_KEYS, type: "button", class: "dense-stage", onclick: () => glideTo(stage) }),
  );
  const sentence = element("div", { class: "dense-sentence" });
  const sum = element("div", { class: "cfi-code dense-sum" });
  const matrix = grid("dense-matrix", (x, y) => y * matrixState(model).outputs);
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
    spoken.node,
  );
  attach(el, root);

  /** A canvas of one pixel a number, with an SVG of the same units on top of it. */
  function grid(kind, rowAt) {
    const canvas = element("canvas", { class: "dense-canvas", "aria-hidden": "true" });
    const overlay = svgElement("svg", { class: "dense-overlay", role: "img" });
    const point = (event) => {
      const area = overlay.getBoundingClientRect();
      const x = Math.min(Math.max((event.clientX - area.left) / area.width, 0), 0.9999);
      const y = Math.min(Math.max((event.clientY - area.top) / area.height, 0), 0.9999);
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
      if (model.get("stage") !== last) return; // someone has gone elsewhere meanwhile
      const share = still || !milliseconds ? 1 : Math.min(1, (performance.now() - begun) / milliseconds);
      last = share === 1 ? target : from + (target - from) * share;
      model.set("stage", last);
      if (share < 1) frame = requestAnimationFrame(step);
      else model.save_changes();
    };
    step();
  }

  function drawGrid(part, data, height, width, limit, label, marks) {
    paint(part.canvas, data, height, width, limit);
    part.overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    part.overlay.setAttribute("aria-label", label);
    part.box.style.aspectRatio = `${width} / ${height}`;
    part.overlay.replaceChildren(...marks);
  }

  const frameOf = (x, y, width, height) =>
    svgElement("rect", { class: "dense-frame", x, y, width, height });
  const rule = (x1, y1, x2, y2) => svgElement("line", { class: "dense-rule", x1, y1, x2, y2 });

  function matrixMarks({ outputs, o_h, o_w, k_h, k_w, row, stage }) {
    const marks = [];
    for (let k = 1; k < N_H; k++) marks.push(rule(k * N_W, 0, k * N_W, outputs));
    for (let i = 1; i < o_h; i++) marks.push(rule(0, i * o_w, PIXELS, i * o_w));
    marks.push(svgElement("rect", { class: "dense-row", x: 0, y: row, width: PIXELS, height: 1 }));
    if (stage >= 1) {
      const [i, j] = [Math.floor(row / o_w), row % o_w];
      for (let a = 0; a < k_h; a++) marks.push(frameOf((i + a) * N_W + j, row, k_w, 1));
    }
    return marks;
  }

  function numberMarks(data, width, strong) {
    return Array.from(data, (value, n) => {
      const dark = strong(value) ? "dense-number dense-on-dark" : "dense-number";
      const [x, y] = [(n % width) + 0.5, Math.floor(n / width) + 0.5];
      return svgElement("text", { class: dark, x, y }, short(value));
    });
  }

  function draw() {
    const state = matrixState(model);
    const { stage, k_h, k_w, o_h, o_w, outputs, W, X: pixels, Y: values, row, counts } = state;
    const [i, j] = [Math.floor(row / o_w), row % o_w];
    buttons.forEach((button, n) => {
      button.textContent = `${STAGES[n]} ${thousands(counts[n])}`;
      button.setAttribute("aria-pressed", String(stage === n));
      button.setAttribute("aria-label", `go to ${STAGES[n]}, ${thousands(counts[n])} weights`);
    });
    sentence.textContent = stageSentence(state);
    sum.textContent = rowSentence(state);

    matrix.caption.textContent = `The matrix: ${outputs} rows (outputs) × ${PIXELS} columns (pixels); point at a row`;
    drawGrid(matrix, W, outputs, PIXELS, 2, `${sentence.textContent} ${sum.textContent}`, matrixMarks(state));

    X.caption.textContent = `Picture X, ${N_H}×${N_W}`;
    const window = stage < 1 ? [0, 0, N_W, N_H] : [j, i, k_w, k_h];
    const seen = stage < 1 ? "all of X" : `rows ${i} to ${i + k_h - 1}, columns ${j} to ${j + k_w - 1}`;
    drawGrid(X, pixels, N_H, N_W, null, `Picture X; output ${row} looks at ${seen}`, [
      ...numberMarks(pixels, N_W, (value) => value < 0.5),
      frameOf(...window),
    ]);

    Y.caption.textContent = `Output Y, ${o_h}×${o_w}; point at an entry`;
    const limit = 2.2 * Math.max(1, ...Array.from(values, Math.abs));
    drawGrid(Y, values, o_h, o_w, limit, `Output Y; Y[${i}, ${j}] = ${written(values[row], 3)}`, [
      ...numberMarks(values, o_w, () => false),
      frameOf(j, i, 1, 1),
    ]);
    spoken.say(`${sentence.textContent} ${sum.textContent}`);
  }

  const traits = ["stage", "row", "k_h", "k_w", "dense", "pixels", "kernel"];
  const stop = redrawOnChange(model, traits, draw);
  return () => {
    cancelAnimationFrame(frame);
    stop();
    spoken.stop();
    root.remove();
  };
}

export default { initialize, render };
