// Four layers on one picture: their parameters as bars on a logarithmic scale.

const DECADES = 18; // the axis runs from 1 to 10¹⁸
const TRAITS = ["side", "channels", "units", "kernel"];
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Weights and biases of each layer. BigInt, since the largest exceed what a double counts. */
function layerCounts(side, channels, units, kernel) {
  const [s, c, u, k] = [side, channels, units, kernel].map(BigInt);
  const [pixels, window] = [s * s, k * k];
  return [
    { name: "dense", weights: pixels * c * u, biases: u },
    { name: "dense map", weights: pixels * c * pixels * u, biases: pixels * u },
    { name: "local map", weights: window * c * pixels * u, biases: pixels * u },
    { name: "convolution", weights: window * c * u, biases: u },
  ];
}

/** Bytes of so many float32 numbers, in the unit that reads best (decimal: 1 kB is 1,000). */
function memory(parameters) {
  const bytes = 4 * Number(parameters);
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
  const rounded = Number(bytes.toPrecision(3)); // first, or 999,900 bytes would be 1,000 kB
  const step = Math.min(units.length - 1, Math.floor(Math.log10(rounded) / 3));
  return `${Number((rounded / 1000 ** step).toPrecision(3)).toLocaleString("en-GB")} ${units[step]}`;
}

const power = (n) => `10${[...String(n)].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
const counted = (count, one, many) => `${count.toLocaleString("en-GB")} ${count === 1n ? one : many}`;

/** What a layer is, in words. */
function described(name, units, kernel) {
  const many = (one) => (units === 1 ? `1 ${one}` : `${units.toLocaleString("en-GB")} ${one}s`);
  return {
    dense: `Dense, ${many("unit")}: ${units === 1 ? "one number" : "numbers"}, no map`,
    "dense map": `Dense, ${many("map")} as large as the picture`,
    "local map": `Local ${kernel}×${kernel}, not shared, ${many("map")}`,
    convolution: `Convolution ${kernel}×${kernel}, ${many("map")}`,
  }[name];
}

function render({ model, el }) {
  const spoken = spokenRegion();
  const rows = ["dense", "dense map", "local map", "convolution"].map(() => {
    const title = element("span", { class: "count-title" });
    const figure = element("span", { class: "count-figure" });
    const bar = element("div", { class: "count-bar" });
    const node = element(
      "div",
      { class: "count-row" },
      element("div", { class: "count-text" }, title, figure),
      element("div", { class: "count-track" }, bar),
    );
    return { node, title, figure, bar };
  });
  rows.at(-1).node.classList.add("count-convolution");
  const axis = element("div", { class: "count-axis", "aria-hidden": "true" });
  for (let n = 0; n < DECADES; n += 3) {
    axis.append(element("span", { style: `left: ${(100 * n) / DECADES}%` }, n ? power(n) : "1"));
  }
  const caption = element("div", { class: "cfi-caption" }, "parameters; each mark is a thousand times the one before");
  const root = element("div", { class: "cfi count" }, ...rows.map((row) => row.node), axis, caption, spoken.node);
  attach(el, root);

  function draw() {
    const [side, channels, units, kernel] = TRAITS.map((name) => model.get(name));
    const layers = layerCounts(side, channels, units, kernel);
    layers.forEach(({ name, weights, biases }, n) => {
      const total = weights + biases;
      rows[n].title.textContent = described(name, units, kernel);
      const parts = [counted(weights, "weight", "weights"), counted(biases, "bias", "biases")];
      rows[n].figure.textContent = `${parts.join(" + ")} · ${memory(total)}`;
      rows[n].bar.style.width = `${(100 * Math.log10(Number(total))) / DECADES}%`;
    });
    spoken.say(rows.map((row) => `${row.title.textContent}: ${row.figure.textContent}`).join(". "));
  }

  const stop = redrawOnChange(model, TRAITS, draw);
  return () => {
    stop();
    spoken.stop();
    root.remove();
  };
}

export default { render };
