// The kernel studio: a photo, your own picture or the camera, seen through nine weights.

const OWN_SIDE = 320; // a learner's picture is scaled down to this longer side, in pixels
const FRAME = { height: 240, width: 320 }; // of the camera
const MOST_BYTES = 20e6;
const MOST_PIXELS = 50e6;
// How bright red, green and blue look to the eye; the same three numbers as in helpers/images.py.
const LUMINANCE = [0.2125, 0.7154, 0.0721];

// --- pure functions -----------------------------------------------------------------------------

/**
 * Kind and size of the picture in a file, read from its bytes; null if neither PNG nor JPEG.
 * It decodes nothing, so that a picture too large to decode is known before it is tried.
 */
function pictureHeader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPng = [137, 80, 78, 71, 13, 10, 26, 10].every((byte, n) => bytes[n] === byte);
  if (isPng && bytes.length >= 24) {
    return { kind: "PNG", width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  // A JPEG is a chain of segments (marker, length, content), and one of them tells the size.
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { kind: "JPEG", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** The sentence that says why a file cannot be shown, or "" if it can be tried. */
function fileProblem(name, size, header) {
  if (size === 0) return `“${name}” is empty: choose a PNG or JPEG picture.`;
  if (size > MOST_BYTES) {
    return `“${name}” is ${Math.round(size / 1e6)} MB large: choose a picture of at most 20 MB.`;
  }
  if (!header) return `“${name}” is no PNG or JPEG picture: choose one of those two kinds.`;
  const { width, height } = header;
  if (width * height > MOST_PIXELS) {
    return `“${name}” has ${width} × ${height} pixels: choose one of at most 50 million.`;
  }
  if (width < 3 || height < 3) {
    return `“${name}” has ${width} × ${height} pixels: choose one of at least 3 × 3.`;
  }
  return "";
}

/** Height and width scaled down, never up, to a longest side; at least 3 each way. */
function fittedSize(height, width, side) {
  const scale = Math.min(1, side / Math.max(height, width));
  return {
    height: Math.max(3, Math.round(height * scale)),
    width: Math.max(3, Math.round(width * scale)),
  };
}

/** Brightness from 0 to 1 of pixels given as red, green, blue and opacity from 0 to 255. */
function brightness(rgba) {
  const [red, green, blue] = LUMINANCE.map((weight) => weight / 255);
  const X = new Float32Array(rgba.length / 4);
  for (let n = 0; n < X.length; n++) {
    X[n] = red * rgba[4 * n] + green * rgba[4 * n + 1] + blue * rgba[4 * n + 2];
  }
  return X;
}

/** Number of the preset that a kernel equals; 0, the learner's own, if it equals none. */
function presetOf(kernel, presets) {
  const equal = (preset) => kernel.every((weight, n) => Math.abs(weight - preset[n]) < 1e-6);
  return 1 + presets.slice(1).findIndex(equal);
}

// --- pictures -----------------------------------------------------------------------------------

/** The still picture that is chosen: {data, height, width}. The last choice is the learner's own. */
function stillPicture(model) {
  const shapes = model.get("still_shapes");
  const source = model.get("source");
  if (source === shapes.length) {
    const [height, width] = model.get("own_shape");
    return { data: floats(model.get("own"), 0, height * width), height, width };
  }
  const start = shapes.slice(0, source).reduce((sum, [h, w]) => sum + h * w, 0);
  const [height, width] = shapes[source];
  return { data: floats(model.get("stills"), start, height * width), height, width };
}

/** What a canvas shows of an image, a video or a bitmap, as brightness; cut to fill the size. */
function capture(canvas, image, imageWidth, imageHeight, { height, width }) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  const scale = Math.max(width / imageWidth, height / imageHeight);
  const [w, h] = [imageWidth * scale, imageHeight * scale];
  context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  return { data: brightness(context.getImageData(0, 0, width, height).data), height, width };
}

/** Decode a learner's file; throws an Error whose message is the sentence to show. */
async function readFile(file) {
  const bytes = file.size > MOST_BYTES ? null : new Uint8Array(await file.arrayBuffer());
  const header = bytes && pictureHeader(bytes);
  const problem = fileProblem(file.name, file.size, header);
  if (problem) throw new Error(problem);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`“${file.name}” is damaged and cannot be shown: choose another picture.`);
  }
  const size = fittedSize(bitmap.height, bitmap.width, OWN_SIDE);
  const picture = capture(element("canvas"), bitmap, bitmap.width, bitmap.height, size);
  bitmap.close();
  return picture;
}

/** Why the camera does not run, as a sentence. */
function cameraProblem(error) {
  if (error.name === "NotAllowedError") {
    return "The camera was refused, so the last picture stays: allow it in the browser, try again.";
  }
  if (error.name === "NotFoundError") {
    return "No camera was found, so the last picture stays: connect one and try again.";
  }
  return "The camera cannot be used here, so the last picture stays: browsers grant it only to " +
    "pages from this machine or over https.";
}

// --- parts of the view --------------------------------------------------------------------------

