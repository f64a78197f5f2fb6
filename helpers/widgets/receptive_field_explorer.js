// The receptive field explorer: the picture and its maps as strips of cells, seen from the side,
// and the cone below the cell pointed at. Maps and pictures are square and the layers treat both
// sides alike, so one side is enough.

import { element } from "./js/dom.js";
import { consume, OWN_KEYS } from "./js/keyboard.js";
import { setTraits } from "./js/model.js";
import { clamp, countOf, formatCount, formatNumber } from "./js/numbers.js";
import {
  coneBelow,
  extent,
  leftEdge,
  mapSizes,
  pathsTo,
  receptiveFields,
} from "./js/receptive_field.js";
import { mount } from "./js/view.js";

const NUMBERS = ["kernel_size", "stride", "padding", "dilation"];

/** Everything the page shows, computed from the traits. */
export function explorerState(model) {
  const layers = model.get("layers");
  const inputSize = model.get("input_size");
  const sizes = mapSizes(inputSize, layers);
  const fields = receptiveFields(layers);
  const lost = layers.length + 1 - sizes.length; // layers that find nothing left to look at
  const level = Math.min(model.get("level"), sizes.length - 1);
  const cell = Math.min(model.get("cell"), sizes[level] - 1);
  const spans = coneBelow(layers, level, cell);
  const counts = pathsTo(layers, sizes, level, cell);
  // As far as any field of any map reaches, so that nothing moves while one points around.
  let [low, high] = [0, inputSize - 1];
  sizes.forEach((cells, l) => {
    const { size, jump, offset } = fields[l];
    low = Math.min(low, offset);
    high = Math.max(high, (cells - 1) * jump + offset + size - 1);
  });
  return { layers, inputSize, sizes, fields, level, cell, spans, counts, low, high, lost };
}

function layerName(layer, number) {
  const { kind, kernel_size, stride, padding, dilation } = layer;
  let name = `${number} ${kind} ${kernel_size}×${kernel_size}`;
  if (stride !== 1) name += ` s${stride}`;
  if (padding !== 0) name += ` p${padding}`;
  if (dilation !== 1) name += ` d${dilation}`;
  return name;
}

/** The same in full, for those who hear it. */
function layerNameInFull(layer, number) {
  const { stride, padding, dilation } = layer;
  return `${layerName(layer, number)}, stride ${stride}, padding ${padding}, dilation ${dilation}`;
}

/** The sentence about the cell pointed at. */
export function sentence({ inputSize, sizes, fields, level, cell, spans, counts }) {
  const number = (value) => String(value).replace("-", "−");
  if (level === 0)
    return `Pixel ${cell} of the picture: it sees itself. Point at a cell further up.`;
  const { size, jump, offset } = fields[level];
  const [first, last] = spans[0];
  let text = `Cell ${cell} of the ${sizes[level]} behind layer ${level} sees `;
  text += size === 1 ? `pixel ${number(first)}` : `pixels ${number(first)} to ${number(last)}`;
  text += `: size ${formatNumber(size, 7)}, jump ${formatNumber(jump, 7)}, offset ${formatNumber(offset, 7)}.`;
  if (last < 0 || first >= inputSize) return `${text} All of them are padding.`;
  if (first < 0 || last >= inputSize) {
    text += ` Inside the picture: ${Math.max(0, first)} to ${Math.min(inputSize - 1, last)}; `;
    text += "the rest is padding.";
  } else {
    const read = counts[0].reduce((sum, count) => sum + (count > 0), 0);
    if (read < size) text += ` It reads ${read} of them; the others fall into gaps.`;
  }
  return text;
}

/** Weights of the stack's convolutions, and of one layer that sees as much. */
export function weights({ layers, fields }) {
  const convolutions = layers.filter(({ kind }) => kind !== "pool");
  const count = convolutions.reduce((sum, { kernel_size }) => sum + kernel_size ** 2, 0);
  const { size } = fields.at(-1);
  return (
    `Weights for each pair of channels: ${formatCount(count)} in ` +
    `${countOf(convolutions.length, "convolution")}; a single layer that sees as much, ` +
    `${formatNumber(size, 7)}×${formatNumber(size, 7)}, has ` +
    `${size < 1e6 ? formatCount(size ** 2) : formatNumber(size ** 2)}.`
  );
}

