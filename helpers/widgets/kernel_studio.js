// The kernel studio: a photo, your own picture or the camera, seen through nine weights.

import { colourLimit, inkOn, numberColour } from "./js/colours.js";
import { argmaxAbs, correlate, extremes } from "./js/correlate.js";
import { element, tint } from "./js/dom.js";
import { cameraProblem, capture, readFile } from "./js/image_input.js";
import { kernelOf, setKernel, syncWeights, WEIGHTS } from "./js/kernel.js";
import { colourBar, mapView } from "./js/maps.js";
import { redrawOnChange, setTraits, storedMatrix, together } from "./js/model.js";
import { clamp, formatNumber } from "./js/numbers.js";
import { makePointable } from "./js/pointing.js";
import { mount } from "./js/view.js";

const FRAME = { height: 240, width: 320 }; // of the camera

/** Number of the preset that a kernel equals; 0, the learner's own, if it equals none. */
export function presetOf(kernel, presets) {
  const equal = (preset) => kernel.every((weight, n) => Math.abs(weight - preset[n]) < 1e-6);
  return 1 + presets.slice(1).findIndex(equal);
}

/** The still picture that is chosen: {data, height, width}. The last choice is the learner's own. */
function stillPicture(model) {
  const shapes = model.get("still_shapes");
  const source = model.get("source");
  if (source === shapes.length) return storedMatrix(model.get("own"), [model.get("own_shape")], 0);
  return storedMatrix(model.get("stills"), shapes, source);
}

/** A picture with a marker on it, pointed at with the pointer or moved with the arrow keys. */
function markedMap(name, onPoint, onMove) {
  const { node, frame, canvas, show, describe } = mapView(name);
  const marker = element("div", { class: "studio-marker" });
  frame.append(marker);
  frame.classList.add("studio-pointed");
  makePointable(frame, canvas, onPoint, onMove);
  const mark = (row, column, side) => {
    marker.style.top = `${(100 * (row + side / 2)) / canvas.height}%`;
    marker.style.left = `${(100 * (column + side / 2)) / canvas.width}%`;
    marker.style.width = `max(14px, ${(100 * side) / canvas.width}%)`;
  };
  return { node, show, describe, mark };
}

/** Nine numbers in a square, coloured like the pictures. */
function grid3x3(title) {
  const cells = Array.from({ length: 9 }, () => element("span"));
  const grid = element("div", { class: "studio-nine" }, ...cells);
  return {
    node: element("div", {}, element("div", { class: "cfi-caption" }, title), grid),
    show(values, limit) {
      cells.forEach((cell, n) => {
        const colour = numberColour(values[n], limit);
        cell.textContent = formatNumber(values[n], 2);
        tint(cell, colour, inkOn(colour));
      });
    },
  };
}

/** A preset sets the weights, and weights set by hand choose the preset "your own". */
function initialize({ model }) {
  const usePreset = () => {
    const chosen = model.get("preset");
    if (chosen !== 0) setKernel(model, model.get("presets")[chosen]);
  };
  const namePreset = () => {
    setTraits(model, { preset: presetOf(kernelOf(model).data, model.get("presets")) });
  };
  return together(
    syncWeights(model),
    redrawOnChange(model, WEIGHTS, namePreset),
    redrawOnChange(model, ["preset"], usePreset),
  );
}

