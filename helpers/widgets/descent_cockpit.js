// The cockpit: the loss over the two weights of a 1×2 kernel, the path that gradient descent
// takes on it, the loss at every step, and the kernel so far with its feature map.

import { signedColour } from "./js/colours.js";
import { correlate, matrixOf } from "./js/correlate.js";
import { bowlOf, descentOn } from "./js/descent.js";
import { element, svgElement, svgLine, tint } from "./js/dom.js";
import { arrowStep, consume, OWN_KEYS } from "./js/keyboard.js";
import { setTraits } from "./js/model.js";
import { clamp, countOf, formatFixed, formatNumber, powerOfTen } from "./js/numbers.js";
import { paint } from "./js/paint.js";
import { syncThumbs } from "./js/thumbs.js";
import { mount } from "./js/view.js";

/** Where the line from `inside` to `outside` crosses the edge of the plot. */
function edgeCrossing(inside, outside, reach) {
  let share = 1;
  for (const axis of [0, 1]) {
    const way = outside[axis] - inside[axis];
    if (Math.abs(outside[axis]) > reach) {
      share = Math.min(share, (Math.sign(way) * reach - inside[axis]) / way);
    }
  }
  return [0, 1].map((axis) => inside[axis] + share * (outside[axis] - inside[axis]));
}

/** Everything the page shows, computed from the traits. */
export function cockpitState(model) {
  const example = model.get("examples")[model.get("example")];
  const [X, Y] = [matrixOf(example.X), matrixOf(example.Y)];
  const { reach } = model.get("constants");
  const [lr, numSteps] = [model.get("lr"), model.get("num_steps")];
  const start = [model.get("start_0"), model.get("start_1")];
  const bowl = bowlOf(X, Y);
  const run = descentOn(bowl, start, lr, numSteps);
  const isOut = (point) => point.some((k) => Math.abs(k) > reach + 1e-9);
  const out = run.grows === null ? -1 : run.points.findIndex(isOut);
  const limit = bowl.axes[0].lambda > 0 ? 2 / bowl.axes[0].lambda : null;
  const left = out < 0 ? null : out;
  return { X, Y, reach, lr, numSteps, start, bowl, run, limit, left };
}

const pair = (v, digits = 3) => `[${formatNumber(v[0], digits)}, ${formatNumber(v[1], digits)}]`;

/** The verdict in a sentence or two. */
export function verdict({ lr, numSteps, run, limit, left }) {
  const [first, last] = [run.losses[0], run.losses[numSteps]].map((loss) => formatNumber(loss, 3));
  const after = `Loss ${first} at the start, ${last} after ${countOf(numSteps, "step")}.`;
  if (lr === 0) return `Stands still: lr is 0. ${after}`;
  if (run.grows !== null) {
    const factor = Math.abs(run.factors[run.grows]);
    const leaves = left === null ? "" : ` It leaves the plot at step ${left}.`;
    return `Runs away: every step makes the error ${factor.toFixed(2)} times as large.${leaves} ${after}`;
  }
  if (limit !== null && lr > limit * (1 + 1e-9)) {
    const only = "Converges only in exact arithmetic: the start lies on the flat axis";
    return `${only}, and any rounding error would grow. ${after}`;
  }
  if (limit !== null && lr > limit * (1 - 1e-9)) {
    return `Oscillates for ever: lr is exactly the limit. ${after}`;
  }
  return `Settles. ${after}`;
}

/** What one step does along an eigenvector. */
function axisText({ direction, lambda }, factor, name) {
  const way = `${name} direction ${pair(direction, 2)}: λ = ${formatNumber(lambda, 3)}`;
  if (lambda === 0) return `${way}, nothing ever changes`;
  return `${way}, a step multiplies the error by 1 − lr·λ = ${formatFixed(factor, 2)}`;
}

const SIDE = 340; // of the plot of the two weights, in units of its drawing
const CURVE = { width: 330, height: 190 };
const LEVELS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

/** Maps a kernel to its place in the plot: the first weight to the right, the second upwards. */
function plotScale(reach) {
  const place = (k) => (k / (2 * reach)) * SIDE;
  return ([k0, k1]) => [place(k0 + reach), place(reach - k1)];
}

