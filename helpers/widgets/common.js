// Shared by all widgets: put in front of each widget's own file, which anywidget loads as one
// module. Plain functions; those that compute touch neither the page nor the model.

/**
 * Cross-correlation of a picture with a kernel, both flat and row by row.
 * Returns {data, height, width}, or null where the kernel does not fit into the padded picture.
 */
function correlate(X, n_h, n_w, K, k_h, k_w, { stride = 1, padding = 0, dilation = 1 } = {}) {
  const height = Math.floor((n_h + 2 * padding - dilation * (k_h - 1) - 1) / stride) + 1;
  const width = Math.floor((n_w + 2 * padding - dilation * (k_w - 1) - 1) / stride) + 1;
  if (height < 1 || width < 1) return null;
  const data = new Float64Array(height * width);
  // Shifted pictures are added up, as in chapter 02: the innermost loop asks nothing.
  for (let a = 0; a < k_h; a++) {
    for (let b = 0; b < k_w; b++) {
      const weight = K[a * k_w + b];
      if (weight === 0) continue;
      const start = b * dilation - padding; // column of X under this weight in the first window
      const first = Math.max(0, Math.ceil(-start / stride)); // windows where it is inside X …
      const last = Math.min(width - 1, Math.floor((n_w - 1 - start) / stride)); // … first to last
      for (let i = 0; i < height; i++) {
        const row = i * stride - padding + a * dilation;
        if (row < 0 || row >= n_h) continue;
        let from = row * n_w + start + first * stride;
        for (let to = i * width + first; to <= i * width + last; to++) {
          data[to] += weight * X[from];
          from += stride;
        }
      }
    }
  }
  return { data, height, width };
}

/** A kernel turned by half a turn: what true convolution does to it first. */
function flipped(K) {
  return Array.from(K).reverse();
}

/** A number as people write it: few digits, a true minus sign, never "-0". */
function written(value, digits = 4) {
  if (!Number.isFinite(value)) return "too large";
  const rounded = Number(value.toPrecision(digits));
  const text = Math.abs(rounded) >= 1e6 ? rounded.toExponential(2) : String(rounded);
  return (rounded === 0 ? "0" : text).replaceAll("-", "−");
}

/** A number with so many decimals, a true minus sign, never "-0.00". */
function fixed(value, digits) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

// Blue below zero, white at zero, orange above: the same seven colours as in helpers/figures.py.
const SIGNED_STOPS = [
  [16, 57, 107], [33, 102, 172], [146, 191, 224], [255, 255, 255],
  [246, 178, 122], [194, 87, 12], [107, 44, 4],
];

// 511 colours from −1 to 1, so that a map is painted by looking up and not by computing.
const SIGNED_COLOURS = Uint8ClampedArray.from({ length: 511 * 3 }, (_, n) => {
  const place = (Math.floor(n / 3) / 510) * 6;
  const left = Math.min(5, Math.floor(place));
  const [low, high] = [SIGNED_STOPS[left][n % 3], SIGNED_STOPS[left + 1][n % 3]];
  return Math.round(low + (high - low) * (place - left));
});

/** Colour of a signed value as [r, g, b]; `limit` is the value of the strongest colour. */
function signedColour(value, limit) {
  const share = Math.max(-1, Math.min(1, value / (limit || 1)));
  const n = 3 * Math.round(255 * share + 255);
  return SIGNED_COLOURS.subarray(n, n + 3);
}

// The same colours, and all greys, as a canvas holds its pixels: four bytes each, opaque.
const asPixels = (length, byte) => {
  const bytes = (_, n) => (n % 4 === 3 ? 255 : byte(Math.floor(n / 4), n % 4));
  return new Uint32Array(Uint8ClampedArray.from({ length: 4 * length }, bytes).buffer);
};
const SIGNED_PIXELS = asPixels(511, (n, channel) => SIGNED_COLOURS[3 * n + channel]);
const GREY_PIXELS = asPixels(256, (n) => n);

/** Paint numbers on a canvas, a pixel each; `limit` null paints grey from 0 (black) to 1. */
function paint(canvas, data, height, width, limit = null) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = limit === null ? GREY_PIXELS : SIGNED_PIXELS;
  const [scale, zero] = limit === null ? [255, 0] : [255 / (limit || 1), 255];
  const last = colours.length - 1;
  for (let n = 0; n < data.length; n++) {
    const place = scale * data[n] + zero + 0.5;
    pixels[n] = colours[place < 0 ? 0 : place > last ? last : place | 0]; // rounded
  }
  context.putImageData(image, 0, 0);
}