/** A picture with a marker on it, pointed at with the pointer or moved with the arrow keys. */
function markedPicture(name, onPoint, onMove) {
  const { node, frame, canvas, show, describe } = pictureView(name);
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
function nine(title) {
  const cells = Array.from({ length: 9 }, () => element("span"));
  const grid = element("div", { class: "studio-nine" }, ...cells);
  return {
    node: element("div", {}, element("div", { class: "cfi-caption" }, title), grid),
    show(values, limit) {
      cells.forEach((cell, n) => {
        const colour = cellColour(values[n], limit);
        cell.textContent = written(values[n], 2);
        cell.style.background = `rgb(${colour.join()})`;
        cell.style.color = inkOn(colour);
      });
    },
  };
}

// --- model and view -----------------------------------------------------------------------------

/** A preset sets the weights, and weights set by hand choose the preset "your own". */
function initialize({ model }) {
  const usePreset = () => {
    const preset = model.get("presets")[model.get("preset")];
    if (model.get("preset") === 0) return;
    setTraits(model, Object.fromEntries(WEIGHTS.map((name, n) => [name, preset[n]])));
  };
  const namePreset = () => {
    setTraits(model, { preset: presetOf(kernelOf(model), model.get("presets")) });
  };
  const stops = [
    joinWeights(model),
    redrawOnChange(model, WEIGHTS, namePreset),
    redrawOnChange(model, ["preset"], usePreset),
  ];
  return () => stops.forEach((stop) => stop());
}

function render({ model, el }) {
  let X = stillPicture(model); // what is shown: a still picture, or the camera's last frame
  let painted = null; // the one that is on the canvas: a slider does not change it
  let Y = null;
  let place = null; // the pixel of Y pointed at; at first the one with the strongest answer

  const input = markedPicture(
    "Picture X",
    (row, column) => pointAt(row - 1, column - 1),
    (rows, columns) => pointAt(place.row + rows, place.column + columns),
  );
  const output = markedPicture(
    "Feature map Y",
    pointAt,
    (rows, columns) => pointAt(place.row + rows, place.column + columns),
  );
  const bar = colourBar();
  const [window_, kernel_, products] = [nine("Window of X"), nine("Kernel K"), nine("Products")];
  const total = element("div", { class: "studio-total" });
  const facts = element("div", { class: "studio-facts" });
  const message = element("div", { class: "cfi-message", role: "status" });
  const spoken = spokenRegion();
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
      window_.node,
      element("span", { class: "studio-sign" }, "×"),
      kernel_.node,
      element("span", { class: "studio-sign" }, "="),
      products.node,
      total,
    ),
    element("label", { class: "studio-own" }, "Your own picture (PNG or JPEG) ", file),
    message,
    spoken.node,
  );
  attach(el, root);

  function draw() {
    const K = kernelOf(model);
    Y = correlate(X.data, X.height, X.width, K, 3, 3);
    const range = extremes(Y.data);
    const limit = model.get("grey") ? null : colourLimit(range, K);
    if (X !== painted) input.show(X, null);
    painted = X;
    output.show(Y, limit);
    bar.show(limit);
    const sum = K.reduce((a, b) => a + b, 0);
    const text = `from ${written(range[0], 3)} to ${written(range[1], 3)}`;
    facts.textContent = `The weights sum to ${written(sum, 3)}. The map runs ${text}.`;
    output.describe(text);
    spoken.say(facts.textContent);
    place ??= strongest(Y);
    pointAt(place.row, place.column);
  }

  function pointAt(row, column) {
    row = Math.max(0, Math.min(Y.height - 1, row));
    column = Math.max(0, Math.min(Y.width - 1, column));
    place = { row, column };
    input.mark(row, column, 3);
    output.mark(row, column, 1);
    const K = kernelOf(model);
    const seen = K.map((_, n) => X.data[(row + Math.floor(n / 3)) * X.width + column + (n % 3)]);
    const terms = K.map((weight, n) => weight * seen[n]);
    window_.show(seen, null);
    kernel_.show(K, Math.max(...K.map(Math.abs), 1e-9));
    products.show(terms, Math.max(...terms.map(Math.abs), 1e-9));
    const sum = written(Y.data[row * Y.width + column], 3);
    total.textContent = `They sum to Y[${row}, ${column}] = ${sum}`;
  }

  function showStill() {
    if (stream) return;
    X = stillPicture(model);
    place = null;
    const none = model.get("source") === model.get("still_shapes").length && !model.get("own_count");
    message.textContent = none ? "There is no picture of yours yet: choose a file here." : "";
    draw();
  }

  // What is drawn goes to Python, once the hand has come to rest. Camera frames never do.
  let resting = 0;
  function report() {
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (stream) return;
      const drawn = new DataView(Float32Array.from(Y.data).buffer);
      const drawnFor = [model.get("source"), model.get("own_count"), ...kernelOf(model)];
      model.set({ drawn, drawn_for: drawnFor });
      model.save_changes();
    }, 150);
  }

  async function useFile(chosen) {
    try {
      const { data, height, width } = await readFile(chosen);
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
  let asked = 0; // counts the switches: a camera may be granted when nobody wants it any more
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
      granted?.getTracks().forEach((track) => track.stop());
      return;
    }
    stream = granted;
    takeFrame();
  }

  function takeFrame() {
    if (!stream) return;
    if (video.videoWidth > 0) {
      X = capture(frameCanvas, video, video.videoWidth, video.videoHeight, FRAME);
      draw();
    }
    requestAnimationFrame(takeFrame);
  }

  function stopCamera() {
    if (!stream) return;
    stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    showStill();
    report();
  }

  const pictureTraits = ["source", "own_count"];
  const stops = [
    redrawOnChange(model, [...WEIGHTS, "grey"], draw),
    redrawOnChange(model, pictureTraits, showStill),
    redrawOnChange(model, [...WEIGHTS, ...pictureTraits], report),
    redrawOnChange(model, ["camera"], switchCamera),
  ];
  return () => {
    stops.forEach((stop) => stop());
    asked++;
    stopCamera();
    setTraits(model, { camera: false }); // else it would go on by itself in the next view
    spoken.stop();
    clearTimeout(resting);
    root.remove();
  };
}

export default { initialize, render };
