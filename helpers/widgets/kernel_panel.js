// Shared by the stepper, the studio and the game: nine weights, and maps drawn with a scale.

const PLACES = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => `${a}_${b}`)); // row by row
const WEIGHTS = PLACES.map((place) => `k_${place}`);
const MOST_NUMBERS = 120; // pictures of so few pixels have their numbers written on them

/** The nine weights, row by row. */
function kernelOf(model) {
  return WEIGHTS.map((name) => model.get(name));
}

/** Join the weights with their sliders, and write each beside its own, exactly as it is. */
function joinWeights(model) {
  const write = () => {
    const texts = PLACES.map((place, n) => [`text_${place}`, fixed(model.get(WEIGHTS[n]), 2)]);
    setTraits(model, Object.fromEntries(texts));
  };
  const stops = [joinHands(model), redrawOnChange(model, WEIGHTS, write)];
  return () => stops.forEach((stop) => stop());
}

/** The float32 numbers in a bytes trait. */
function floats(bytes, start, length) {
  const at = bytes.byteOffset + 4 * start;
  return new Float32Array(bytes.buffer.slice(at, at + 4 * length));
}

/** Smallest and largest of many numbers. */
function extremes(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let n = 0; n < values.length; n++) {
    if (values[n] < low) low = values[n];
    if (values[n] > high) high = values[n];
  }
  return [low, high];
}

/** Value of the strongest colour; differences as small as rounding errors stay white. */
function colourLimit([low, high], kernel) {
  const rounding = 1e-6 * kernel.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const limit = Math.max(-low, high);
  return limit > rounding ? limit : 1;
}

/** A picture or map on a canvas: `show({data, height, width}, limit)`, `describe(text)`. */
function pictureView(name) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const numbers = element("div", { class: "map-numbers", "aria-hidden": "true" });
  const frame = element("div", { class: "map-frame", role: "img", "aria-label": name });
  const caption = element("div", { class: "cfi-caption" });
  frame.append(canvas, numbers);
  const show = ({ data, height, width }, limit) => {
    paint(canvas, data, height, width, limit);
    frame.style.aspectRatio = `${width} / ${height}`;
    frame.classList.toggle("map-small", height * width <= MOST_NUMBERS);
    caption.textContent = `${name}, ${height} × ${width}`;
    showNumbers(numbers, height * width <= MOST_NUMBERS ? data : [], width, limit);
  };
  const describe = (text) => frame.setAttribute("aria-label", `${name}: ${text}`);
  return { node: element("div", {}, caption, frame), frame, canvas, show, describe };
}

/** Write numbers in a grid, black or white, whichever stands out from the colour below. */
function showNumbers(node, data, width, limit) {
  while (node.children.length > data.length) node.lastChild.remove();
  while (node.children.length < data.length) node.append(element("span"));
  node.style.gridTemplateColumns = `repeat(${width}, 1fr)`;
  data.forEach((value, n) => {
    node.children[n].textContent = written(value, 2);
    node.children[n].style.color = inkOn(cellColour(value, limit));
  });
}

/** Colour of a number: of a signed one by `limit`, or grey where limit is null. */
function cellColour(value, limit) {
  if (limit !== null) return signedColour(value, limit);
  const grey = 255 * Math.max(0, Math.min(1, value));
  return [grey, grey, grey];
}

/** Black or white, whichever stands out more from a colour (WCAG's relative luminance). */
function inkOn(colour) {
  const light = (share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = Array.from(colour, (channel) => light(channel / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** The scale beside a map: `node`, and `show(limit)`, where null is grey from 0 to 1. */
function colourBar() {
  const [top, middle, bottom] = [element("span"), element("span"), element("span")];
  const strip = element("div", { class: "map-bar-strip" });
  const labels = element("div", { class: "map-bar-labels" }, top, middle, bottom);
  const stops = Array.from({ length: 21 }, (_, n) => `rgb(${signedColour(1 - n / 10, 1).join()})`);
  const signed = `linear-gradient(${stops.join()})`;
  return {
    node: element("div", { class: "map-bar", "aria-hidden": "true" }, strip, labels),
    show(limit) {
      strip.style.background = limit === null ? "linear-gradient(#fff, #000)" : signed;
      top.textContent = limit === null ? "1" : `+${written(limit, 2)}`;
      middle.textContent = limit === null ? "" : "0";
      bottom.textContent = limit === null ? "0" : written(-limit, 2);
    },
  };
}