/** Make an element: attributes (on… are listeners), then children (nodes or text). */
function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Same, for SVG. */
function svgElement(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** What a native control needs so that JupyterLab leaves its arrow keys to it. */
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** Row and column of the number farthest from zero. */
function strongest({ data, width }) {
  let at = 0;
  data.forEach((value, n) => {
    if (Math.abs(value) > Math.abs(data[at])) at = n;
  });
  return { row: Math.floor(at / width), column: at % width };
}

/**
 * Let an element that holds a canvas be pointed into: `onPoint(row, column)` gets the pixel below
 * the pointer, `onMove(rows, columns)` the step of an arrow key, ten times as far with Shift.
 */
function makePointable(node, canvas, onPoint, onMove) {
  node.tabIndex = 0;
  for (const [attribute, value] of Object.entries(OWN_KEYS)) node.setAttribute(attribute, value);
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const down = (event.clientY - box.top - canvas.clientTop) / canvas.clientHeight;
    const right = (event.clientX - box.left - canvas.clientLeft) / canvas.clientWidth;
    onPoint(Math.floor(down * canvas.height), Math.floor(right * canvas.width));
  };
  node.addEventListener("pointermove", point);
  node.addEventListener("pointerdown", point);
  node.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!(event.key in step)) return;
    event.preventDefault();
    event.stopPropagation();
    const size = event.shiftKey ? 10 : 1;
    onMove(step[event.key][0] * size, step[event.key][1] * size);
  });
}

/**
 * Call `draw` now and after every change of the named traits, once for all changes made in one
 * go. Returns the function that stops it.
 */
function redrawOnChange(model, traits, draw) {
  let waiting = false;
  let stopped = false;
  const ask = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!stopped) draw();
    });
  };
  for (const trait of traits) model.on(`change:${trait}`, ask);
  draw();
  return () => {
    stopped = true;
    for (const trait of traits) model.off(`change:${trait}`, ask);
  };
}

/** Set traits and send them in one go; traits that have the value already are left alone. */
function setTraits(model, values) {
  for (const [trait, value] of Object.entries(values)) {
    if (model.get(trait) !== value) model.set(trait, value);
  }
  model.save_changes();
}

/**
 * Join the traits named in `hands` with the hands on their sliders. A slider stands at whole steps
 * only, so the hand is given the step next to the trait's value, and the trait follows when the
 * hand is moved from there.
 */
function joinHands(model) {
  const hands = Object.entries(model.get("hands"));
  const step = (value, size) => Number((Math.round(value / size) * size).toPrecision(12));
  const apart = ([trait, size]) =>
    Math.abs(model.get(`hand_${trait}`) - step(model.get(trait), size)) > size / 1000;
  const set = (pairs) => setTraits(model, Object.fromEntries(pairs));
  const lead = () =>
    set(hands.filter(apart).map(([trait, size]) => [`hand_${trait}`, step(model.get(trait), size)]));
  const follow = () =>
    set(hands.filter(apart).map(([trait, size]) => [trait, step(model.get(`hand_${trait}`), size)]));
  const stops = [
    redrawOnChange(model, hands.map(([trait]) => trait), lead),
    redrawOnChange(model, hands.map(([trait]) => `hand_${trait}`), follow),
  ];
  return () => stops.forEach((stop) => stop());
}

/** A region that screen readers speak when its text has been still for a moment. */
function spokenRegion() {
  const node = element("div", { class: "cfi-spoken", "aria-live": "polite" });
  let timer = 0;
  const say = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (node.textContent = text), 400);
  };
  return { node, say, stop: () => clearTimeout(timer) };
}

/**
 * Put a widget's root into the page, and name the controls beside it for screen readers:
 * ipywidgets leaves the handles of its sliders and the buttons of its player without a name.
 */
function attach(el, root) {
  el.append(root);
  const name = () => nameControls(root.closest(".cfi-panel"));
  for (const wait of [0, 300, 2000]) setTimeout(name, wait); // controls come when they like
}

function nameControls(panel) {
  if (!panel) return;
  for (const slider of panel.querySelectorAll(".widget-hslider")) {
    const handle = slider.querySelector(".noUi-handle");
    const grid = slider.closest(".kernel-grid"); // three sliders a row, the label is the number
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
