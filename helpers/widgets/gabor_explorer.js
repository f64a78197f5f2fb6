// The Gabor explorer: the function as a kernel, its profile, and its response over a photo.

const SIDE = 25; // of the kernel, in pixels
const PHOTO = { height: 120, width: 160 };
const NUMBERS = ["orientation", "wavelength", "width", "phase", "aspect"];

const radians = (angle) => (angle * Math.PI) / 180;

/** The value of a Gabor function at a distance across and along its stripes. */
function gaborValue(across, along, { wavelength, width, phase, aspect }) {
  const bell = Math.exp(-(across ** 2 + (along / aspect) ** 2) / (2 * width ** 2));
  return bell * Math.cos((2 * Math.PI * across) / wavelength + radians(phase));
}

/** The function on side × side pixels, row by row; as `gabor` of Python. */
function gaborKernel(side, numbers) {
  const turn = radians(numbers.orientation);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const middle = (side - 1) / 2;
  return Float64Array.from({ length: side * side }, (_, n) => {
    const [x, y] = [(n % side) - middle, middle - Math.floor(n / side)];
    return gaborValue(y * cos - x * sin, x * cos + y * sin, numbers);
  });
}

function render({ model, el }) {
  const spoken = spokenRegion();
  const pictures = {};
  const figure = (name, text) => {
    pictures[name] = element("canvas", { class: `gabor-${name}`, role: "img", "aria-label": text });
    return element("div", {}, element("div", { class: "cfi-caption" }, text), pictures[name]);
  };
  const bell = svgElement("polyline", { class: "gabor-bell" });
  const wave = svgElement("polyline", { class: "gabor-wave" });
  const profile = svgElement("svg", { class: "gabor-profile", viewBox: "0 0 240 200", role: "img" });
  profile.append(...profileAxes(), bell, wave);
  const answer = element("div", { class: "gabor-answer" });
  const root = element(
    "div",
    { class: "cfi gabor" },
    element(
      "div",
      { class: "cfi-row" },
      figure("kernel", `The function, ${SIDE}×${SIDE} pixels`),
      element("div", {}, element("div", { class: "cfi-caption" }, "Across the stripes"), profile),
      figure("photo", "A photo; framed, where the function lies"),
      figure("response", "Response: orange above 0, blue below"),
    ),
    answer,
    spoken.node,
  );
  const frame = element("div", { class: "gabor-frame" });
  frame.style.width = `${(100 * SIDE) / PHOTO.width}%`;
  frame.style.height = `${(100 * SIDE) / PHOTO.height}%`;
  const spot = element("div", { class: "gabor-spot" });
  // Pointing at the photo puts the window's middle there.
  for (const [name, mark, aside] of [["photo", frame, (SIDE - 1) / 2], ["response", spot, 0]]) {
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
  attach(el, root);

  let drawnPhoto = null;
  let X = null;
  let Y = null; // the responses
  let at = null; // the cell of the map that is pointed at; at first the one that responds most
  let said = "";

  function pointAt(row, column) {
    row = Math.max(0, Math.min(Y.height - 1, row));
    column = Math.max(0, Math.min(Y.width - 1, column));
    at = { row, column };
    frame.style.top = `${(100 * row) / PHOTO.height}%`;
    frame.style.left = `${(100 * column) / PHOTO.width}%`;
    spot.style.top = `${(100 * (row + 0.5)) / Y.height}%`;
    spot.style.left = `${(100 * (column + 0.5)) / Y.width}%`;
    const here = Y.data[row * Y.width + column];
    answer.textContent = `${said} Response in the frame: ${here > 0 ? "+" : ""}${written(here, 2)}.`;
    spoken.say(answer.textContent);
  }

  function drawPhoto(chosen) {
    if (chosen === drawnPhoto) return;
    drawnPhoto = chosen;
    const count = PHOTO.height * PHOTO.width;
    const bytes = model.get("photos"); // a DataView
    const bright = Float64Array.from({ length: count }, (_, n) => bytes.getUint8(chosen * count + n) / 255);
    paint(pictures.photo, bright, PHOTO.height, PHOTO.width);
    // Like an eye that is used to the light: brightness counts from the photo's mean.
    const mean = bright.reduce((sum, x) => sum + x, 0) / count;
    X = bright.map((x) => x - mean);
  }

  function draw() {
    const numbers = Object.fromEntries(NUMBERS.map((name) => [name, model.get(name)]));
    drawPhoto(model.get("chosen"));
    const K = gaborKernel(SIDE, numbers);
    paint(pictures.kernel, K, SIDE, SIDE, 1);
    drawProfile(bell, wave, numbers);

    // Scaled as if the sizes of its weights added up to 1, so that all settings compare.
    const size = K.reduce((sum, k) => sum + Math.abs(k), 0) || 1;
    const clear = K.map((k) => (Math.abs(k) < 1e-3 ? 0 : k)); // zeros cost no time
    Y = correlate(X, PHOTO.height, PHOTO.width, clear, SIDE, SIDE);
    Y.data = Y.data.map((y) => y / size);
    paint(pictures.response, Y.data, Y.height, Y.width, 0.15);
    const [lowest, highest] = [Math.min(...Y.data), Math.max(...Y.data)];
    const { orientation, wavelength, width, phase, aspect } = numbers;
    const long = written(width * aspect, 3);
    const shape =
      `Stripes at ${written(orientation)}°, ${written(wavelength)} pixels from one to the next; ` +
      `a bell ${written(width)} wide and ${long} long; phase ${written(phase)}°.`;
    said = `${shape} Responses in this photo: from ${written(lowest, 2)} to ${written(highest, 2)}.`;
    pictures.kernel.setAttribute("aria-label", shape);
    profile.setAttribute("aria-label", `Across the stripes: ${shape}`);
    at ??= strongest(Y);
    pointAt(at.row, at.column);
  }

  const stop = redrawOnChange(model, [...NUMBERS, "chosen"], draw);
  return () => {
    stop();
    spoken.stop();
    root.remove();
  };
}

const across = (pixels) => 120 + pixels * 8.6; // where the profile draws a place …
const upwards = (value) => 90 - value * 74; // … and a value

function profileAxes() {
  const line = (x1, y1, x2, y2) => svgElement("line", { class: "gabor-axis", x1, y1, x2, y2 });
  const label = (x, y, text, anchor = "middle") =>
    svgElement("text", { class: "gabor-label", x, y, "text-anchor": anchor }, text);
  return [
    line(across(-12), upwards(0), across(12), upwards(0)),
    line(across(0), upwards(1), across(0), upwards(-1)),
    label(across(0) + 6, upwards(1) + 4, "1", "start"),
    label(across(0) + 6, upwards(-1) + 4, "−1", "start"),
    ...[-10, -5, 5, 10].flatMap((pixels) => [
      line(across(pixels), upwards(0) - 3, across(pixels), upwards(0) + 3),
      label(across(pixels), upwards(0) + 17, written(pixels)),
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
  bell.setAttribute("points", points((place) => Math.exp(-(place ** 2) / (2 * numbers.width ** 2))));
  wave.setAttribute("points", points((place) => gaborValue(place, 0, numbers)));
}

const initialize = ({ model }) => joinHands(model);

export default { initialize, render };
