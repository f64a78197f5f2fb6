// The tuning curve: an edge or a bar, turned; what the kernels respond; and a polar plot of it.

import { element, svgElement, svgLine } from "./js/dom.js";
import { redrawOnChange, setTraits, together } from "./js/model.js";
import { countOf, formatNumber, formatSigned, radians } from "./js/numbers.js";
import { paint } from "./js/paint.js";
import { syncThumbs } from "./js/thumbs.js";
import { mount } from "./js/view.js";

const RADIUS = 110; // of the plot, in its own units

/** The stimulus on side × side pixels, bright 1 and dark 0; as `edge` and `bar` of Python. */
export function stimulusPixels(kind, side, angle, width) {
  const data = new Float64Array(side * side);
  const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
  const middle = (side - 1) / 2;
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const [x, y] = [j - middle, middle - i];
      const across = y * cos - x * sin;
      const covered =
        kind === "edge"
          ? Math.min(1, x * cos + y * sin + 0.5)
          : Math.min(across + 0.5, width / 2) - Math.max(across - 0.5, -width / 2);
      data[i * side + j] = Math.max(0, covered);
    }
  }
  return { data, height: side, width: side };
}

/** What each kernel responds to the stimulus at an angle. */
export function responsesAt(kernels, side, kind, angle) {
  const X = stimulusPixels(kind, side, angle, side / 4).data;
  return kernels.map((K) => K.reduce((sum, k, n) => sum + k * X[n], 0));
}

/** Where a response of that strength lies on the plot. */
function place(angle, strength) {
  return [
    strength * RADIUS * Math.cos(radians(angle)),
    -strength * RADIUS * Math.sin(radians(angle)),
  ];
}

/** A closed curve cut into pieces of one sign: [{sign, points}], each point [angle, response]. */
export function signedPieces(points) {
  const pieces = [];
  points.forEach((point, n) => {
    const sign = point[1] < 0 ? -1 : 1;
    const last = pieces.at(-1);
    if (last?.sign === sign) {
      last.points.push(point);
      return;
    }
    // A curve that changes sign goes through the middle of the plot on its way.
    const zero = n > 0 ? zeroCrossing(points[n - 1], point) : null;
    if (zero) last.points.push(zero);
    pieces.push({ sign, points: zero ? [zero, point] : [point] });
  });
  return pieces;
}

function zeroCrossing([angle, response], [nextAngle, nextResponse]) {
  const share = response === nextResponse ? 0 : response / (response - nextResponse);
  return [angle + share * (nextAngle - angle), 0];
}

