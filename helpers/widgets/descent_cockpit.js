// The cockpit: the loss over the two weights of a 1×2 kernel, the path that gradient descent
// takes on it, the loss at every step, and the kernel so far with its feature map.

const REACH = 3; // the plot shows weights from −3 to 3

/**
 * The loss as a bowl: loss(k) = floor + ½ Σ λ c², where c is how far k lies from the minimum
 * along each of the two eigenvectors of the Hessian. The steep one comes first.
 */
function bowlOf(X, Y) {
  let [aa, ab, bb, ay, by, yy] = [0, 0, 0, 0, 0, 0];
  X.forEach((row, i) => {
    for (let j = 0; j + 1 < row.length; j++) {
      const [a, b, y] = [row[j], row[j + 1], Y[i][j]];
      aa += a * a;
      ab += a * b;
      bb += b * b;
      ay += a * y;
      by += b * y;
      yy += y * y;
    }
  });
  // Hessian [[2aa, 2ab], [2ab, 2bb]] and its eigenvectors, in closed form.
  const spread = Math.hypot(aa - bb, 2 * ab);
  const angle = Math.atan2(2 * ab, aa - bb) / 2;
  const steep = [Math.cos(angle), Math.sin(angle)];
  // Of the two opposite ways to write a direction, the one that reads better.
  const turned = steep[0] < -1e-9 || (Math.abs(steep[0]) < 1e-9 && steep[1] < 0);
  if (turned) steep.forEach((v, n) => (steep[n] = -v));
  const flat = steep[1] > 0 ? [steep[1], -steep[0]] : [-steep[1], steep[0]];
  const tiny = 1e-9 * (aa + bb);
  const axes = [
    { direction: steep, lambda: aa + bb + spread },
    { direction: flat, lambda: Math.max(0, aa + bb - spread) },
  ];
  const lowest = [0, 0];
  let floor = yy;
  for (const axis of axes) {
    if (axis.lambda <= tiny) axis.lambda = 0; // along it nothing ever changes
    if (axis.lambda === 0) continue;
    const pull = 2 * (axis.direction[0] * ay + axis.direction[1] * by);
    lowest[0] += (pull / axis.lambda) * axis.direction[0];
    lowest[1] += (pull / axis.lambda) * axis.direction[1];
    floor -= (pull * pull) / (2 * axis.lambda);
  }
  return { axes, lowest, floor: floor > 1e-9 * yy ? floor : 0 };
}

/**
 * Gradient descent on a bowl. A step multiplies the error along an eigenvector by 1 − lr λ, so
 * step n is reached by a power. Returns {points, losses, factors, grows}.
 */
function descentOn(bowl, start, lr, numSteps) {
  const { axes, lowest, floor } = bowl;
  const factors = axes.map(({ lambda }) => 1 - lr * lambda);
  const errors = axes.map(({ direction }) => {
    const error = direction[0] * (start[0] - lowest[0]) + direction[1] * (start[1] - lowest[1]);
    return Math.abs(error) < 1e-9 ? 0 : error; // else a rounding error would grow, too
  });
  const points = [];
  const losses = [];
  for (let n = 0; n <= numSteps; n++) {
    const point = [...lowest];
    let loss = floor;
    axes.forEach(({ direction, lambda }, axis) => {
      const error = errors[axis] * factors[axis] ** n;
      point[0] += error * direction[0];
      point[1] += error * direction[1];
      loss += (lambda * error * error) / 2;
    });
    points.push(point);
    losses.push(loss);
  }
  const grows = axes.findIndex((_, axis) => Math.abs(factors[axis]) > 1 + 1e-9 && errors[axis] !== 0);
  return { points, losses, factors, grows: grows < 0 ? null : grows };
}

/** Where the way from `inside` to `outside` crosses the edge of the plot. */
function crossing(inside, outside) {
  let share = 1;
  for (const axis of [0, 1]) {
    const way = outside[axis] - inside[axis];
    if (Math.abs(outside[axis]) > REACH) {
      share = Math.min(share, (Math.sign(way) * REACH - inside[axis]) / way);
    }
  }
  return [0, 1].map((axis) => inside[axis] + share * (outside[axis] - inside[axis]));
}