function render({ model, el }) {
  const { luminance } = model.get("constants");
  let X = stillPicture(model); // what is shown: a still picture, or the camera's last frame
  let painted = null; // the one that is on the canvas: a slider does not change it
  let Y = null;
  let place = null; // the pixel of Y pointed at; at first the one with the strongest answer

  const input = markedMap(
    "Picture X",
    (row, column) => pointAt(row - 1, column - 1),
    (rows, columns) => pointAt(place.row + rows, place.column + columns),
  );
  const output = markedMap("Feature map Y", pointAt, (rows, columns) =>
    pointAt(place.row + rows, place.column + columns),
  );
  const bar = colourBar();
  const [seen, kernel, products] = ["Window of X", "Kernel K", "Products"].map(grid3x3);
  const total = element("div", { class: "studio-total" });
  const facts = element("div", { class: "studio-facts" });
  const message = element("div", { class: "cfi-message", role: "status" });
  const file = element("input", {
    type: "file",
    accept: "image/png,image/jpeg",
    onchange: () => file.files.length && useFile(file.files[0]),
  });
  const root = element(
    "div",
    {
      class: "cfi studio",
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        if (event.dataTransfer.files.length) useFile(event.dataTransfer.files[0]);
      },
    },
    element("div", { class: "studio-pictures" }, input.node, output.node, bar.node),
    facts,
    element(
      "div",
      { class: "studio-sum" },
      seen.node,
      element("span", { class: "studio-sign" }, "×"),
      kernel.node,
      element("span", { class: "studio-sign" }, "="),
      products.node,
      total,
    ),
    element("label", { class: "studio-own" }, "Your own picture (PNG or JPEG) ", file),
    message,
  );
  const view = mount({ model, el }, root);

  function draw() {
    const K = kernelOf(model);
    Y = correlate(X, K);
    const range = extremes(Y.data);
    const limit = model.get("grey") ? null : colourLimit(range, K.data);
    if (X !== painted) input.show(X, null);
    painted = X;
    output.show(Y, limit);
    bar.show(limit);
    const sum = K.data.reduce((a, b) => a + b, 0);
    const text = `from ${formatNumber(range[0], 3)} to ${formatNumber(range[1], 3)}`;
    facts.textContent = `The weights sum to ${formatNumber(sum, 3)}. The map runs ${text}.`;
    output.describe(text);
    place ??= argmaxAbs(Y);
    pointAt(place.row, place.column);
    return facts.textContent;
  }

  function pointAt(rowWanted, columnWanted) {
    const row = clamp(rowWanted, 0, Y.height - 1);
    const column = clamp(columnWanted, 0, Y.width - 1);
    place = { row, column };
    input.mark(row, column, 3);
    output.mark(row, column, 1);
    const K = kernelOf(model).data;
    const x = K.map((_, n) => X.data[(row + Math.floor(n / 3)) * X.width + column + (n % 3)]);
    const terms = K.map((weight, n) => weight * x[n]);
    seen.show(x, null);
    kernel.show(K, Math.max(...K.map(Math.abs), 1e-9));
    products.show(terms, Math.max(...terms.map(Math.abs), 1e-9));
    const sum = formatNumber(Y.data[row * Y.width + column], 3);
    total.textContent = `They sum to Y[${row}, ${column}] = ${sum}`;
  }

  function showStill() {
    if (stream) return undefined;
    X = stillPicture(model);
    place = null;
    const none =
      model.get("source") === model.get("still_shapes").length && !model.get("own_count");
    message.textContent = none ? "There is no picture of yours yet: choose a file here." : "";
    return draw();
  }

  // What is drawn goes to Python once nothing has moved for a moment. Camera frames never do.
  let resting = 0;
  function report() {
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (stream) return;
      const drawn = new DataView(Float32Array.from(Y.data).buffer);
      const drawnFor = [model.get("source"), model.get("own_count"), ...kernelOf(model).data];
      model.set({ drawn, drawn_for: drawnFor });
      model.save_changes();
    }, 150);
  }

  async function useFile(chosen) {
    try {
      const { data, height, width } = await readFile(chosen, luminance);
      model.set({
        own: new DataView(data.buffer),
        own_shape: [height, width],
        own_count: model.get("own_count") + 1,
        source: model.get("still_shapes").length,
        camera: false,
      });
      model.save_changes();
    } catch (error) {
      message.textContent = error.message;
    }
    file.value = ""; // so that the same file can be chosen again
  }

  // The camera's frames are drawn and forgotten: they go neither to Python nor anywhere else.
  let stream = null;
  let asked = 0; // counts the switches: a camera may be granted after it was switched off again
  const video = element("video", { muted: "", playsinline: "" });
  const frameCanvas = element("canvas");

  async function switchCamera() {
    const mine = ++asked;
    if (!model.get("camera")) return stopCamera();
    if (stream) return;
    message.textContent = "";
    let granted;
    try {
      granted = await navigator.mediaDevices.getUserMedia({ video: FRAME });
      if (mine === asked) {
        video.srcObject = granted;
        await video.play();
      }
    } catch (error) {
      if (mine === asked) {
        message.textContent = cameraProblem(error);
        setTraits(model, { camera: false });
      }
    }
    if (mine !== asked || !model.get("camera")) {
      if (granted) stopTracks(granted);
      return;
    }
    stream = granted;
    takeFrame();
  }

  function takeFrame() {
    if (!stream) return;
    if (video.videoWidth > 0) {
      const size = { height: video.videoHeight, width: video.videoWidth };
      X = capture(frameCanvas, video, size, FRAME, luminance);
      view.say(draw());
    }
    requestAnimationFrame(takeFrame);
  }

  function stopTracks(media) {
    for (const track of media.getTracks()) track.stop();
  }

  function stopCamera() {
    if (!stream) return;
    stopTracks(stream);
    stream = null;
    video.srcObject = null;
    view.say(showStill());
    report();
  }

  const pictureTraits = ["source", "own_count"];
  view.redraw([...WEIGHTS, "grey"], draw);
  view.redraw(pictureTraits, showStill);
  view.onClose(redrawOnChange(model, [...WEIGHTS, ...pictureTraits], report));
  view.onClose(redrawOnChange(model, ["camera"], switchCamera));
  view.onClose(() => {
    asked++;
    stopCamera();
    setTraits(model, { camera: false }); // else it would go on by itself in the next view
    clearTimeout(resting);
  });
  return view.close;
}

export default { initialize, render };