/** The largest response rounded up to 1, 2 or 5 times a power of ten: the rim of the plot. */
export function roundLimit(largest) {
  if (!(largest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 5, 10].map((m) => m * power).find((m) => m >= largest * 0.999);
}

/** Every angle that is shown while recording is kept, whether a slider or Python turned the stimulus. */
function initialize({ model }) {
  const keep = () => {
    const [angle, visited] = [model.get("angle"), model.get("visited")];
    if (model.get("record") && !visited.includes(angle)) {
      setTraits(model, { visited: [...visited, angle] });
    }
  };
  return together(syncThumbs(model), redrawOnChange(model, ["angle"], keep));
}

function render({ model, el }) {
  const canvas = element("canvas", { class: "tuning-stimulus", role: "img" });
  const frame = element("div", { class: "tuning-frame" });
  const caption = element("div", { class: "cfi-caption" });
  const answer = element("div", { class: "tuning-answer" });
  const curves = svgElement("g");
  const now = svgElement("g");
  const rings = svgElement("g");
  const plot = svgElement("svg", {
    class: "tuning-plot",
    viewBox: "-155 -140 310 280",
    role: "img",
  });
  plot.append(rings, curves, now);
  const key = element(
    "div",
    { class: "tuning-key" },
    ...(model.get("record")
      ? [keyEntry(shape(0, 0, 1, 5), "positive"), keyEntry(shape(0, 0, -1, 5), "negative, open")]
      : [
          keyEntry(keyLine("positive"), "positive"),
          keyEntry(keyLine("negative"), "negative, dashed"),
        ]),
  );
  const bank = element("div", { class: "tuning-bank", role: "list" });
  const root = element(
    "div",
    { class: "cfi tuning" },
    element(
      "div",
      { class: "cfi-row" },
      element(
        "div",
        { class: "tuning-left" },
        caption,
        element("div", { class: "tuning-holder" }, canvas, frame),
        answer,
      ),
      element(
        "div",
        {},
        element("div", { class: "cfi-caption" }, "Response against angle"),
        plot,
        key,
      ),
      bank,
    ),
  );
  const view = mount({ model, el }, root);

  function keyEntry(sign, text) {
    return element("span", {}, svgElement("svg", { viewBox: "-14 -7 28 14" }, sign), " ", text);
  }

  function keyLine(sign) {
    return svgElement("line", { class: `tuning-${sign}`, x1: -13, x2: 13 });
  }

  const kind = model.get("stimulus");
  const turn = model.get("constants").turns[kind];
  const step = model.get("slider_steps").angle;
  const [kernels, side, record] = ["kernels", "side", "record"].map((name) => model.get(name));
  const complete = []; // the full curves
  for (let angle = 0; angle <= 360; angle += step) {
    complete.push([angle, responsesAt(kernels, side, kind, angle)]);
  }
  const limit = roundLimit(Math.max(...complete.flatMap(([, values]) => values.map(Math.abs))));
  drawRings();
  const cards = kernels.map((K, n) => {
    const picture = element("canvas", { class: "tuning-kernel", "aria-hidden": "true" });
    paint(picture, { data: K, height: side, width: side }, Math.max(...K.map(Math.abs)));
    const value = element("span", { class: "tuning-value" });
    const node = element("div", { class: "tuning-card", role: "listitem" }, picture, value);
    node.title = `kernel ${n}`;
    return { node, value };
  });
  if (!record) bank.append(...cards.map((card) => card.node));
  bank.hidden = record;

  function drawRings() {
    for (const share of [0.5, 1]) {
      rings.append(svgElement("circle", { class: "tuning-ring", r: share * RADIUS }));
    }
    for (let angle = 0; angle < 360; angle += 45) {
      const [x, y] = place(angle, 1);
      const [tx, ty] = place(angle, 1.17);
      const anchor = Math.abs(tx) < 20 ? "middle" : tx > 0 ? "start" : "end";
      rings.append(
        svgLine([0, 0], [x, y], "tuning-ring"),
        svgElement(
          "text",
          {
            class: "tuning-label",
            x: anchor === "middle" ? tx : tx * 0.94,
            y: ty + 4,
            "text-anchor": anchor,
          },
          `${angle}°`,
        ),
      );
    }
    for (const share of [0.5, 1]) {
      const [x, y] = place(67.5, share);
      rings.append(
        svgElement(
          "text",
          { class: "tuning-label tuning-scale", x, y: y + 4, "text-anchor": "middle" },
          formatNumber(share * limit, 3),
        ),
      );
    }
  }

  function drawCurves(strongest) {
    curves.replaceChildren();
    if (record) {
      const sorted = [...model.get("visited")].sort((a, b) => a - b);
      for (const angle of sorted) {
        const [value] = responsesAt(kernels, side, kind, angle);
        // A bar is the same bar after half a turn, so it stands on both sides.
        for (let same = angle; same < 360; same += turn) curves.append(mark(same, value, 4));
      }
      return;
    }
    // The strongest kernel comes last, on top of the others.
    const order = kernels.map((_, n) => n).sort((a, b) => (a === strongest) - (b === strongest));
    for (const n of order) {
      const points = complete.map(([angle, values]) => [angle, values[n]]);
      for (const piece of signedPieces(points)) {
        const path = piece.points
          .map(([angle, value]) =>
            place(angle, Math.abs(value) / limit)
              .map((v) => v.toFixed(2))
              .join(","),
          )
          .join(" ");
        const faint = n === strongest ? "" : " tuning-faint";
        const sign = piece.sign < 0 ? "negative" : "positive";
        curves.append(svgElement("polyline", { class: `tuning-${sign}${faint}`, points: path }));
      }
    }
  }

  /** A response as a mark: a filled disc where it is positive, an open square where negative. */
  function mark(angle, value, size) {
    return shape(...place(angle, Math.abs(value) / limit), value, size);
  }

  function shape(x, y, value, size) {
    return value < 0
      ? svgElement("rect", {
          class: "tuning-square",
          x: x - size,
          y: y - size,
          width: 2 * size,
          height: 2 * size,
        })
      : svgElement("circle", { class: "tuning-disc", cx: x, cy: y, r: size });
  }

  let drawnFor = null; // which kernel the curves stand for, and how many angles
  view.redraw(["angle", "visited"], () => {
    const angle = model.get("angle");
    const values = responsesAt(kernels, side, kind, angle);
    const strongest = values.reduce((best, v, n) => (v > values[best] ? n : best), 0);

    const around = side + 2 * Math.ceil(side / 2);
    paint(canvas, stimulusPixels(kind, around, angle, side / 4));
    frame.style.inset = `${((around - side) / 2 / around) * 100}%`;
    const where =
      kind === "edge" ? `bright towards ${formatNumber(angle)}°` : `at ${formatNumber(angle)}°`;
    caption.textContent = `${kind === "edge" ? "Edge" : "Bar"}, ${where}`;

    const visited = model.get("visited").length;
    const wanted = record ? `visited ${visited}` : `kernel ${strongest}`;
    if (wanted !== drawnFor) drawCurves(strongest);
    drawnFor = wanted;

    now.replaceChildren();
    const directions = kind === "bar" ? [angle, angle + 180] : [angle];
    for (const direction of directions) {
      const [x, y] = place(direction, 1);
      now.append(svgLine([0, 0], [x, y], "tuning-now"));
      now.append(mark(direction, values[strongest], 6));
    }

    values.forEach((value, n) => {
      cards[n].value.textContent = formatSigned(value);
      cards[n].value.style.setProperty("--share", Math.min(1, Math.abs(value) / limit));
      cards[n].value.classList.toggle("tuning-below", value < 0);
      cards[n].node.classList.toggle("tuning-strongest", kernels.length > 1 && n === strongest);
      cards[n].node.setAttribute("aria-label", `kernel ${n} responds ${formatSigned(value)}`);
    });
    const among = kernels.length > 1 ? `strongest of ${kernels.length}: kernel ${strongest}, ` : "";
    const kept = record ? `; ${countOf(visited, "angle")} recorded` : "";
    answer.textContent = `${among}response ${formatSigned(values[strongest])}${kept}`;
    const text = `${caption.textContent}: ${answer.textContent}`;
    canvas.setAttribute(
      "aria-label",
      `${caption.textContent}, with the kernel's window in the middle`,
    );
    plot.setAttribute(
      "aria-label",
      `Polar plot of response against angle, up to ${formatNumber(limit)}. ${text}`,
    );
    return text;
  });
  return view.close;
}

export default { initialize, render };