/** The numbers and names of the two axes. */
function drawTicks(reach) {
  const toPlot = plotScale(reach);
  const middle = { "text-anchor": "middle" };
  const below = { x: SIDE / 2, y: SIDE + 38, ...middle };
  const left = { transform: `translate(-34 ${SIDE / 2}) rotate(-90)`, ...middle };
  const parts = [
    svgElement("text", below, "first weight, K[0, 0]"),
    svgElement("text", left, "second weight, K[0, 1]"),
  ];
  for (let k = -reach; k <= reach; k++) {
    const [x, y] = toPlot([k, k]);
    parts.push(svgElement("text", { x, y: SIDE + 16, ...middle }, formatNumber(k)));
    parts.push(svgElement("text", { x: -8, y: y + 4, "text-anchor": "end" }, formatNumber(k)));
  }
  return parts;
}

/** The rings of equal loss, the valley if there is one, and the minimum. */
function drawBowl({ axes, lowest }, reach) {
  const toPlot = plotScale(reach);
  const [x, y] = toPlot(lowest);
  const unit = SIDE / (2 * reach);
  const turn = (-Math.atan2(axes[0].direction[1], axes[0].direction[0]) * 180) / Math.PI;
  const radius = (level, { lambda }) => (lambda > 0 ? Math.sqrt((2 * level) / lambda) : 1e3);
  const parts = [];
  for (const level of [...LEVELS].reverse()) {
    const [rx, ry] = axes.map((axis) => radius(level, axis) * unit);
    const transform = `rotate(${turn} ${x} ${y})`;
    parts.push(svgElement("ellipse", { class: "cockpit-ring", cx: x, cy: y, rx, ry, transform }));
  }
  if (axes[0].lambda > 0 && axes[1].lambda === 0) {
    const [from, to] = [-10, 10].map((s) =>
      toPlot([0, 1].map((n) => lowest[n] + s * axes[1].direction[n])),
    );
    parts.push(svgLine(from, to, "cockpit-valley"));
  }
  for (const level of [1, 10, 100]) {
    // On the flat axis if that is in sight, else on the steep one; beside it in a valley, where
    // the path runs along the steep axis.
    const beside = axes[1].lambda === 0 ? 2 : 0;
    const place = (axis, length, aside) =>
      toPlot(
        [0, 1].map((n) => lowest[n] + length * axis.direction[n] - aside * axes[1].direction[n]),
      );
    const places = [-1, 1].map((side) => place(axes[1], side * radius(level, axes[1]), 0));
    places.push(...[-1, 1].map((side) => place(axes[0], side * radius(level, axes[0]), beside)));
    const inSight = places.find(
      ([px, py]) => Math.min(px, py) > 14 && Math.max(px, py) < SIDE - 14,
    );
    if (inSight && axes[0].lambda > 0) {
      const [px, py] = inSight;
      const label = { class: "cockpit-level", x: px, y: py + 4, "text-anchor": "middle" };
      parts.push(svgElement("text", label, String(level)));
    }
  }
  if (axes[1].lambda > 0) {
    parts.push(svgLine([x - 6, y], [x + 6, y], "cockpit-lowest"));
    parts.push(svgLine([x, y - 6], [x, y + 6], "cockpit-lowest"));
  }
  return parts;
}