/** Everything the page shows, computed from the traits. */
function cockpitState(model) {
  const { name, X, Y } = model.get("examples")[model.get("example")];
  const [lr, numSteps] = [model.get("lr"), model.get("num_steps")];
  const start = [model.get("start_0"), model.get("start_1")];
  const bowl = bowlOf(X, Y);
  const run = descentOn(bowl, start, lr, numSteps);
  const isOut = (point) => point.some((k) => Math.abs(k) > REACH + 1e-9);
  const out = run.grows === null ? -1 : run.points.findIndex(isOut);
  const limit = bowl.axes[0].lambda > 0 ? 2 / bowl.axes[0].lambda : null;
  return { name, X, Y, lr, numSteps, start, bowl, run, limit, left: out < 0 ? null : out };
}

const pair = (v, digits = 3) => `[${written(v[0], digits)}, ${written(v[1], digits)}]`;
const steps = (n) => (n === 1 ? "1 step" : `${n} steps`);

/** The verdict in a sentence or two. */
function verdict({ lr, numSteps, run, limit, left }) {
  const [first, last] = [run.losses[0], run.losses[numSteps]].map((loss) => written(loss, 3));
  const after = `Loss ${first} at the start, ${last} after ${steps(numSteps)}.`;
  if (lr === 0) return `Stands still: lr is 0. ${after}`;
  if (run.grows !== null) {
    const factor = Math.abs(run.factors[run.grows]);
    const leaves = left === null ? "" : ` It leaves the plot at step ${left}.`;
    return `Runs away: every step makes the error ${factor.toFixed(2)} times as large.${leaves} ${after}`;
  }
  if (limit !== null && lr > limit * (1 + 1e-9)) {
    const only = "Settles on paper, for it starts exactly on the flat axis";
    return `${only}; the least rounding error would grow. ${after}`;
  }
  if (limit !== null && lr > limit * (1 - 1e-9)) {
    return `Swings from side to side for ever: lr is the limit itself. ${after}`;
  }
  return `Settles. ${after}`;
}

/** What one step does along an eigenvector. */
function axisText({ direction, lambda }, factor, name) {
  const way = `${name} direction ${pair(direction, 2)}: λ = ${written(lambda, 3)}`;
  if (lambda === 0) return `${way}, nothing ever changes`;
  return `${way}, a step multiplies the error by 1 − lr·λ = ${fixed(factor, 2)}`;
}

const SIDE = 340; // of the plot of the two weights, in units of its drawing
const CURVE = { width: 330, height: 190 };
const LEVELS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];
const raised = (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)];
const powerOfTen = (n) => `10${[...String(n)].map(raised).join("")}`;

/** Where a kernel lies in the plot: the first weight to the right, the second upwards. */
function toPlot([k0, k1]) {
  return [((k0 + REACH) / (2 * REACH)) * SIDE, ((REACH - k1) / (2 * REACH)) * SIDE];
}

/** The numbers and names of the two axes. */
function drawTicks() {
  const middle = { "text-anchor": "middle" };
  const below = { x: SIDE / 2, y: SIDE + 38, ...middle };
  const left = { transform: `translate(-34 ${SIDE / 2}) rotate(-90)`, ...middle };
  const parts = [
    svgElement("text", below, "first weight, K[0, 0]"),
    svgElement("text", left, "second weight, K[0, 1]"),
  ];
  for (let k = -REACH; k <= REACH; k++) {
    const [x, y] = toPlot([k, k]);
    parts.push(svgElement("text", { x, y: SIDE + 16, ...middle }, written(k)));
    parts.push(svgElement("text", { x: -8, y: y + 4, "text-anchor": "end" }, written(k)));
  }
  return parts;
}

