// Convolve the shifted picture, shift the convolved picture, and the difference of the two.

const [N_H, N_W, MARGIN] = [60, 80, 16]; // the picture, and how much more of the scene there is
const [SCENE_H, SCENE_W] = [N_H + 2 * MARGIN, N_W + 2 * MARGIN];

/** Brightness from 0 to 1 of a scene that came as bytes. */
function brightness(bytes) {
  return Float64Array.from(
    new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    (value) => value / 255,
  );
}

/** What the camera sees of the scene once all in it has moved `down` and `right`. */
function shiftedPicture(scene, down, right) {
  const X = new Float64Array(N_H * N_W);
  for (let i = 0; i < N_H; i++) {
    const start = (MARGIN - down + i) * SCENE_W + MARGIN - right;
    X.set(scene.subarray(start, start + N_W), i * N_W);
  }
  return X;
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
function measure(scene, K, { down, right, stride, padded }) {
  const side = Math.round(Math.sqrt(K.length));
  const padding = padded ? Math.floor(side / 2) : 0;
  const options = { stride, padding };
  const after = correlate(shiftedPicture(scene, down, right), N_H, N_W, K, side, side, options);
  const before = correlate(shiftedPicture(scene, 0, 0), N_H, N_W, K, side, side, options);
  const { height, width } = after;
  const [cells_down, cells_right] = [wholeCells(down, stride), wholeCells(right, stride)];
  const moved = new Float64Array(height * width).fill(NaN);
  const difference = new Float64Array(height * width).fill(NaN);
  const largest = { inside: 0, border: padded ? 0 : null };
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const [row, column] = [i - cells_down, j - cells_right];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const n = i * width + j;
      moved[n] = before.data[row * width + column];
      difference[n] = after.data[n] - moved[n];
      const atBorder =
        [i, row].some((cell) => holdsPadding(cell, N_H, side, stride, padding)) ||
        [j, column].some((cell) => holdsPadding(cell, N_W, side, stride, padding));
      const place = atBorder ? "border" : "inside";
      largest[place] = Math.max(largest[place], Math.abs(difference[n]));
    }
  }
  return { after: after.data, moved, difference, height, width, cells_down, cells_right, largest };
}

/** A movement in words: "6 right and 2 up". */
function moves(right, down) {
  const words = [];
  if (right !== 0) words.push(`${written(Math.abs(right), 3)} ${right > 0 ? "right" : "left"}`);
  if (down !== 0) words.push(`${written(Math.abs(down), 3)} ${down > 0 ? "down" : "up"}`);
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
  const spoken = spokenRegion();
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
    element("div", { class: "meter-legend" }, low, scale, high, element("span", { class: "meter-none" }), "no counterpart"),
    sentence,
    element("div", { class: "cfi-row" }, inside, border),
    spoken.node,
  );
  attach(el, root);

  function panel(caption) {
    const canvas = element("canvas", { class: "meter-canvas", role: "img" });
    const overlay = svgElement("svg", { class: "meter-overlay", "aria-hidden": "true" });
    const box = element("div", { class: "meter-box" }, canvas, overlay);
    const node = element("div", { class: "meter-panel" }, element("div", { class: "cfi-caption" }, caption), box);
    return { node, canvas, overlay, box, caption };
  }

  function drawMap(part, data, height, width, limit) {
    paint(part.canvas, data, height, width, limit);
    part.box.style.aspectRatio = `${width} / ${height}`;
    // Cells without a counterpart are grey, a colour that no number has.
    const context = part.canvas.getContext("2d");
    context.fillStyle = "#8b949e";
    data.forEach((value, n) => {
      if (Number.isNaN(value)) context.fillRect(n % width, Math.floor(n / width), 1, 1);
    });
  }

  function drawScene(pixels, { down, right }) {
    paint(scene.canvas, pixels, SCENE_H, SCENE_W);
    scene.box.style.aspectRatio = `${SCENE_W} / ${SCENE_H}`;
    scene.overlay.setAttribute("viewBox", `0 0 ${SCENE_W} ${SCENE_H}`);
    const frame = (kind, x, y) =>
      svgElement("rect", { class: `meter-frame ${kind}`, x, y, width: N_W, height: N_H });
    scene.overlay.replaceChildren(
      frame("meter-before", MARGIN, MARGIN),
      frame("meter-after", MARGIN - right, MARGIN - down),
    );
    scene.canvas.setAttribute("aria-label", `The scene; its picture moves ${moves(right, down)}`);
  }

  function draw() {
    const settings = {
      down: model.get("shift_down"),
      right: model.get("shift_right"),
      stride: model.get("stride"),
      padded: model.get("padded"),
    };
    const pixels = brightness(model.get("scene"));
    const found = measure(pixels, model.get("kernels")[model.get("kernel")], settings);
    const { height, width, largest } = found;
    const limit = found.after.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

    drawScene(pixels, settings);
    for (const [part, data] of [[after, found.after], [moved, found.moved], [difference, found.difference]]) {
      drawMap(part, data, height, width, limit);
      part.canvas.setAttribute("aria-label", `${part.caption}, ${height} rows, ${width} columns`);
    }
    [low.textContent, high.textContent] = [written(-limit, 3), written(limit, 3)];
    sentence.textContent = shiftSentence(settings, found);
    inside.textContent = `Inside, largest difference: ${written(largest.inside, 3)}`;
    border.textContent =
      largest.border === null
        ? "At the border: no padding, nothing to go wrong"
        : `At the border, where windows hold zeros: ${written(largest.border, 3)}`;
    inside.classList.toggle("meter-off", largest.inside > 0);
    border.classList.toggle("meter-off", largest.border > 0);
    spoken.say(`${sentence.textContent} ${inside.textContent}. ${border.textContent}.`);
  }

  const traits = ["scene", "kernels", "kernel", "shift_down", "shift_right", "stride", "padded"];
  const stop = redrawOnChange(model, traits, draw);
  return () => {
    stop();
    spoken.stop();
    root.remove();
  };
}

export default { render };
