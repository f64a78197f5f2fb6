// The Gabor explorer: the function as a kernel, its profile, and its response over a photo.

import { argmaxAbs, correlate, extremes } from "./js/correlate.js";
import { element, svgElement, svgLine } from "./js/dom.js";
import { getTraits } from "./js/model.js";
import { clamp, formatNumber, radians } from "./js/numbers.js";
import { paint } from "./js/paint.js";
import { makePointable } from "./js/pointing.js";
import { syncThumbs } from "./js/thumbs.js";
import { mount } from "./js/view.js";

const NUMBERS = ["orientation", "wavelength", "width", "phase", "aspect"];

/** The value of a Gabor function at a distance across and along its stripes. */
function gaborValue(across, along, { wavelength, width, phase, aspect }) {
  const bell = Math.exp(-(across ** 2 + (along / aspect) ** 2) / (2 * width ** 2));
  return bell * Math.cos((2 * Math.PI * across) / wavelength + radians(phase));
}

/** The function on side × side pixels; the same as `gabor` of Python. */
export function gaborKernel(side, numbers) {
  const turn = radians(numbers.orientation);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const middle = (side - 1) / 2;
  const data = Float64Array.from({ length: side * side }, (_, n) => {
    const [x, y] = [(n % side) - middle, middle - Math.floor(n / side)];
    return gaborValue(y * cos - x * sin, x * cos + y * sin, numbers);
  });
  return { data, height: side, width: side };
}

/** The n-th of several photos that came as bytes, its brightness from 0 to 1. */
function photoOf(bytes, [height, width], n) {
  const count = height * width;
  const byte = (_, k) => bytes.getUint8(n * count + k) / 255;
  return { data: Float64Array.from({ length: count }, byte), height, width };
}

/** A photo as an eye adapted to its light sees it: brightness counts from the photo's mean. */
export function adapted({ data, height, width }) {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  return { data: data.map((x) => x - mean), height, width };
}

/** The map of a kernel whose weights are scaled so that their sizes add up to 1. */
export function response(X, K) {
  const size = K.data.reduce((sum, k) => sum + Math.abs(k), 0) || 1;
  const clear = K.data.map((k) => (Math.abs(k) < 1e-3 ? 0 : k)); // zeros cost no time
  const Y = correlate(X, { ...K, data: clear });
  return { ...Y, data: Y.data.map((y) => y / size) };
}