/** Steps as a line with a dot for each, and a larger one for the last. */
function trail(way, isEnd) {
  const at = way.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`);
  const parts = [
    svgElement("polyline", { class: "cockpit-path", points: at.join(" ") }),
    svgElement("path", { class: "cockpit-dots", d: at.map((place) => `M${place}h0`).join("") }),
  ];
  if (isEnd) parts.push(svgElement("path", { class: "cockpit-end", d: `M${at[at.length - 1]}h0` }));
  return parts;
}

/** The path over the two weights; a run that leaves the plot ends in an arrow at its edge. */
function drawPath({ run, left, reach }) {
  const toPlot = plotScale(reach);
  if (left === null) return trail(run.points.map(toPlot), true);
  const before = run.points[left - 1];
  const edge = toPlot(edgeCrossing(before, run.points[left], reach));
  const [x, y] = toPlot(before);
  const turn = (Math.atan2(edge[1] - y, edge[0] - x) * 180) / Math.PI;
  const transform = `translate(${edge}) rotate(${turn})`;
  return [
    ...trail(run.points.slice(0, left).map(toPlot), false),
    svgLine([x, y], edge, "cockpit-path"),
    svgElement("path", { class: "cockpit-arrow", d: "M 0 0 L -14 -7 L -14 7 Z", transform }),
  ];
}

/** The scale of the loss curve, in powers of ten, and the losses as such. */
function curveScale({ run, numSteps }) {
  const logs = run.losses.map((loss) => Math.log10(Math.max(loss, 1e-99))); // zero has no logarithm
  const high = Math.max(2, Math.ceil(Math.max(...logs)));
  const low = Math.min(-2, Math.max(-12, Math.floor(Math.min(...logs))));
  const toX = (n) => (numSteps === 0 ? 0 : (n / numSteps) * CURVE.width);
  const toY = (log) => ((high - log) / (high - low)) * CURVE.height;
  return { logs, low, high, numSteps, toX, toY };
}

function drawAxes({ low, high, numSteps, toX, toY }) {
  const { width, height } = CURVE;
  const parts = [];
  const every = [1, 2, 5, 10, 20, 50].find((s) => (high - low) / s <= 6);
  for (let decade = Math.ceil(low / every) * every; decade <= high; decade += every) {
    const y = toY(decade);
    parts.push(svgLine([0, y], [width, y], "cockpit-grid"));
    parts.push(svgElement("text", { x: -6, y: y + 4, "text-anchor": "end" }, powerOfTen(decade)));
  }
  const stride = [1, 2, 5, 10, 20].find((s) => numSteps / s <= 10);
  for (let n = 0; n <= numSteps; n += stride) {
    const [x, y] = [toX(n), height + 18];
    parts.push(svgLine([x, height], [x, height + 4], "cockpit-axis"));
    parts.push(svgElement("text", { x, y, "text-anchor": "middle" }, String(n)));
  }
  parts.push(svgLine([0, 0], [0, height], "cockpit-axis"));
  parts.push(svgLine([0, height], [width, height], "cockpit-axis"));
  return parts;
}

/** The loss at every step; from where it falls below the scale it is not drawn. */
function drawCurve({ logs, low, toX, toY }) {
  const below = logs.findIndex((log) => log < low);
  const shown = below < 0 ? logs : logs.slice(0, below);
  if (shown.length === 0) return [];
  return trail(
    shown.map((log, n) => [toX(n), toY(log)]),
    below < 0,
  );
}

const TRAITS = ["lr", "num_steps", "start_0", "start_1", "examples", "example"];

function render({ model, el }) {
  const { reach } = model.get("constants");
  const toPlot = plotScale(reach);
  const said = element("div", { class: "cockpit-verdict" });
  const facts = element("ul", { class: "cockpit-facts" });

  const bowl = svgElement("g", { "aria-hidden": "true" });
  const path = svgElement("g", { "aria-hidden": "true" });
  const ticks = svgElement("g", { "aria-hidden": "true" }, ...drawTicks(reach));
  const ground = svgElement("rect", { class: "cockpit-ground", width: SIDE, height: SIDE });
  const handle = svgElement("circle", {
    ...OWN_KEYS,
    class: "cockpit-start",
    r: 8,
    tabindex: 0,
    role: "button",
    onkeydown: moveByKey,
  });
  const plot = svgElement(
    "svg",
    {
      class: "cockpit-plot",
      viewBox: "0 0 396 398",
      role: "group",
      onpointerdown: startDrag,
      onpointermove: drag,
    },
    // A nested svg clips what leaves it.
    svgElement("svg", { x: 46, y: 8, width: SIDE, height: SIDE }, ground, bowl, path),
    svgElement("g", { transform: "translate(46 8)" }, ticks, handle),
  );

  const axes = svgElement("g", {});
  const curve = svgElement("g", {});
  const curvePlot = svgElement(
    "svg",
    { class: "cockpit-curve", viewBox: "0 0 390 248", role: "img" },
    svgElement("g", { transform: "translate(46 10)" }, axes, curve),
    svgElement("text", { x: 46 + CURVE.width / 2, y: 244, "text-anchor": "middle" }, "step"),
  );

  const weights = [0, 1].map(() => element("div", { class: "cockpit-weight" }));
  const kernel = element("div", { class: "cockpit-kernel" }, ...weights);
  const maps = ["Y_hat, so far", "Y, the target"].map((caption) => ({
    caption,
    canvas: element("canvas", { role: "img" }),
  }));
  const figure = (caption, node) =>
    element("figure", {}, element("figcaption", { class: "cfi-caption" }, caption), node);
  const root = element(
    "div",
    { class: "cfi cockpit" },
    element(
      "div",
      { class: "cockpit-panels" },
      figure("Loss over the two weights (drag the circle)", plot),
      element(
        "div",
        {},
        figure("Loss at every step, on a logarithmic scale", curvePlot),
        element(
          "div",
          { class: "cfi-row cockpit-result" },
          figure("kernel so far", kernel),
          ...maps.map(({ caption, canvas }) => figure(caption, canvas)),
        ),
      ),
    ),
    said,
    facts,
  );
  const view = mount({ model, el }, root);

  function setStart(k) {
    const [start_0, start_1] = k.map((v) => clamp(Math.round(100 * v) / 100, -reach, reach));
    setTraits(model, { start_0, start_1 });
  }

  function startDrag(event) {
    if (event.button !== 0) return;
    event.preventDefault(); // selects no text while dragging
    plot.setPointerCapture(event.pointerId);
    handle.focus();
    drag(event);
  }

  function drag(event) {
    if (!plot.hasPointerCapture(event.pointerId)) return;
    const box = ground.getBoundingClientRect();
    setStart([
      ((event.clientX - box.left) / box.width) * 2 * reach - reach,
      reach - ((event.clientY - box.top) / box.height) * 2 * reach,
    ]);
  }

  function moveByKey(event) {
    const step = arrowStep(event);
    if (!step) return;
    consume(event);
    const [down, right] = step.map((steps) => 0.05 * steps);
    setStart([model.get("start_0") + right, model.get("start_1") - down]);
  }

  function drawResult({ X, Y, run, numSteps }) {
    const k = run.points[numSteps];
    weights.forEach((cell, n) => {
      tint(cell, signedColour(k[n], 1.25), Math.abs(k[n]) > 0.6 ? "#fff" : "#1f2328");
      cell.textContent = formatNumber(k[n], 3);
      cell.classList.toggle("cockpit-long", cell.textContent.length > 7);
    });
    const Y_hat = correlate(X, { data: k, height: 1, width: 2 });
    const limit = Math.max(1, ...Y.data.map(Math.abs));
    [Y_hat, Y].forEach((map, n) => {
      paint(maps[n].canvas, map, limit);
      const label = `${maps[n].caption}, ${map.height} rows, ${map.width} columns`;
      maps[n].canvas.setAttribute("aria-label", label);
    });
  }

  // Bowl and axes seldom change while a slider moves, and text is slow to lay out.
  const drawn = new Map();
  function drawOnce(group, parameters, makeParts) {
    const key = JSON.stringify(parameters);
    if (drawn.get(group) === key) return;
    drawn.set(group, key);
    group.replaceChildren(...makeParts());
  }

  function describe(state) {
    const { bowl, run, start, numSteps, limit, lr } = state;
    said.textContent = `${verdict(state)} K = ${pair(run.points[numSteps])}.`;
    root.classList.toggle("cockpit-away", run.grows !== null);
    const lines = [
      axisText(bowl.axes[0], run.factors[0], "Steep"),
      axisText(bowl.axes[1], run.factors[1], "Flat"),
      `Lowest loss possible: ${formatNumber(bowl.floor, 3)}.`,
    ];
    if (limit !== null) {
      const share = Math.round((100 * lr) / limit);
      lines[2] += ` lr = ${formatNumber(lr, 3)} is ${share} % of the limit 2 / λ = ${formatNumber(limit, 3)}.`;
    }
    facts.replaceChildren(...lines.map((text) => element("li", {}, text)));
    const losses = run.losses.slice(0, 11).map((loss) => formatNumber(loss, 3));
    curvePlot.setAttribute("aria-label", `Loss at every step: ${losses.join(", ")}`);
    const keys = "the arrow keys move it, with Shift in larger steps";
    handle.setAttribute("aria-label", `start, K = ${pair(start)}; ${keys}`);
    const from = `${countOf(numSteps, "step")} from ${pair(start)}`;
    plot.setAttribute("aria-label", `Loss over the two weights, with the path of ${from}`);
  }

  view.redraw(TRAITS, () => {
    const state = cockpitState(model);
    const { start } = state;
    const scale = curveScale(state);
    drawOnce(bowl, state.bowl, () => drawBowl(state.bowl, reach));
    drawOnce(axes, [scale.low, scale.high, scale.numSteps], () => drawAxes(scale));
    path.replaceChildren(...drawPath(state));
    const [cx, cy] = toPlot(start);
    handle.setAttribute("cx", cx);
    handle.setAttribute("cy", cy);
    curve.replaceChildren(...drawCurve(scale));
    drawResult(state);
    describe(state);
    return said.textContent;
  });
  return view.close;
}

const initialize = ({ model }) => syncThumbs(model);

export default { initialize, render };