export function nothingLeft({ layers, sizes }) {
  const number = sizes.length;
  const layer = layers[number - 1];
  return (
    `Nothing is left after layer ${number}: its window spans ${extent(layer)} cells, its padded ` +
    `map has ${sizes.at(-1) + 2 * layer.padding}. Make the picture or the padding larger, or the ` +
    "window smaller."
  );
}

/** Keep the traits that follow from one another up to date, with or without a view. */
function initialize({ model }) {
  const layersNow = () => model.get("layers");

  function choosePreset() {
    const { layers, input_size } = model.get("presets")[model.get("preset")] ?? { layers: [] };
    if (!layers.length) return;
    const top = mapSizes(input_size, layers).at(-1);
    setTraits(model, {
      layers: layers.map((layer) => ({ ...layer })),
      input_size,
      selected: layers.length,
      level: layers.length,
      cell: Math.floor((top - 1) / 2),
      pinned: false,
    });
  }

  // The sliders follow the selected layer …
  function showSelected() {
    const layers = layersNow();
    if (!layers.length) return;
    const selected = Math.min(model.get("selected"), layers.length);
    const traits = { selected };
    for (const name of NUMBERS) traits[name] = layers[selected - 1][name];
    setTraits(model, traits);
  }

  // … and the selected layer follows the sliders, one number at a time.
  function setNumber(name) {
    const layers = layersNow();
    const index = model.get("selected") - 1;
    if (!layers[index] || layers[index][name] === model.get(name)) return;
    const changed = layers.map((layer, n) =>
      n === index ? { ...layer, [name]: model.get(name) } : layer,
    );
    setTraits(model, { layers: changed, preset: 0 });
  }

  const listeners = {
    "change:preset": choosePreset,
    "change:layers": showSelected,
    "change:selected": showSelected,
  };
  for (const name of NUMBERS) listeners[`change:${name}`] = () => setNumber(name);
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  showSelected();
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

const ROW = 30; // pixels from one strip to the next
const STRIP = 16; // height of a strip
const TOP = 24; // room above, for the headings of the table
const BARS = 46; // height of the bars below the picture

function render({ model, el }) {
  const { max_layers } = model.get("constants");
  const canvas = element("canvas", {
    class: "explorer-canvas",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "stack of maps",
    ...OWN_KEYS,
    onpointermove: (event) => !model.get("pinned") && pointAt(event),
    onclick: pin,
    onkeydown: walk,
  });
  const names = element("div", { class: "explorer-names" });
  const table = element("table", { class: "explorer-table" });
  const text = element("div", { class: "explorer-sentence" });
  const count = element("div", { class: "cfi-caption" });
  const message = element("div", { class: "cfi-message", role: "status" });
  const which = element("span", { class: "explorer-which" });
  const buttons = {
    add: button("add one above", add),
    remove: button("remove", remove),
    up: button("move up", () => move(1)),
    down: button("move down", () => move(-1)),
  };
  const root = element(
    "div",
    { class: "cfi explorer" },
    element("div", { class: "explorer-buttons" }, which, ...Object.values(buttons)),
    element("div", { class: "explorer-stage" }, names, canvas, table),
    message,
    text,
    count,
    element(
      "div",
      { class: "cfi-caption" },
      "The sliders set the framed layer; click a name to frame another. Point at a cell to see " +
        "its cone, click to pin it, or walk with the arrow keys. The bars count the paths from " +
        "each pixel to the cell; s, p and d are stride, padding and dilation.",
    ),
  );
  const view = mount({ model, el }, root);
  let width = canvas.clientWidth || 600; // measured again when it changes

  function button(label, onclick) {
    return element("button", { type: "button", onclick }, label);
  }

  // --- changing the stack ---

  function change(layers, selected) {
    setTraits(model, { selected, layers, preset: 0, pinned: false });
    setTraits(model, { level: mapSizes(model.get("input_size"), layers).length - 1 });
  }

  function add() {
    const layers = [...model.get("layers")];
    if (layers.length === max_layers) return;
    const at = model.get("selected");
    const layer = { kind: "conv", kernel_size: 3, stride: 1, padding: 0, dilation: 1 };
    layers.splice(at, 0, layer);
    // First the stack, then the selection: the sliders must not write into the old layer.
    setTraits(model, { layers });
    change(layers, at + 1);
  }

  function remove() {
    const layers = [...model.get("layers")];
    if (layers.length === 1) return;
    const at = model.get("selected");
    layers.splice(at - 1, 1);
    change(layers, Math.max(1, at - 1));
  }

  function move(by) {
    const layers = [...model.get("layers")];
    const [from, to] = [model.get("selected") - 1, model.get("selected") - 1 + by];
    if (!layers[to]) return;
    [layers[from], layers[to]] = [layers[to], layers[from]];
    setTraits(model, { layers });
    change(layers, to + 1);
  }

  // --- pointing ---

  /** The state's scale: pixels of the page for a pixel of the picture. */
  const scale = ({ low, high }) => (width - 2) / (high - low + 1);
  const stripTop = (state, level) => TOP + (state.layers.length - level) * ROW;

  function pointAt(event) {
    const state = explorerState(model);
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top - TOP + (ROW - STRIP) / 2) / ROW);
    const level = clamp(state.layers.length - row, 0, state.sizes.length - 1);
    const place = (event.clientX - box.left - 1) / scale(state) + state.low;
    const { jump } = state.fields[level];
    const found = Math.floor((place - leftEdge(state.fields[level], 0)) / jump);
    const cell = clamp(found, 0, state.sizes[level] - 1);
    setTraits(model, { level, cell });
  }

  function pin(event) {
    const pinned = !model.get("pinned");
    if (pinned) pointAt(event);
    setTraits(model, { pinned });
  }

  function walk(event) {
    const { sizes, level, cell, fields } = explorerState(model);
    const last = sizes[level] - 1;
    const across = { ArrowLeft: cell - 1, ArrowRight: cell + 1, Home: 0, End: last }[event.key];
    const along = { ArrowUp: level + 1, ArrowDown: level - 1 }[event.key];
    if (across === undefined && along === undefined) return;
    consume(event);
    if (across !== undefined) {
      setTraits(model, { level, cell: clamp(across, 0, last) });
    } else if (sizes[along] !== undefined) {
      // The cell that lies straight above or below.
      const middle = leftEdge(fields[level], cell) + fields[level].jump / 2;
      const found = Math.floor((middle - leftEdge(fields[along], 0)) / fields[along].jump);
      setTraits(model, { level: along, cell: clamp(found, 0, sizes[along] - 1) });
    }
  }

  // --- drawing ---

  function drawNames(state) {
    const { layers, sizes, level } = state;
    const selected = model.get("selected");
    const wanted = layers.length + 1;
    while (names.children.length > wanted) names.lastChild.remove();
    while (names.children.length < wanted) {
      const n = names.children.length;
      names.append(
        n === 0
          ? element("span", { class: "explorer-name" }, "picture")
          : element("button", {
              type: "button",
              class: "explorer-name",
              onclick: () => setTraits(model, { selected: n }),
            }),
      );
    }
    names.style.paddingTop = `${TOP - (ROW - STRIP) / 2}px`;
    [...names.children].forEach((name, n) => {
      name.classList.toggle("explorer-lost", n >= sizes.length);
      name.classList.toggle("explorer-pointed", n === level);
      if (n === 0) return;
      const text = layerName(layers[n - 1], n);
      if (name.textContent !== text) name.textContent = text;
      name.setAttribute("aria-label", layerNameInFull(layers[n - 1], n));
      name.setAttribute("aria-pressed", String(n === selected));
    });
  }

  // Makes new rows only when a number changes; pointing around marks another row.
  let tableOf = "";
  function drawTable({ sizes, fields, level, lost }) {
    const numbers = sizes.map((cells, l) => [cells, ...Object.values(fields[l])]);
    const shown = JSON.stringify([numbers, lost]);
    if (shown !== tableOf) {
      tableOf = shown;
      const row = (cells) => element("tr", {}, ...cells);
      const titles = ["cells", "size", "jump", "offset"];
      const head = row(titles.map((title) => element("th", { scope: "col" }, title)));
      const rows = numbers.map((values) =>
        row(values.map((n) => element("td", {}, formatNumber(n, 6)))),
      );
      const gone = Array.from({ length: lost }, () => row([element("td", { colspan: 4 }, "–")]));
      table.replaceChildren(head, ...gone, ...rows.reverse());
    }
    [...table.children].reverse().forEach((row, l) => {
      row.classList.toggle("explorer-pointed", l === level);
    });
  }

  function drawStrips(state) {
    const { layers, sizes, fields, level, cell, spans, counts, low } = state;
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const [ink, line, shade] = ["--ink-soft", "--line", "--shade"].map(colour);
    const [cone, lit] = [colour("--window-shade"), colour("--window")];
    const height = TOP + (layers.length + 1) * ROW + BARS;
    const ratio = devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);

    const unit = scale(state);
    const x = (l, i) => 1 + (leftEdge(fields[l], i) - low) * unit;
    const y = (l) => stripTop(state, l);

    // The cone, between the strips.
    pen.fillStyle = cone;
    for (let l = level; l > 0; l--) {
      pen.beginPath();
      pen.moveTo(x(l, spans[l][0]), y(l) + STRIP);
      pen.lineTo(x(l, spans[l][1] + 1), y(l) + STRIP);
      pen.lineTo(x(l - 1, spans[l - 1][1] + 1), y(l - 1));
      pen.lineTo(x(l - 1, spans[l - 1][0]), y(l - 1));
      pen.fill();
    }

    sizes.forEach((cells, l) => {
      const padding = layers[l]?.padding ?? 0;
      const side = fields[l].jump * unit;
      const gap = side >= 5 ? 1 : 0;
      const [first, last] = spans[l] ?? [0, -1];
      pen.fillStyle = shade;
      if (gap === 0) pen.fillRect(x(l, 0), y(l), cells * side, STRIP);
      for (let i = -padding; i < cells + padding; i++) {
        const inside = i >= 0 && i < cells;
        const below = l <= level && i >= first && i <= last;
        const seen = below && inside && counts[l][i] > 0;
        const left = x(l, i) + gap / 2;
        if (inside) {
          if (gap === 0 && !below) continue; // painted already, all in one
          pen.fillStyle = seen ? lit : below ? cone : shade;
          // Without gaps neighbours overlap a little, or the page would shine through.
          pen.fillRect(left, y(l), side - gap + (gap === 0 ? 0.5 : 0), STRIP);
        } else {
          // Padding: as low as half a strip, and only outlined.
          pen.strokeStyle = below ? lit : line;
          pen.lineWidth = 1;
          pen.strokeRect(left + 0.5, y(l) + STRIP / 4, Math.max(side - gap - 1, 0.5), STRIP / 2);
        }
      }
      pen.strokeStyle = line;
      pen.lineWidth = 1;
      pen.strokeRect(x(l, 0), y(l) - 0.5, cells * side, STRIP + 1);
    });

    // The cell itself.
    pen.strokeStyle = colour("--ink");
    pen.lineWidth = 2;
    const side = Math.max(fields[level].jump * unit, 3);
    pen.strokeRect(x(level, cell), y(level) - 1, side, STRIP + 2);

    // The bars below the picture: how many paths lead from each pixel to the cell.
    const base = y(0) + STRIP + BARS - 4;
    const most = Math.max(...counts[0]);
    pen.fillStyle = lit;
    if (most > 0) {
      counts[0].forEach((count, i) => {
        const bar = (count / most) * (BARS - 12);
        pen.fillRect(x(0, i), base - bar, Math.max(unit - (unit >= 5 ? 1 : 0), 1), bar);
      });
    }
    pen.strokeStyle = ink;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x(0, 0), base + 0.5);
    pen.lineTo(x(0, sizes[0]), base + 0.5);
    pen.stroke();
  }

  function draw() {
    const state = explorerState(model);
    const said = sentence(state);
    drawNames(state);
    drawTable(state);
    drawStrips(state);
    text.textContent = said;
    count.textContent = weights(state);
    message.textContent = state.lost > 0 ? nothingLeft(state) : "";
    canvas.setAttribute("aria-label", `Arrow keys point at a cell. ${said}`);
    canvas.classList.toggle("explorer-pinned", model.get("pinned"));
    const selected = model.get("selected");
    which.textContent = `Layer ${selected}:`;
    buttons.add.disabled = state.layers.length === max_layers;
    buttons.remove.disabled = state.layers.length === 1;
    buttons.up.disabled = selected >= state.layers.length;
    buttons.down.disabled = selected <= 1;
    return state.lost > 0 ? message.textContent : said;
  }

  const traits = ["layers", "input_size", "selected", "level", "cell", "pinned"];
  const redraw = () => view.say(draw());
  const themes = new MutationObserver(redraw); // a canvas keeps the colours it was drawn with
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  themes.observe(document.documentElement, { attributeFilter: ["theme"] });
  const resized = new ResizeObserver(() => {
    if (canvas.clientWidth === width) return;
    width = canvas.clientWidth;
    redraw();
  });
  resized.observe(canvas);
  view.redraw(traits, draw);
  view.onClose(() => resized.disconnect());
  view.onClose(() => themes.disconnect());
  return view.close;
}

export default { initialize, render };