/** The rings of equal loss, the valley if there is one, and the minimum. */
function drawBowl({ axes, lowest }) {
  const [x, y] = toPlot(lowest);
  const unit = SIDE / (2 * REACH);
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
    parts.push(line(from, to, "cockpit-valley"));
  }
  for (const level of [1, 10, 100]) {
    // On the flat axis if that is in sight, else on the steep one; beside it in a valley, where
    // the path runs along the steep axis.
    const beside = axes[1].lambda === 0 ? 2 : 0;
    const place = (axis, length, aside) =>
      toPlot([0, 1].map((n) => lowest[n] + length * axis.direction[n] - aside * axes[1].direction[n]));
    const places = [-1, 1].map((side) => place(axes[1], side * radius(level, axes[1]), 0));
    places.push(...[-1, 1].map((side) => place(axes[0], side * radius(level, axes[0]), beside)));
    const inSight = places.find(([px, py]) => Math.min(px, py) > 14 && Math.max(px, py) < SIDE - 14);
    if (inSight && axes[0].lambda > 0) {
      const [px, py] = inSight;
      const label = { class: "cockpit-level", x: px, y: py + 4, "text-anchor": "middle" };
      parts.push(svgElement("text", label, String(level)));
    }
  }
  if (axes[1].lambda > 0) {
    parts.push(line([x - 6, y], [x + 6, y], "cockpit-lowest"));
    parts.push(line([x, y - 6], [x, y + 6], "cockpit-lowest"));
  }
  return parts;
}