function render({ model, el }) {
  const { side, photo_shape } = model.get("constants");
  const pictures = {};
  const figure = (name, text) => {
    pictures[name] = element("canvas", { class: `gabor-${name}`, role: "img", "aria-label": text });
    return element("div", {}, element("div", { class: "cfi-caption" }, text), pictures[name]);
  };
  const bell = svgElement("polyline", { class: "gabor-bell" });
  const wave = svgElement("polyline", { class: "gabor-wave" });
  const profile = svgElement("svg", {
    class: "gabor-profile",
    viewBox: "0 0 240 200",
    role: "img",
  });
  profile.append(...profileAxes(), bell, wave);
  const answer = element("div", { class: "gabor-answer" });
  const root = element(
    "div",
    { class: "cfi gabor" },
    element(
      "div",
      { class: "cfi-row" },
      figure("kernel", `The function, ${side}×${side} pixels`),
      element("div", {}, element("div", { class: "cfi-caption" }, "Across the stripes"), profile),
      figure("photo", "A photo; framed, where the function lies"),
      figure("response", "Response: orange above 0, blue below"),
    ),
    answer,
  );
  const view = mount({ model, el }, root);
  const frame = element("div", { class: "gabor-frame" });
  frame.style.width = `${(100 * side) / photo_shape[1]}%`;
  frame.style.height = `${(100 * side) / photo_shape[0]}%`;
  const spot = element("div", { class: "gabor-spot" });
  // Pointing at the photo puts the window's middle there.
  for (const [name, mark, aside] of [
    ["photo", frame, (side - 1) / 2],
    ["response", spot, 0],
  ]) {
    const holder = element("div", { class: `gabor-holder gabor-${name}-holder` });
    pictures[name].replaceWith(holder);
    holder.append(pictures[name], mark);
    makePointable(
      holder,
      pictures[name],
      (row, column) => pointAt(row - aside, column - aside),
      (rows, columns) => pointAt(at.row + rows, at.column + columns),
    );
  }

  let drawnPhoto = null;
  let X = null;
  let Y = null; // the responses
  let at = null; // the cell of the map that is pointed at; at first the one that responds most
  let said = "";

  function pointAt(row, column) {
    at = { row: clamp(row, 0, Y.height - 1), column: clamp(column, 0, Y.width - 1) };
    view.say(showPlace());
  }

  function showPlace() {
    const { row, column } = at;
    frame.style.top = `${(100 * row) / photo_shape[0]}%`;
    frame.style.left = `${(100 * column) / photo_shape[1]}%`;
    spot.style.top = `${(100 * (row + 0.5)) / Y.height}%`;
    spot.style.left = `${(100 * (column + 0.5)) / Y.width}%`;
    const here = Y.data[row * Y.width + column];
    answer.textContent = `${said} Response in the frame: ${here > 0 ? "+" : ""}${formatNumber(here, 2)}.`;
    return answer.textContent;
  }

  function drawPhoto(chosen) {
    if (chosen === drawnPhoto) return;
    drawnPhoto = chosen;
    const photo = photoOf(model.get("photos"), photo_shape, chosen);
    paint(pictures.photo, photo);
    X = adapted(photo);
  }

  view.redraw([...NUMBERS, "chosen"], () => {
    const numbers = getTraits(model, NUMBERS);
    drawPhoto(model.get("chosen"));
    const K = gaborKernel(side, numbers);
    paint(pictures.kernel, K, 1);
    drawProfile(bell, wave, numbers);
    Y = response(X, K);
    paint(pictures.response, Y, 0.15);
    const { orientation, wavelength, width, phase, aspect } = numbers;
    const shape =
      `Stripes at ${formatNumber(orientation)}°, ${formatNumber(wavelength)} pixels from one to ` +
      `the next; a bell ${formatNumber(width)} wide and ${formatNumber(width * aspect, 3)} long; ` +
      `phase ${formatNumber(phase)}°.`;
    const [lowest, highest] = extremes(Y.data).map((value) => formatNumber(value, 2));
    said = `${shape} Responses in this photo: from ${lowest} to ${highest}.`;
    pictures.kernel.setAttribute("aria-label", shape);
    profile.setAttribute("aria-label", `Across the stripes: ${shape}`);
    at ??= argmaxAbs(Y);
    return showPlace();
  });
  return view.close;
}

const across = (pixels) => 120 + pixels * 8.6; // where the profile draws a place …
const upwards = (value) => 90 - value * 74; // … and a value

function profileAxes() {
  const line = (x1, y1, x2, y2) => svgLine([x1, y1], [x2, y2], "gabor-axis");
  const label = (x, y, text, anchor = "middle") =>
    svgElement("text", { class: "gabor-label", x, y, "text-anchor": anchor }, text);
  return [
    line(across(-12), upwards(0), across(12), upwards(0)),
    line(across(0), upwards(1), across(0), upwards(-1)),
    label(across(0) + 6, upwards(1) + 4, "1", "start"),
    label(across(0) + 6, upwards(-1) + 4, "−1", "start"),
    ...[-10, -5, 5, 10].flatMap((pixels) => [
      line(across(pixels), upwards(0) - 3, across(pixels), upwards(0) + 3),
      label(across(pixels), upwards(0) + 17, formatNumber(pixels)),
    ]),
    label(120, 194, "pixels; dashed: the bell"),
  ];
}

function drawProfile(bell, wave, numbers) {
  const points = (value) => {
    const found = [];
    for (let place = -12; place <= 12; place += 0.2) {
      found.push(`${across(place).toFixed(1)},${upwards(value(place)).toFixed(1)}`);
    }
    return found.join(" ");
  };
  bell.setAttribute(
    "points",
    points((place) => Math.exp(-(place ** 2) / (2 * numbers.width ** 2))),
  );
  wave.setAttribute(
    "points",
    points((place) => gaborValue(place, 0, numbers)),
  );
}

const initialize = ({ model }) => syncThumbs(model);

export default { initialize, render };