function line([x1, y1], [x2, y2], name) {
  return svgElement("line", { class: name, x1, y1, x2, y2 });
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
function drawPath({ run, left }) {
  if (left === null) return trail(run.points.map(toPlot), true);
  const before = run.points[left - 1];
  const edge = toPlot(crossing(before, run.points[left]));
  const [x, y] = toPlot(before);
  const turn = (Math.atan2(edge[1] - y, edge[0] - x) * 180) / Math.PI;
  const transform = `translate(${edge}) rotate(${turn})`;
  return [
    ...trail(run.points.slice(0, left).map(toPlot), false),
    line([x, y], edge, "cockpit-path"),
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
    parts.push(line([0, y], [width, y], "cockpit-grid"));
    parts.push(svgElement("text", { x: -6, y: y + 4, "text-anchor": "end" }, powerOfTen(decade)));
  }
  const stride = [1, 2, 5, 10, 20].find((s) => numSteps / s <= 10);
  for (let n = 0; n <= numSteps; n += stride) {
    const [x, y] = [toX(n), height + 18];
    parts.push(line([x, height], [x, height + 4], "cockpit-axis"));
    parts.push(svgElement("text", { x, y, "text-anchor": "middle" }, String(n)));
  }
  parts.push(line([0, 0], [0, height], "cockpit-axis"));
  parts.push(line([0, height], [width, height], "cockpit-axis"));
  return parts;
}

/** The loss at every step; from where it falls below the scale it is not drawn. */
function drawCurve({ logs, low, toX, toY }) {
  const below = logs.findIndex((log) => log < low);
  const shown = below < 0 ? logs : logs.slice(0, below);
  if (shown.length === 0) return [];
  return trail(shown.map((log, n) => [toX(n), toY(log)]), below < 0);
}

const TRAITS = ["lr", "num_steps", "start_0", "start_1", "examples", "example"];

function render({ model, el }) {
  const spoken = spokenRegion();
  const said = element("div", { class: "cockpit-verdict" });
  const facts = element("ul", { class: "cockpit-facts" });

  const bowl = svgElement("g", { "aria-hidden": "true" });
  const path = svgElement("g", { "aria-hidden": "true" });
  const ticks = svgElement("g", { "aria-hidden": "true" }, ...drawTicks());
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
      onpointerdown: take,
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
    spoken.node,
  );
  attach(el, root);

  function setStart(k) {
    const inside = (v) => Math.max(-REACH, Math.min(REACH, v));
    const [start_0, start_1] = k.map((v) => inside(Math.round(100 * v) / 100));
    setTraits(model, { start_0, start_1 });
  }

  function take(event) {
    if (event.button !== 0) return;
    event.preventDefault(); // no text is marked while dragging
    plot.setPointerCapture(event.pointerId);
    handle.focus();
    drag(event);
  }

  function drag(event) {
    if (!plot.hasPointerCapture(event.pointerId)) return;
    const box = ground.getBoundingClientRect();
    setStart([
      ((event.clientX - box.left) / box.width) * 2 * REACH - REACH,
      REACH - ((event.clientY - box.top) / box.height) * 2 * REACH,
    ]);
  }

  function moveByKey(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const size = event.shiftKey ? 0.5 : 0.05;
    setStart([model.get("start_0") + size * way[0], model.get("start_1") + size * way[1]]);
  }

  function drawResult({ X, Y, run, numSteps }) {
    const k = run.points[numSteps];
    weights.forEach((cell, n) => {
      const [r, g, b] = signedColour(k[n], 1.25);
      cell.style.background = `rgb(${r} ${g} ${b})`;
      cell.style.color = Math.abs(k[n]) > 0.6 ? "#fff" : "#1f2328";
      cell.textContent = written(k[n], 3);
      cell.classList.toggle("cockpit-long", cell.textContent.length > 7);
    });
    const Y_hat = correlate(X.flat(), X.length, X[0].length, k, 1, 2);
    const target = Y.flat();
    const limit = Math.max(1, ...target.map(Math.abs));
    const [height, width] = [Y.length, Y[0].length];
    [Y_hat.data, target].forEach((data, n) => {
      paint(maps[n].canvas, data, height, width, limit);
      const label = `${maps[n].caption}, ${height} rows, ${width} columns`;
      maps[n].canvas.setAttribute("aria-label", label);
    });
  }

  // Bowl and axes seldom change while a slider moves, and texts are slow to lay out.
  const drawn = new Map();
  function drawOnce(group, parameters, makeParts) {
    const key = JSON.stringify(parameters);
    if (drawn.get(group) === key) return;
    drawn.set(group, key);
    group.replaceChildren(...makeParts());
  }

  function draw() {
    const state = cockpitState(model);
    const { start } = state;
    const scale = curveScale(state);
    drawOnce(bowl, state.bowl, () => drawBowl(state.bowl));
    drawOnce(axes, [scale.low, scale.high, scale.numSteps], () => drawAxes(scale));
    path.replaceChildren(...drawPath(state));
    const [cx, cy] = toPlot(start);
    handle.setAttribute("cx", cx);
    handle.setAttribute("cy", cy);
    curve.replaceChildren(...drawCurve(scale));
    drawResult(state);
    say(state);
  }

  function say(state) {
    const { bowl, run, start, numSteps, limit, lr } = state;
    said.textContent = `${verdict(state)} K = ${pair(run.points[numSteps])}.`;
    root.classList.toggle("cockpit-away", run.grows !== null);
    const lines = [
      axisText(bowl.axes[0], run.factors[0], "Steep"),
      axisText(bowl.axes[1], run.factors[1], "Flat"),
      `Lowest loss possible: ${written(bowl.floor, 3)}.`,
    ];
    if (limit !== null) {
      const share = Math.round((100 * lr) / limit);
      lines[2] += ` lr = ${written(lr, 3)} is ${share} % of the limit 2 / λ = ${written(limit, 3)}.`;
    }
    facts.replaceChildren(...lines.map((text) => element("li", {}, text)));
    const losses = run.losses.slice(0, 11).map((loss) => written(loss, 3));
    curvePlot.setAttribute("aria-label", `Loss at every step: ${losses.join(", ")}`);
    const keys = "the arrow keys move it, with Shift in larger steps";
    handle.setAttribute("aria-label", `start, K = ${pair(start)}; ${keys}`);
    const from = `${steps(numSteps)} from ${pair(start)}`;
    plot.setAttribute("aria-label", `Loss over the two weights, with the path of ${from}`);
    spoken.say(said.textContent);
  }

  const stop = redrawOnChange(model, TRAITS, draw);
  return () => {
    stop();
    spoken.stop();
    root.remove();
  };
}

const initialize = ({ model }) => joinHands(model);

export default { initialize, render };
